"""The score of a pair and the means over a source."""

import numpy as np
import pytest

from ssldescriptor.evaluation.extracted import Features, no_features
from ssldescriptor.evaluation.tasks.matching import (
    mean_scores,
    score_pair,
)

SQUARE = [[0.0, 0.0], [99.0, 0.0], [99.0, 99.0], [0.0, 99.0], [50.0, 50.0]]
SHAPE = (100, 100)


def features(points: list[list[float]], width: int = 8) -> Features:
    rows = np.eye(len(points), width, dtype=np.float32)
    return Features(np.array(points, np.float32), rows)


def test_pair_with_known_errors() -> None:
    moved = [*SQUARE[:4], [54.0, 50.0]]
    score = score_pair(features(SQUARE), features(moved), np.eye(3), SHAPE, SHAPE)
    assert score.mma == pytest.approx([0.8] * 3 + [1.0] * 7)
    assert (score.num_features, score.num_matches, score.num_correct) == (5, 5, 4)
    assert score.corner_error == pytest.approx(0, abs=1e-3)
    assert score.matching_score == pytest.approx(0.8)
    assert score.repeatability == pytest.approx(0.8)


def test_only_mutual_neighbours_count() -> None:
    view0 = Features(np.zeros((2, 2), np.float32), np.array([[1, 0], [0.9, 0]], np.float32))
    view1 = Features(np.zeros((1, 2), np.float32), np.array([[1, 0]], np.float32))
    score = score_pair(view0, view1, np.eye(3), (10, 10), (10, 10))
    assert (score.num_matches, score.corner_error) == (1, None)


def test_an_empty_view_scores_zero() -> None:
    score = score_pair(no_features(), features([[0.0, 0.0]]), np.eye(3), SHAPE, SHAPE)
    assert score.mma == (0.0,) * 10
    assert (score.num_matches, score.corner_error, score.repeatability) == (0, None, 0.0)


def scores(mma_3: float, num_matches: int, corner_error: float | None) -> dict[str, object]:
    return {
        "mma": [0, 0, mma_3, *[1] * 7],
        "num_matches": num_matches,
        "corner_error": corner_error,
        "num_features": 100,
        "num_correct": 5,
        "matching_score": 0.5,
        "repeatability": 0.25,
    }


def test_means_of_two_pairs() -> None:
    means = mean_scores([scores(0.2, 10, 1.0), scores(0.6, 30, None)])
    assert means["mma_3"] == pytest.approx(0.4)
    assert (means["mma_1"], means["mma_10"]) == (0, 1)
    assert (means["num_matches"], means["num_features"], means["num_pairs"]) == (20, 100, 2)
    # Strictly below the limit: an error of 1 is no success at 1.
    assert (means["homography_1"], means["homography_3"]) == (0, 0.5)
    # (0, 0) - (1, 1/2), level to 3: 1/4 + 1.
    assert means["homography_auc_3"] == pytest.approx(1.25 / 3)


def test_no_scores_give_zeros() -> None:
    means = mean_scores([])
    assert set(means.values()) == {0}
    assert "mma_10" in means
