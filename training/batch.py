"""A batch of pairs as the step sees it: twice as many images, each with its other view."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from ssldescriptor.training.keypoints import both_ways


class Batch(NamedTuple):
    """2B images; images 2b and 2b + 1 are the views of pair b.

    Attributes:
        gray: (2B, S, S) uint8.
        contrast: (2B, 1, S, S) float32, locally normalised.
        h: (2B, 3, 3) from each image to its other view.
        views: (2B, 3, 3) photograph to image.
        photo_size: (2B, 2) width and height.
    """

    gray: Tensor
    contrast: Tensor
    h: Tensor
    views: Tensor
    photo_size: Tensor


def collate(sample: dict[str, Tensor]) -> Batch:
    """Flatten a stacked batch of pairs."""
    return Batch(
        sample["gray"].flatten(0, 1),
        sample["contrast"].flatten(0, 1)[:, None],
        both_ways(sample["h_0to1"]),
        sample["views"].flatten(0, 1),
        sample["photo_size"].repeat_interleave(2, 0),
    )
