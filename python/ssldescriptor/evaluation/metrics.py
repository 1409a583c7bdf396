"""Scores of matches under a known homography, as the HPatches protocol defines them.

Arrays in, numbers out. A correspondence is true by geometry: the match (i, j) is correct at t
pixels when H_0to1 maps point i of view 0 to within t pixels (inclusive) of point j of view 1.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def warp_points(points: ArrayLike, homography: ArrayLike) -> FloatArray:
    """Map points by a homography.

    Args:
        points: (N, 2) pixels, (x, y).
        homography: (3, 3), maps homogeneous source pixels to target pixels.

    Returns:
        (N, 2) float64 pixels; inf or NaN where a point maps to infinity.
    """
    source = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    matrix = np.asarray(homography, dtype=np.float64)
    mapped = source @ matrix[:, :2].T + matrix[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(mapped[:, :2] / mapped[:, 2:])


def match_errors(points0: ArrayLike, points1: ArrayLike, homography: ArrayLike) -> FloatArray:
    """Return the distance of each match from the truth.

    Args:
        points0: (M, 2) pixels, matched points of view 0.
        points1: (M, 2) pixels, their partners in view 1, row by row.
        homography: (3, 3), H_0to1.

    Returns:
        (M,) float64 pixels in view 1; inf where view 0's point maps to infinity.
    """
    target = np.asarray(points1, dtype=np.float64).reshape(-1, 2)
    errors = np.linalg.norm(warp_points(points0, homography) - target, axis=1)
    return np.where(np.isfinite(errors), errors, np.inf)


def matching_accuracy(errors: ArrayLike, thresholds: ArrayLike) -> FloatArray:
    """Return the share of matches within each threshold: one pair's term of MMA.

    Mean matching accuracy (Dusmanu et al., "D2-Net", section 5.1) is the mean of this over pairs.

    Args:
        errors: (M,) pixels, see match_errors.
        thresholds: (T,) pixels.

    Returns:
        (T,) float64 in [0, 1]; zeros when there is no match.
    """
    values = np.asarray(errors, dtype=np.float64).reshape(-1)
    limits = np.asarray(thresholds, dtype=np.float64).reshape(-1)
    if values.size == 0:
        return np.zeros(limits.size)
    return np.asarray((values[:, None] <= limits[None]).mean(axis=0))


def corner_error(estimate: ArrayLike, truth: ArrayLike, shape: tuple[int, ...]) -> float:
    """Return how far a homography moves the image corners from where they belong.

    The metric of DeTone et al., "SuperPoint", section 7.3: mean distance of the four corner pixels.

    Args:
        estimate: (3, 3) homography from view 0 to view 1.
        truth: (3, 3) homography from view 0 to view 1.
        shape: (height, width, ...) of view 0.

    Returns:
        Mean distance in pixels of view 1; inf when a corner maps to infinity.
    """
    height, width = shape[:2]
    corners = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    error = float(match_errors(corners, warp_points(corners, estimate), truth).mean())
    return error if np.isfinite(error) else float("inf")


def estimate_homography(
    points0: ArrayLike, points1: ArrayLike, max_error: float = 3.0
) -> tuple[FloatArray | None, NDArray[np.bool_]]:
    """Fit a homography to matches by MAGSAC: the fixed recipe of the benchmarks.

    Apart from geometry.estimate, so that scores stay comparable when the product's fit changes.

    Args:
        points0: (M, 2) pixels of view 0.
        points1: (M, 2) pixels of view 1.
        max_error: inlier threshold in pixels.

    Returns:
        The (3, 3) float64 homography or None, and the (M,) inlier mask (all False without one).
    """
    source = np.asarray(points0, dtype=np.float32).reshape(-1, 2)
    target = np.asarray(points1, dtype=np.float32).reshape(-1, 2)
    none = np.zeros(len(source), dtype=np.bool_)
    if len(source) < 4:
        return None, none
    cv2.setRNGSeed(0)
    try:
        matrix, mask = cv2.findHomography(
            source, target, cv2.USAC_MAGSAC, max_error, maxIters=5000, confidence=0.9995
        )
    except cv2.error:
        # Degenerate sets fail an assertion in OpenCV.
        return None, none
    if matrix is None:
        return None, none
    return np.asarray(matrix, dtype=np.float64), mask.reshape(-1).astype(np.bool_)
