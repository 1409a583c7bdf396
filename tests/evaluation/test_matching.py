"""The score of a pair and the means over a source."""

from pathlib import Path

import cv2
import numpy as np

from ssldescriptor.evaluation.datasets.sequences import read_sequences
from ssldescriptor.evaluation.methods import Features, make_extractor
from ssldescriptor.evaluation.tasks.matching import (
    Score,
    mean_score,
    score_pair,
    score_sequences,
)


def features(points: list[list[float]], width: int = 8) -> Features:
    rows = np.eye(len(points), width, dtype=np.float32)
    return Features(np.array(points, np.float32), rows)


def test_pair_with_known_errors() -> None:
    square = [[0.0, 0.0], [99.0, 0.0], [99.0, 99.0], [0.0, 99.0], [50.0, 50.0]]
    moved = [[x, y] for x, y in square]
    moved[4] = [54.0, 50.0]
    score = score_pair(features(square), features(moved), np.eye(3), (100, 100))
    assert score == Score(0.8, 0.8, 1.0, 1.0, 5, 4, 1.0, 1.0)


def test_only_mutual_neighbours_count() -> None:
    view0 = Features(np.zeros((2, 2), np.float32), np.array([[1, 0], [0.9, 0]], np.float32))
    view1 = Features(np.zeros((1, 2), np.float32), np.array([[1, 0]], np.float32))
    assert score_pair(view0, view1, np.eye(3), (10, 10)).num_matches == 1


def test_an_empty_view_scores_zero() -> None:
    empty = Features(np.zeros((0, 2), np.float32), np.zeros((0, 1), np.float32))
    assert score_pair(empty, features([[0.0, 0.0]]), np.eye(3), (10, 10)) == Score()


def test_mean_is_taken_field_by_field() -> None:
    mean = mean_score([Score(mma_3=0.2, num_matches=10), Score(mma_3=0.6, num_matches=30)])
    assert (mean.mma_3, mean.num_matches) == (0.4, 20)
    assert mean_score([]) == Score()


def test_an_image_against_itself_is_perfect(tmp_path: Path) -> None:
    folder = tmp_path / "i_self_noise"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    image = cv2.resize(noise, (200, 160), interpolation=cv2.INTER_CUBIC)
    for name in ("1.png", "2.png"):
        cv2.imwrite(str(folder / name), image)
    np.savetxt(folder / "H_1_2", np.eye(3))
    scores = score_sequences(make_extractor("orb", 200), read_sequences(tmp_path))
    (score,) = scores["i_self"]
    assert score.num_matches > 50
    assert (score.mma_1, score.homography_3) == (1.0, 1.0)
