"""Train the wavelet autoencoder on photographs alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ssldescriptor.training.stylization.autoencoder import Autoencoder

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class AutoencoderOptions:
    """How the autoencoder is trained.

    Attributes:
        steps: optimizer steps.
        batch: crops a step.
        crop: side of a crop, pixels; a multiple of 8.
        learning_rate: of Adam at the start; a cosine takes it to zero.
        feature_weight: of the feature loss, beside the mean squared error of the picture.
        seed: of weights and crops.
    """

    steps: int = 3000
    batch: int = 4
    crop: int = 96
    learning_rate: float = 5e-4
    feature_weight: float = 0.1
    seed: int = 1

    def __post_init__(self) -> None:
        """Check what argparse does not.

        Raises:
            ValueError: names the field.
        """
        if self.steps < 1 or self.batch < 1:
            raise ValueError(f"steps {self.steps} and batch {self.batch} must be at least 1")
        if self.crop < 16 or self.crop % 8:
            raise ValueError(f"crop is {self.crop}, wanted a multiple of 8 from 16 on")


def new_autoencoder(plan: str, seed: int) -> Autoencoder:
    """Return an autoencoder with seeded weights; other users of torch's generator see no change.

    Raises:
        ValueError: unknown plan.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Autoencoder(plan)


def train_autoencoder(
    model: Autoencoder,
    images: Sequence[Image],
    options: AutoencoderOptions,
    report: Callable[[int, float], None],
) -> float:
    """Train in place: reconstruct crops, and the deepest features of the reconstruction.

    Parameters that do not require a gradient, such as those of a given encoder, stay.

    Args:
        model: to train.
        images: (H, W, 3) uint8 BGR photographs.
        options: how.
        report: called after every 50th step and the last with its number and the mean squared
            error of the pictures since, 0..1.

    Returns:
        The last reported error.

    Raises:
        FloatingPointError: the loss is not finite.
    """
    rng = np.random.default_rng(options.seed)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, options.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    errors: list[float] = []
    mean = math.inf
    for step in range(1, options.steps + 1):
        pictures = random_crops(rng, images, options.batch, options.crop)
        loss, error = _loss(model, pictures, options.feature_weight)
        if not math.isfinite(value := float(loss.detach())):
            raise FloatingPointError(f"autoencoder, step {step}: the loss is {value}")
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        errors.append(error)
        if step % 50 == 0 or step == options.steps:
            mean = float(np.mean(errors))
            report(step, mean)
            errors.clear()
    return mean


def random_crops(
    rng: np.random.Generator, images: Sequence[Image], count: int, side: int
) -> Tensor:
    """Cut (count, 3, side, side) RGB in 0..1 out of random photographs, half of them mirrored.

    Photographs smaller than a crop are mirrored at their borders.
    """
    crops = np.empty((count, side, side, 3), np.float32)
    for crop in crops:
        image = images[int(rng.integers(len(images)))]
        short = [(0, max(0, side - n)) for n in image.shape[:2]]
        image = np.pad(image, (*short, (0, 0)), mode="symmetric")
        y, x = (int(rng.integers(n - side + 1)) for n in image.shape[:2])
        cut = image[y : y + side, x : x + side, ::-1] / np.float32(255)
        crop[:] = cut[:, ::-1] if rng.random() < 0.5 else cut
    return torch.from_numpy(crops).permute(0, 3, 1, 2).contiguous()


def _loss(model: Autoencoder, pictures: Tensor, feature_weight: float) -> tuple[Tensor, float]:
    features, details = model.encode(pictures)
    seen = model.decode(features, details)
    error = functional.mse_loss(seen, pictures)
    again, _ = model.encode(seen)
    # Relative, or an encoder that is trained too would do well by shrinking its features.
    feature_error = functional.mse_loss(again, features) / features.square().mean().clamp(min=1e-8)
    return error + feature_weight * feature_error, float(error.detach())
