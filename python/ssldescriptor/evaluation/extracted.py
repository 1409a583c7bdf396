"""What an extractor is and hands back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Features:
    """Points (N, 2) float32 pixels and their descriptors, (N, D) float32 or uint8."""

    points: NDArray[np.float32]
    descriptors: NDArray[Any]


# From an (H, W, 3) uint8 BGR image.
Extractor = Callable[[Image], Features]


def no_features() -> Features:
    """Return no points and no descriptors."""
    return Features(np.zeros((0, 2), np.float32), np.zeros((0, 1), np.float32))


def as_features(keypoints: Sequence[cv2.KeyPoint], descriptors: NDArray[Any] | None) -> Features:
    """Turn what detectAndCompute returned into arrays; no keypoints give empty arrays."""
    if descriptors is None:
        return no_features()
    points = np.asarray(cv2.KeyPoint.convert(keypoints), dtype=np.float32).reshape(-1, 2)
    return Features(points, np.asarray(descriptors))


def checked_features(points: Any, descriptors: Any) -> Features:
    """Check and convert what somebody else's extractor returned.

    Args:
        points: (N, 2) finite numbers, pixels; None or empty for none.
        descriptors: (N, D) floats or uint8 (bits); None or empty for none.

    Raises:
        ValueError: another shape, different lengths, or points that are not finite.
        TypeError: descriptors that are neither floats nor uint8.
    """
    if points is None or descriptors is None or len(points) == 0:
        return no_features()
    places, rows = np.asarray(points, dtype=np.float32), np.asarray(descriptors)
    if places.ndim != 2 or places.shape[1] != 2:
        raise ValueError(f"points have shape {places.shape}, (N, 2) is wanted")
    if rows.ndim != 2 or len(rows) != len(places):
        raise ValueError(f"descriptors have shape {rows.shape}, ({len(places)}, D) is wanted")
    if not np.isfinite(places).all():
        raise ValueError("some points are not finite")
    if rows.dtype != np.uint8 and rows.dtype.kind != "f":
        raise TypeError(f"descriptors are {rows.dtype}; floats, or uint8 for bits, are wanted")
    return Features(places, rows if rows.dtype == np.uint8 else rows.astype(np.float32))
