"""The dense network: where keypoints are and how reliable.

A five-level pyramid of plain convolutions summed back from 1/32 to 1/4, in the manner of a
feature pyramid network (Lin et al., CVPR 2017). One pass over the image; no descriptor here.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ssldescriptor.training.models.blocks import conv_block

STRIDE_RANK = 4
PEAK_GAIN = 2.0
PEAK_SHARE = 0.1  # of a peak's height in its score, as in the core


class DenseMaps(NamedTuple):
    """Maps of a batch of images (B, 1, H, W), H and W multiples of 32.

    Attributes:
        peak: (B, 1, H, W) logits; keypoints are local maxima.
        rank: (B, 1, H/4, W/4) logits that a keypoint here is found and matched again.
    """

    peak: Tensor
    rank: Tensor


class DenseNet(nn.Module):
    """Locally normalised gray image (B, 1, H, W) -> `DenseMaps`."""

    def __init__(self, widths: tuple[int, int, int, int, int], lateral: int, head: int) -> None:
        super().__init__()
        stem, *stages = widths
        self.stem = conv_block(1, stem, stride=2)
        self.stages = nn.ModuleList()
        previous = stem
        for width in stages:
            self.stages.append(
                nn.Sequential(conv_block(previous, width, stride=2), conv_block(width, width))
            )
            previous = width
        fine, *coarse = stages
        self.lateral_fine = nn.Conv2d(fine, head, 1)
        self.laterals = nn.ModuleList(nn.Conv2d(width, lateral, 1) for width in coarse)
        self.to_fine = nn.Conv2d(lateral, head, 1)
        self.keypoint_head = conv_block(head, head)
        self.keypoint_maps = nn.Conv2d(head, 17, 1)
        # Flat logits are a saddle point of the peak loss: start with peaks, of whatever kind.
        nn.init.normal_(self.keypoint_maps.weight[:16], std=PEAK_GAIN / head**0.5)

    def forward(self, image: Tensor) -> DenseMaps:
        """Run all heads."""
        features = []
        x = self.stem(image)
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        context = self.laterals[-1](features[-1])
        for lateral, feature in zip(self.laterals[-2::-1], features[-2:0:-1], strict=True):
            context = lateral(feature) + _double(context)
        fine = self.lateral_fine(features[0]) + _double(self.to_fine(context))
        # Full precision: rounded logits would make plateaus, and every pixel of them a maximum.
        hidden = self.keypoint_head(fine)
        with torch.autocast("cpu", enabled=False):
            keypoints = self.keypoint_maps(hidden.float())
        peak = functional.pixel_shuffle(keypoints[:, :16], STRIDE_RANK)
        return DenseMaps(peak, keypoints[:, 16:])


def score_map(maps: DenseMaps) -> Tensor:
    """Return (B, 1, H, W): by what the keypoints at the pixels are chosen."""
    rank = functional.interpolate(
        maps.rank, scale_factor=STRIDE_RANK, mode="bilinear", align_corners=False
    )
    return rank + PEAK_SHARE * maps.peak


def _double(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def as_float(maps: DenseMaps) -> DenseMaps:
    """Bring maps computed in low precision back to float32."""
    return DenseMaps(*(m.to(torch.float32) for m in maps))
