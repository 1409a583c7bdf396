"""How little fine detail an image holds: the finest scale of an enlarged one is empty."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

# log2 of the contrast of pixels one apart over that of pixels two apart, by which an image begins
# to lack detail and lacks it all; -1 is a ramp. Photographs have -.73, enlarged twice -.91.
LACK_BEGINS = -0.78
LACK_IS_WHOLE = -0.84
# Of gray levels, squared: an image flatter than its rounding tells nothing.
ROUNDING = 0.2


def lack_of_detail(gray: NDArray[np.uint8]) -> float:
    """Return from 0, as sharp as a photograph is, to 1, blurred or enlarged.

    Args:
        gray: (H, W) uint8, 3 x 3 or larger; a smaller one lacks nothing.
    """
    if min(gray.shape) < 3:
        return 0.0
    near = _contrast(gray[:, 1:], gray[:, :-1]) + _contrast(gray[1:], gray[:-1])
    far = _contrast(gray[:, 2:], gray[:, :-2]) + _contrast(gray[2:], gray[:-2])
    ratio = 0.5 * math.log2((near + ROUNDING) / (far + ROUNDING))
    lack = (LACK_BEGINS - ratio) / (LACK_BEGINS - LACK_IS_WHOLE)
    return min(max(lack, 0.0), 1.0)


def _contrast(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return cv2.norm(a, b, cv2.NORM_L2SQR) / a.size
