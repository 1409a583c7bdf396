"""Hand-computed values of every score."""

import numpy as np
import pytest

from ssldescriptor.evaluation.metrics import (
    corner_error,
    estimate_homography,
    match_errors,
    matching_accuracy,
    warp_points,
)

SHIFT = [[1, 0, 10], [0, 1, -5], [0, 0, 1]]


def test_warp_divides_by_the_third_coordinate() -> None:
    # (2, 3) -> (2 + 1, 3, 2 * 2 + 1) = (3, 3, 5)
    matrix = [[1, 0, 1], [0, 1, 0], [2, 0, 1]]
    np.testing.assert_allclose(warp_points([[2, 3]], matrix), [[0.6, 0.6]])


def test_warp_of_nothing_is_empty() -> None:
    assert warp_points(np.zeros((0, 2), np.float32), SHIFT).shape == (0, 2)


def test_errors_are_distances_in_view_1() -> None:
    errors = match_errors([[0, 0], [1, 1]], [[13, -1], [11, -4]], SHIFT)
    np.testing.assert_allclose(errors, [5.0, 0.0])


def test_a_point_mapped_to_infinity_is_infinitely_wrong() -> None:
    at_infinity = [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert match_errors([[0, 0]], [[0, 0]], at_infinity) == [np.inf]
    assert match_errors([[0, 5]], [[0, 0]], at_infinity) == [np.inf]


def test_accuracy_counts_the_threshold_itself() -> None:
    shares = matching_accuracy([0.5, 1.0, 2.9, 3.0, 3.1, np.inf], [1, 3, 5])
    np.testing.assert_allclose(shares, [2 / 6, 4 / 6, 5 / 6])


def test_accuracy_without_matches_is_zero() -> None:
    np.testing.assert_array_equal(matching_accuracy([], [1, 3]), [0.0, 0.0])


def test_corner_error_of_a_shift_is_its_length() -> None:
    assert corner_error([[1, 0, 3], [0, 1, 4], [0, 0, 1]], np.eye(3), (48, 64)) == pytest.approx(5)


def test_corner_error_of_a_stretch() -> None:
    # Twice as wide: the right corners of an 11-pixel-wide image move by 10, the left ones by 0.
    assert corner_error(np.diag([2, 1, 1]), np.eye(3), (7, 11)) == pytest.approx(5)


def test_corner_error_is_measured_in_view_1() -> None:
    truth = np.diag([0.5, 0.5, 1])
    estimate = truth @ [[1, 0, 6], [0, 1, 8], [0, 0, 1]]
    assert corner_error(estimate, truth, (480, 640)) == pytest.approx(5)


def test_corner_error_of_a_degenerate_estimate_is_infinite() -> None:
    assert corner_error(np.zeros((3, 3)), np.eye(3), (48, 64)) == np.inf


def test_homography_is_found_among_wrong_matches() -> None:
    rng = np.random.default_rng(0)
    points0 = rng.uniform(0, 500, (100, 2))
    points1 = points0 + [10, -5]
    points1[:30] = rng.uniform(0, 500, (30, 2))
    matrix, inliers = estimate_homography(points0, points1)
    assert matrix is not None
    np.testing.assert_allclose(matrix / matrix[2, 2], SHIFT, atol=1e-3)
    assert inliers[30:].all()
    assert inliers[:30].sum() < 3


def test_fewer_than_four_matches_fit_nothing() -> None:
    matrix, inliers = estimate_homography(np.zeros((3, 2)), np.zeros((3, 2)))
    assert matrix is None
    assert inliers.tolist() == [False] * 3


def test_coinciding_matches_do_not_crash() -> None:
    matrix, inliers = estimate_homography(np.zeros((10, 2)), np.zeros((10, 2)))
    assert inliers.shape == (10,)
    assert matrix is None or matrix.shape == (3, 3)
