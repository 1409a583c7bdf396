"""Hand-computed cases, and a naive loop for repeatability."""

import numpy as np
import pytest

from ssldescriptor.evaluation.coverage import covered, matching_score, overlap, repeatability

SHAPE = (100, 200)
RIGHT_50 = np.array([[1.0, 0, 50], [0, 1, 0], [0, 0, 1]])


def test_borders_are_covered() -> None:
    points = [[0, 0], [149, 99], [150, 50], [-51, 5], [-50, 5], [10, 99.5]]
    expected = [True, True, False, False, True, False]
    assert covered(points, RIGHT_50, SHAPE).tolist() == expected
    assert covered(points, -3 * RIGHT_50, SHAPE).tolist() == expected


def test_what_lies_behind_the_camera_is_not_covered() -> None:
    # w = 1 - x / 100: positive left of x = 100. Right of it (300, 300) would land at (-150, -150).
    tilted = np.array([[1, 0, 0], [0, 1, 0], [-0.01, 0, 1]])
    assert covered([[50, 30], [300, 30]], tilted, (1000, 1000)).tolist() == [True, False]
    mirrored = np.array([[-1, 0, 99], [0, -1, 99], [-0.01, 0, 1]])
    assert covered([[300, 300]], mirrored, (1000, 1000)).tolist() == [False]


def test_overlap_is_the_covered_share() -> None:
    assert overlap(np.eye(3), SHAPE, SHAPE) == 1
    assert overlap(RIGHT_50, SHAPE, SHAPE) == pytest.approx(0.75)
    assert overlap(RIGHT_50 * [[1, 1, 9], [1, 1, 1], [1, 1, 1]], SHAPE, SHAPE) == 0


def test_repeatability_counts_both_views() -> None:
    # Visible: 2 of view 0 ((190, 9) leaves view 1), 3 of view 1 ((20, 9) came from outside).
    points0 = [[10, 10], [40, 40], [190, 9]]
    points1 = [[62, 10], [100, 90], [150, 50], [20, 9]]
    assert repeatability(points0, points1, RIGHT_50, SHAPE, SHAPE) == pytest.approx(2 / 5)
    assert repeatability(points0, points1, RIGHT_50, SHAPE, SHAPE, max_error=1.9) == 0


def test_repeatability_agrees_with_a_loop() -> None:
    rng = np.random.default_rng(0)
    points0, points1 = rng.uniform(0, 200, (1100, 2)), rng.uniform(0, 200, (40, 2))
    found = total = 0
    for x, y in points0:
        if 0 <= x + 50 <= 199 and 0 <= y <= 99:
            total += 1
            found += min(np.hypot(*(p - [x + 50, y])) for p in points1 if inside(p)) <= 3
    for p in points1:
        if inside(p):
            total += 1
            moved = (np.array([x + 50, y]) for x, y in points0 if x + 50 <= 199 and y <= 99)
            found += min(np.hypot(*(q - p)) for q in moved) <= 3
    score = repeatability(points0, points1, RIGHT_50, SHAPE, SHAPE)
    assert score == pytest.approx(found / total)


def inside(point: np.ndarray) -> bool:
    """Does view 1's point lie in view 0?"""
    return bool(0 <= point[0] - 50 <= 199 and 0 <= point[1] <= 99)


def test_nothing_in_common_is_no_division_by_zero() -> None:
    nothing = np.zeros((0, 2))
    assert repeatability(nothing, [[60, 5]], RIGHT_50, SHAPE, SHAPE) == 0
    assert matching_score(0, nothing, [[60, 5]], RIGHT_50, SHAPE, SHAPE) == 0


def test_matching_score_is_the_mean_over_the_views() -> None:
    points0, points1 = [[10, 10], [40, 40], [190, 9]], [[60, 10], [90, 40], [99, 9], [199, 9]]
    # 1 correct match: of 2 visible points in view 0, of 4 in view 1.
    score = matching_score(1, points0, points1, RIGHT_50, SHAPE, SHAPE)
    assert score == pytest.approx((1 / 2 + 1 / 4) / 2)
