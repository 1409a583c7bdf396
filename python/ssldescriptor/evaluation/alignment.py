"""The best similarity between two sets of points, and what is left after it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor.evaluation.poses import Pose


def align(source: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """Return the source points after the similarity that brings them nearest to the target.

    Least squares over rotation, scale and shift (Umeyama, PAMI 1991).

    Args:
        source: (N, 3).
        target: (N, 3), row by row the same points.

    Returns:
        (N, 3) float64. Points that all coincide come back at the target's mean.
    """
    first, second = (np.asarray(points, dtype=np.float64) for points in (source, target))
    means = first.mean(axis=0), second.mean(axis=0)
    left, right = first - means[0], second - means[1]
    u, values, v = np.linalg.svd(right.T @ left)
    # A reflection is no rotation: the weakest direction is turned round.
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ v)) or 1.0])
    spread = (left**2).sum()
    scale = (values * signs).sum() / spread if spread > 0 else 0.0
    return np.asarray(scale * left @ (u * signs @ v).T + means[1])


def aligned_errors(estimates: Mapping[str, Pose], truth: Mapping[str, Pose]) -> list[float] | None:
    """Return the distances of camera centres from the truth after the best similarity.

    Args:
        estimates: poses in any frame and scale, by name.
        truth: poses by name, at least of the same names.

    Returns:
        One distance for each estimate by name, in units of the truth; None with fewer than three,
        which any similarity fits.
    """
    names = sorted(estimates)
    if len(names) < 3:
        return None
    source = [estimates[name].centre() for name in names]
    target = np.array([truth[name].centre() for name in names])
    return [float(d) for d in np.linalg.norm(align(source, target) - target, axis=1)]
