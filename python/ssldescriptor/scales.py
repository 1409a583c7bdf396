"""The scales at which own keypoints are looked for: the image, shrunk in half octaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# The networks themselves hold about half an octave either way. Against one scale, five gave
# .382 in place of .302 MMA@3 under zoom and viewpoint, for twice the time of the dense network.
FACTORS = (1.0, 2**0.5, 2.0, 2**1.5, 4.0)
MIN_SIDE = 64


@dataclass(frozen=True, eq=False)
class Level:
    """One scale of an image.

    Attributes:
        gray: (h, w) uint8, the shrunk image.
        factor: (2,) float32, pixels of the image per pixel of the level, in x and in y.
    """

    gray: NDArray[np.uint8]
    factor: NDArray[np.float32]

    def to_image(self, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (N, 2) pixels of the level to pixels of the image, centres at integers."""
        return np.asarray((xy + np.float32(0.5)) * self.factor - np.float32(0.5), np.float32)


def scale_levels(gray: NDArray[np.uint8]) -> Iterator[Level]:
    """Yield the image itself and its shrunk copies, as far as their sides reach `MIN_SIDE`.

    Args:
        gray: (H, W) uint8.
    """
    height, width = gray.shape
    for factor in FACTORS:
        h, w = round(height / factor), round(width / factor)
        if factor > 1 and min(h, w) < MIN_SIDE:
            return
        shrunk = gray if factor == 1 else cv2.resize(gray, (w, h), interpolation=cv2.INTER_AREA)
        yield Level(np.asarray(shrunk), np.array([width / w, height / h], np.float32))
