"""Residuals by hand-computed values and by what OpenCV's estimation calls an inlier."""

from __future__ import annotations

import numpy as np
import pytest

from ssldescriptor.geometry import estimate
from ssldescriptor.residuals import epipolar_residuals, homography_residuals

SIDEWAYS = np.array([[0, 0, 0], [0, 0, -1], [0, 1, 0]])  # a camera that moves along x


def test_a_homography() -> None:
    moved = [[1, 0, 3], [0, 1, 4], [0, 0, 1]]
    assert homography_residuals([[1, 1], [4, 5]], [[1, 1], [7, 9]], moved).tolist() == [5, 0]
    assert homography_residuals([[1, 1]], [[1, 1]], np.diag([1, 1, 0])).tolist() == [np.inf]
    assert homography_residuals(np.empty((0, 2)), np.empty((0, 2)), moved).shape == (0,)


def test_a_fundamental_matrix() -> None:
    # Rows 2 apart: the nearest pair on one row moves each point by 1, together sqrt(2).
    found = epipolar_residuals([[0, 3], [5, 7]], [[9, 5], [1, 7]], SIDEWAYS)
    np.testing.assert_allclose(found, [2**0.5, 0])
    assert epipolar_residuals([[0, 3]], [[9, 5]], np.zeros((3, 3))).tolist() == [np.inf]


@pytest.mark.parametrize("model", ["homography", "fundamental"])
def test_inliers_are_those_within_the_threshold(model: str) -> None:
    random = np.random.default_rng(0)
    points0 = random.uniform(0, 500, (300, 2)).astype(np.float32)
    depth = 1 if model == "homography" else random.uniform(0.5, 2, 300)
    points1 = points0 + np.stack([40 * depth * np.ones(300), random.normal(0, 1.5, 300)], 1)
    points1[:60] += random.uniform(-90, 90, (60, 2))
    matrix, inliers = estimate(points0, points1.astype(np.float32), model, 3.0)
    measure = homography_residuals if model == "homography" else epipolar_residuals
    error = measure(points0, points1.astype(np.float32), matrix)
    assert 200 < inliers.sum() < 290
    assert ((error <= 3) != inliers).mean() < 0.01
