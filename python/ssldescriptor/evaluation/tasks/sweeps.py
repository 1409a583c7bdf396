"""Pairs of an image and itself, turned or resized: how far does a feature hold?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ssldescriptor.evaluation.datasets.sequences import HomographyPair
from ssldescriptor.evaluation.sources import ImageSource

ANGLES_DEG = tuple(range(0, 360, 15))
SCALES = (0.25, 0.35, 0.5, 0.71, 1.0, 1.41, 2.0)
# So that twice the size stays below the largest side of the other measurements.
MAX_SIDE = 800


def rotation_pairs(images: Sequence[ImageSource]) -> list[HomographyPair]:
    """Pair each image with itself turned by every angle of ANGLES_DEG."""
    return [
        _pair(image, f"{angle} degrees", angle, 1.0) for angle in ANGLES_DEG for image in images
    ]


def scale_pairs(images: Sequence[ImageSource]) -> list[HomographyPair]:
    """Pair each image with itself resized by every factor of SCALES."""
    return [_pair(image, f"scale {scale}", 0, scale) for scale in SCALES for image in images]


def evenly(images: Sequence[ImageSource], count: int) -> list[ImageSource]:
    """Choose at most `count` images, spread over the list."""
    if len(images) <= count:
        return list(images)
    return [images[i] for i in np.linspace(0, len(images) - 1, count).round().astype(int)]


def _pair(image: ImageSource, source: str, angle_deg: float, scale: float) -> HomographyPair:
    first = replace(image, name=f"{image.name} small", max_side=MAX_SIDE)
    name = f"{image.name} {source}"
    second = replace(first, name=name, angle_deg=angle_deg, scale=scale)
    # Both images are made from one file, so its pixels map to themselves.
    return HomographyPair(name, source, first, second, np.eye(3))
