"""Hand-computed vectors, and a naive VLAD."""

import numpy as np
import pytest

from ssldescriptor.evaluation.aggregation import (
    BLOCK,
    learn_vocabulary,
    nearest_words,
    unit_rows,
    vlad,
)


def test_unit_rows_of_floats() -> None:
    np.testing.assert_allclose(unit_rows([[3, 4], [0, 0]]), [[0.6, 0.8], [0, 0]])
    assert unit_rows(np.zeros((0, 5))).shape == (0, 5)


def test_unit_rows_of_bits_keep_the_hamming_distance() -> None:
    rows = np.random.default_rng(0).integers(0, 256, (6, 4), np.uint8)
    hamming = np.unpackbits(rows[:, None] ^ rows[None], axis=2).sum(axis=2)
    made = unit_rows(rows)
    assert made.shape == (6, 32)
    np.testing.assert_allclose(made @ made.T, 1 - 2 * hamming / 32, atol=1e-6)


def test_ties_go_to_the_first_word() -> None:
    words = np.array([[1, 0], [-1, 0], [1, 0]], np.float32)
    rows = np.array([[0, 5], [2, 0], [-2, 0]], np.float32)
    assert nearest_words(rows, words).tolist() == [0, 0, 1]


def test_blocks_of_rows_have_no_seams() -> None:
    rng = np.random.default_rng(0)
    rows, words = rng.normal(size=(2 * BLOCK + 7, 3)), rng.normal(size=(5, 3))
    distances = np.linalg.norm(rows[:, None] - words[None], axis=2)
    np.testing.assert_array_equal(nearest_words(rows, words), distances.argmin(axis=1))


def test_clusters_are_found() -> None:
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [10, 0], [0, 10], [10, 10]], np.float32)
    rows = np.repeat(centres, 50, axis=0) + rng.normal(0, 0.1, (200, 2)).astype(np.float32)
    words = learn_vocabulary(rows, 4)
    near = np.linalg.norm(words[:, None] - centres[None], axis=2) < 0.1
    assert near.any(axis=0).all()
    np.testing.assert_array_equal(words, learn_vocabulary(rows, 4))


def test_no_cluster_stays_empty() -> None:
    rows = np.concatenate([np.zeros((50, 1)), [[1], [2], [100]]]).astype(np.float32)
    words = learn_vocabulary(rows, 3, iterations=50)
    assert len(np.unique(nearest_words(rows, words))) == 3


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="1 different descriptors cannot make 2 words"):
        learn_vocabulary(np.ones((9, 3), np.float32), 2)


def test_vlad_by_hand() -> None:
    words = np.array([[0, 0], [10, 0], [0, 10]], np.float32)
    rows = np.array([[1, 0], [2, 4], [10, -2]], np.float32)
    # Sums (3, 4), (0, -2), none; each to length 1; then all of it.
    expected = np.array([0.6, 0.8, 0, -1, 0, 0]) / np.sqrt(2)
    np.testing.assert_allclose(vlad(rows, words), expected, atol=1e-6)


def test_vlad_agrees_with_a_loop() -> None:
    rng = np.random.default_rng(0)
    rows, words = (rng.normal(size=(n, 5)).astype(np.float32) for n in (40, 7))
    sums = np.zeros((7, 5))
    for row in rows:
        owner = min(range(7), key=lambda k: np.sum((row - words[k]) ** 2))
        sums[owner] += row - words[owner]
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    np.testing.assert_allclose(vlad(rows, words), sums.ravel() / np.linalg.norm(sums), atol=1e-5)


def test_vlad_ignores_the_order_of_rows() -> None:
    rng = np.random.default_rng(0)
    rows, words = (rng.normal(size=(n, 5)).astype(np.float32) for n in (40, 7))
    np.testing.assert_allclose(vlad(rows[::-1], words), vlad(rows, words), atol=1e-6)


def test_vlad_of_nothing_is_zero() -> None:
    words = np.ones((3, 4), np.float32)
    assert vlad(np.zeros((0, 4), np.float32), words).tolist() == [0] * 12


def test_rows_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="5 columns, words 4"):
        vlad(np.ones((2, 5), np.float32), np.ones((3, 4), np.float32))
