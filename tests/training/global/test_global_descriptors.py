"""VLAD and GeM against naive loops; k-means on clusters that are known."""

import math

import numpy as np
import pytest

from ssldescriptor.training.global_descriptors import gem, learn_centres, vlad


def random_rows(count: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((count, dim)).astype(np.float32)


def naive_vlad(rows: np.ndarray, centres: np.ndarray) -> list[float]:
    sums = [[0.0] * len(centre) for centre in centres]
    for row in rows:
        distances = [math.dist(row, centre) for centre in centres]
        k = distances.index(min(distances))
        for d in range(len(row)):
            sums[k][d] += float(row[d]) - float(centres[k][d])
    flat = []
    for cell in sums:
        norm = math.hypot(*cell)
        flat += [x / norm if norm else 0.0 for x in cell]
    powered = [math.copysign(math.sqrt(abs(x)), x) for x in flat]
    norm = math.hypot(*powered)
    return [x / norm if norm else 0.0 for x in powered]


@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_vlad_equals_naive_loops(count: int) -> None:
    rows, centres = random_rows(count, 6), random_rows(4, 6, seed=1)
    assert vlad(rows, centres) == pytest.approx(naive_vlad(rows, centres), abs=1e-6)


def test_vlad_by_hand() -> None:
    centres = np.array([[0, 0], [10, 0]], np.float32)
    rows = np.array([[0, 4], [1, 0], [-1, 0], [9, 0]], np.float32)
    # Residuals (0, 4) and (-1, 0): unit (0, 1), (-1, 0); square roots; two units of length one.
    assert vlad(rows, centres) == pytest.approx([0, 0.5**0.5, -(0.5**0.5), 0])


def test_order_does_not_matter_and_repeating_every_row_changes_nothing() -> None:
    rows, centres = random_rows(30, 8), random_rows(3, 8, seed=1)
    assert vlad(rows[::-1], centres) == pytest.approx(vlad(rows, centres), abs=1e-6)
    assert vlad(np.tile(rows, (2, 1)), centres) == pytest.approx(vlad(rows, centres), abs=1e-6)


def test_gem_equals_naive_loops() -> None:
    rows = random_rows(25, 5)
    pooled = [(sum(float(x) ** 3 for x in column) / 25) ** (1 / 3) for column in rows.T]
    norm = math.hypot(*pooled)
    assert gem(rows) == pytest.approx([x / norm for x in pooled], rel=1e-5)


def test_gem_raises_negative_values_to_its_floor_and_holds_without_rows() -> None:
    assert gem(np.array([[-1, 2]], np.float32)) == pytest.approx([5e-7, 1], abs=1e-9)
    assert gem(np.empty((0, 3), np.float32)).tolist() == [0, 0, 0]


def test_centres_are_those_of_separate_clusters_and_repeat_with_the_seed() -> None:
    rng = np.random.default_rng(0)
    true = np.array([[0, 0], [10, 4]], np.float32)
    photographs = [c + rng.normal(0, 0.1, (60, 2)).astype(np.float16) for c in true]
    photographs.append(np.empty((0, 2), np.float16))
    centres = learn_centres(photographs, 2, seed=4)
    means = [p.mean(0) for p in photographs[:2]]
    assert centres[np.argsort(centres[:, 0])] == pytest.approx(np.array(means), abs=1e-2)
    assert (centres == learn_centres(photographs, 2, seed=4)).all()


def test_every_centre_is_the_mean_of_its_own_rows() -> None:
    rows = np.random.default_rng(3).normal(size=(500, 3)).astype(np.float32)
    centres = learn_centres([rows[:100], rows[100:]], 6, seed=1)
    nearest = np.linalg.norm(rows[:, None] - centres, axis=2).argmin(1)
    for k, centre in enumerate(centres):
        assert centre == pytest.approx(rows[nearest == k].mean(0), abs=0.1)


def test_centres_see_every_photograph_of_many_rows() -> None:
    # More rows than k-means draws: the two clusters are still both in the draw.
    photographs = [value + random_rows(400, 2) for value in (0, 50)]
    centres = learn_centres(photographs, 2, seed=0)
    assert sorted(centres[:, 0].tolist()) == pytest.approx([0.5, 50.5], abs=0.1)


def test_fewer_rows_than_centres_are_refused() -> None:
    with pytest.raises(ValueError, match=r"5 local descriptors in 1 .* at least 8"):
        learn_centres([random_rows(5, 4)], 8, seed=0)
