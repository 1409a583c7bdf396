"""Which parts of two views show the same, and scores that need to know it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor.evaluation.metrics import warp_points

Shape = tuple[int, ...]


def covered(points: ArrayLike, homography: ArrayLike, shape: Shape) -> NDArray[np.bool_]:
    """Tell which points the other view shows.

    Args:
        points: (N, 2) pixels of one view.
        homography: (3, 3) to the other view; its sign is free.
        shape: (height, width, ...) of the other view.

    Returns:
        (N,) bool: mapped to between the centres of the first and last pixels, and not from behind
        the camera (a view that shows the same side of the plane has a positive determinant).
    """
    source = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    matrix = np.asarray(homography, dtype=np.float64)
    matrix = matrix * np.sign(np.linalg.det(matrix))
    mapped = warp_points(source, matrix)
    in_front = source @ matrix[2, :2] + matrix[2, 2] > 0
    limit = np.array([shape[1] - 1, shape[0] - 1])
    with np.errstate(invalid="ignore"):
        inside = ((mapped >= 0) & (mapped <= limit)).all(axis=1)
    return np.asarray(in_front & inside)


def overlap(homography: ArrayLike, shape0: Shape, shape1: Shape, steps: int = 32) -> float:
    """Return the share of view 0 that view 1 shows, on a grid of steps x steps places."""
    x = (np.arange(steps) + 0.5) / steps * shape0[1] - 0.5
    y = (np.arange(steps) + 0.5) / steps * shape0[0] - 0.5
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return float(covered(grid, homography, shape1).mean())


def repeatability(
    points0: ArrayLike,
    points1: ArrayLike,
    homography: ArrayLike,
    shape0: Shape,
    shape1: Shape,
    max_error: float = 3.0,
) -> float:
    """Return the share of keypoints that are found again in the other view.

    DeTone et al., "SuperPoint", appendix A: of the points that both views show, from both sides,
    those that have a point of the other view within max_error. Distances are measured in view 1.

    Args:
        points0: (N, 2) pixels of view 0.
        points1: (M, 2) pixels of view 1.
        homography: (3, 3) H_0to1.
        shape0: (height, width, ...) of view 0.
        shape1: (height, width, ...) of view 1.
        max_error: in pixels.

    Returns:
        In [0, 1]; 0 when neither view has a point that the other shows.
    """
    first = np.asarray(points0, dtype=np.float64).reshape(-1, 2)
    second = np.asarray(points1, dtype=np.float64).reshape(-1, 2)
    first = warp_points(first[covered(first, homography, shape1)], homography)
    second = second[covered(second, np.linalg.inv(np.asarray(homography)), shape0)]
    total = len(first) + len(second)
    if len(first) == 0 or len(second) == 0:
        return 0.0
    again0, again1 = 0, np.zeros(len(second), np.bool_)
    for start in range(0, len(first), 1024):  # in blocks, so that many keypoints fit in memory
        block = first[start : start + 1024]
        x, y = (block[:, None, axis] - second[None, :, axis] for axis in (0, 1))
        near = x * x + y * y <= max_error**2
        again0 += int(near.any(axis=1).sum())
        again1 |= near.any(axis=0)
    return float((again0 + again1.sum()) / total)


def matching_score(
    num_correct: int,
    points0: ArrayLike,
    points1: ArrayLike,
    homography: ArrayLike,
    shape0: Shape,
    shape1: Shape,
) -> float:
    """Return correct matches over the keypoints that both views show, averaged over the two views.

    The M-score of DeTone et al., "SuperPoint", appendix A, after Mikolajczyk and Schmid (2005).

    Args:
        num_correct: matches that are right.
        points0: (N, 2) pixels of view 0.
        points1: (M, 2) pixels of view 1.
        homography: (3, 3) H_0to1.
        shape0: (height, width, ...) of view 0.
        shape1: (height, width, ...) of view 1.

    Returns:
        In [0, 1]; 0 when a view has no point that the other shows. A match that is right within
        its tolerance may lie outside the other view, so the quotient is cut at 1.
    """
    inverse = np.linalg.inv(np.asarray(homography, dtype=np.float64))
    counts = covered(points0, homography, shape1).sum(), covered(points1, inverse, shape0).sum()
    if min(counts) == 0:
        return 0.0
    return float(np.mean([min(1.0, num_correct / count) for count in counts]))
