"""Nearest photographs against sorting."""

import numpy as np
import pytest

from ssldescriptor.training.global_index import NOBODY, nearest_photographs


def unit_rows(count: int, dim: int = 16) -> np.ndarray:
    rows = np.random.default_rng(count).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(("count", "k"), [(30, 5), (6, 5), (4, 5), (2, 1), (1, 3)])
def test_neighbours_are_those_of_a_full_sort(count: int, k: int) -> None:
    rows = unit_rows(count)
    found = nearest_photographs(rows, k)
    assert found.shape == (count, k)
    for i in range(count):
        order = [j for j in np.argsort(-(rows @ rows[i])) if j != i][:k]
        assert found[i].tolist() == order + [NOBODY] * (k - len(order))


def test_a_photograph_is_never_its_own_neighbour_among_duplicates() -> None:
    rows = np.repeat(unit_rows(2), 4, axis=0)
    found = nearest_photographs(rows, 3)
    for i in range(8):
        assert sorted(found[i].tolist()) == [j for j in range(8) if j // 4 == i // 4 and j != i]


def test_photographs_without_keypoints_are_left_alone() -> None:
    rows = unit_rows(5)
    rows[2] = 0
    found = nearest_photographs(rows, 4)
    assert (found[2] == NOBODY).all()
    assert 2 not in found
    assert (np.sort(found[0])[1:] == [1, 3, 4]).all()
