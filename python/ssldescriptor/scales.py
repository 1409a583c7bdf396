"""The scales at which own keypoints are looked for, half octaves apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# The networks themselves hold about half an octave either way. Against one scale, five gave
# .382 in place of .302 MMA@3 under zoom and viewpoint, for twice the time of the dense network.
LAST_OCTAVE = 2
MIN_SIDE = 64


@dataclass(frozen=True, eq=False)
class Level:
    """One scale of an image.

    Attributes:
        gray: (h, w) uint8, the shrunk or enlarged image.
        factor: (2,) float32, pixels of the image per pixel of the level, in x and in y.
    """

    gray: NDArray[np.uint8]
    factor: NDArray[np.float32]

    def to_image(self, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (N, 2) pixels of the level to pixels of the image, centres at integers."""
        return np.asarray((xy + np.float32(0.5)) * self.factor - np.float32(0.5), np.float32)


def factors(first_octave: int = 0) -> list[float]:
    """Return by how much the levels are shrunk, from 2**first_octave to 2**LAST_OCTAVE."""
    return [2 ** (half / 2) for half in range(2 * first_octave, 2 * LAST_OCTAVE + 1)]


def scale_levels(gray: NDArray[np.uint8], first_octave: int = 0) -> Iterator[Level]:
    """Yield an image at all scales, as far as its sides reach `MIN_SIDE`; the first one always.

    Args:
        gray: (H, W) uint8.
        first_octave: The finest scale is the image shrunk by 2**first_octave; -1 enlarges it.
    """
    height, width = gray.shape
    for i, factor in enumerate(factors(first_octave)):
        h, w = max(round(height / factor), 1), max(round(width / factor), 1)
        if i > 0 and factor > 1 and min(h, w) < MIN_SIDE:
            return
        how = cv2.INTER_AREA if factor > 1 else cv2.INTER_CUBIC
        resized = gray if factor == 1 else cv2.resize(gray, (w, h), interpolation=how)
        yield Level(np.asarray(resized), np.array([width / w, height / h], np.float32))
