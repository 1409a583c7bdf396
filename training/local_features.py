"""Keypoints and descriptors of the training photographs, small and few."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.data.sampler import SamplerOptions
from ssldescriptor.training.validation import Extract


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """Keypoints of one photograph, best first.

    Attributes:
        xy: (N, 2) float32, pixels.
        rows: (N, D) float16 descriptors: half the memory, and hardly a match differs.
    """

    xy: NDArray[np.float32]
    rows: NDArray[np.float16]


def local_features(
    extract: Extract, image: NDArray[np.uint8], options: SamplerOptions
) -> LocalFeatures:
    """Detect and describe the keypoints of one photograph (H, W, 3) at a small size."""
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    scale = options.side / min(gray.shape)
    if scale < 1:
        small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        gray = np.asarray(small, np.uint8)
    xy, rows = extract(gray, options.keypoints)
    return LocalFeatures(xy, rows.astype(np.float16))
