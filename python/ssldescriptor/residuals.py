"""How far matches are from the geometry between two images, by the measures of the estimation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def homography_residuals(
    points0: ArrayLike, points1: ArrayLike, homography: ArrayLike
) -> NDArray[np.float64]:
    """Return (M,) distances in image 1 between each match and where the homography puts it.

    Args:
        points0: (M, 2) pixels of image 0.
        points1: (M, 2) pixels of image 1, row by row their partners.
        homography: (3, 3), from image 0 to image 1.

    Returns:
        Pixels; infinite where the homography sends a point to infinity.
    """
    mapped = _homogeneous(points0) @ np.asarray(homography, np.float64).T
    with np.errstate(divide="ignore", invalid="ignore"):
        offsets = mapped[:, :2] / mapped[:, 2:] - np.asarray(points1, np.float64)
    return _finite(np.linalg.norm(offsets, axis=1))


def epipolar_residuals(
    points0: ArrayLike, points1: ArrayLike, fundamental: ArrayLike
) -> NDArray[np.float64]:
    """Return (M,) Sampson distances (Hartley and Zisserman, eq. 11.9) of matches.

    Args:
        points0: (M, 2) pixels of image 0.
        points1: (M, 2) pixels of image 1, row by row their partners.
        fundamental: (3, 3) with x1^T F x0 = 0.

    Returns:
        Pixels; infinite where both points are epipoles, so that the distance is undetermined.
    """
    left, right = _homogeneous(points0), _homogeneous(points1)
    matrix = np.asarray(fundamental, np.float64)
    lines1, lines0 = left @ matrix.T, right @ matrix
    product = (right * lines1).sum(axis=1)
    slope = np.hypot(np.hypot(*lines1[:, :2].T), np.hypot(*lines0[:, :2].T))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _finite(np.abs(product) / slope)


def _homogeneous(points: ArrayLike) -> NDArray[np.float64]:
    xy = np.asarray(points, np.float64).reshape(-1, 2)
    return np.column_stack([xy, np.ones(len(xy))])


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(values), np.inf, values)
