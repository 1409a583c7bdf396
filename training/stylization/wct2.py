"""WCT2: photorealistic style transfer by wavelet corrected transforms (Yoo et al., ICCV 2019)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ssldescriptor.training.stylization.autoencoder import Autoencoder
from ssldescriptor.training.stylization.wct import Moments, moments, whiten_and_colour

Image = NDArray[np.uint8]

# Largest stretch of details: more shows the blocks of JPEG files. A limit of 1.8 on the features
# as well took the contrast from night scenes.
MAX_GAIN, MAX_DETAIL_GAIN = 6.0, 1.25


@torch.inference_mode()
def wct2(model: Autoencoder, content: Image, style: Image, strength: float = 1.0) -> Image:
    """Give a photograph the look of another.

    Features after the first convolution of every level, and the wavelet details, get the style's
    moments, from the finest level down; the details go round the deeper levels straight to the
    decoder, so edges stay where they are.

    Args:
        model: a trained autoencoder.
        content: (H, W, 3) uint8 BGR.
        style: (H', W', 3) uint8 BGR.
        strength: 0 reconstructs the content, 1 transfers all.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    wanted: dict[str, Moments] = {}

    def record(place: str, features: Tensor) -> Tensor:
        wanted[place] = moments(features)
        return features

    def transfer(place: str, features: Tensor) -> Tensor:
        gain = MAX_DETAIL_GAIN if place.startswith("detail") else MAX_GAIN
        return whiten_and_colour(features, wanted[place], strength, gain)

    model.encode(_padded(style, model.factor), record)
    picture = model.decode(*model.encode(_padded(content, model.factor), transfer))
    height, width = content.shape[:2]
    rgb = picture[0, :, :height, :width].permute(1, 2, 0).numpy()
    return np.asarray(np.clip(rgb[..., ::-1] * 255 + 0.5, 0, 255), np.uint8)


def _padded(image: Image, factor: int) -> Tensor:
    """Return (1, 3, H', W') RGB in 0..1, mirrored to the right and below up to a multiple."""
    rgb = torch.from_numpy(np.ascontiguousarray(image[..., ::-1])).permute(2, 0, 1).float()[None]
    right, below = -image.shape[1] % factor, -image.shape[0] % factor
    return functional.pad(rgb / 255, (0, right, 0, below), mode="reflect")
