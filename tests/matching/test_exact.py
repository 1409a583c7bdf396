"""The core against the oracles: every level, dimension and thread count."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from tests import reference
from tests.matching.helpers import Found, Rows, as_found, as_lists, as_rows, rows_of

from ssldescriptor import _core

DIMS = [1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 128, 130]
SHAPES = [(1, 1), (1, 50), (50, 1), (3, 2), (37, 61), (130, 97)]
KINDS = ["unit", "integer", "grid", "bits"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dim", DIMS)
def test_dimensions(level: str, kind: str, dim: int) -> None:
    a, b = rows_of(kind, 41, dim, 1), rows_of(kind, 53, dim, 2)
    d = reference.distances(a, b)
    for ratio in (None, 0.9):
        for mutual in (True, False):
            found = _core.match(a, b, mutual=mutual, ratio=ratio, num_threads=1)
            wanted = reference.matches(d, mutual=mutual, ratio=ratio)
            assert as_found(found) == wanted
    for k in (1, 2, 3, 60):
        assert as_lists(*_core.knn(a, b, k, num_threads=1)) == reference.neighbours(d, k)


@pytest.mark.parametrize("size", [61, 248, 249, 520])
def test_long_rows_of_bits(level: str, size: int) -> None:
    """Counts are kept in bytes, which must be emptied in time: all bits of row 0 differ."""
    a, b = rows_of("bits", 20, size, 30), rows_of("bits", 30, size, 31)
    b[0] = ~a[0]
    d = reference.distances(a, b)
    assert d[0, 0] == 8 * size
    assert as_lists(*_core.knn(a, b, 30)) == reference.neighbours(d, 30)
    assert as_lists(*_core.knn(a[:1], b[:1], 1)) == [[(0, 8.0 * size)]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_and_threads(level: str, kind: str, shape: tuple[int, int]) -> None:
    a, b = rows_of(kind, shape[0], 33, 3), rows_of(kind, shape[1], 33, 4)
    d = reference.distances(a, b)
    mask = np.random.default_rng(5).integers(0, 2, shape, dtype=np.uint8)
    radius = float(np.quantile(d, 0.3))
    for threads in (1, 3):
        found = _core.match(a, b, num_threads=threads)
        assert as_found(found) == reference.matches(d)
        knn = _core.knn(a, b, 4, mask=mask, num_threads=threads)
        assert as_lists(*knn) == reference.neighbours(d, 4, mask)
        found = _core.radius_search(a, b, radius, num_threads=threads)
        assert as_rows(*found) == reference.within(d, radius)


@cache
def several_blocks(kind: str) -> tuple[NDArray, NDArray, Found, Rows]:
    """Many rows, and what the oracle finds, once for all levels."""
    a, b = rows_of(kind, 1100, 64, 6), rows_of(kind, 900, 64, 7)
    b[200:260], a[500:520] = b[:60], b[:20]
    a[900:910] = b[300:310] = a[:10]  # equal queries in different pieces
    d = reference.distances(a, b)
    return a, b, reference.matches(d, ratio=0.95), reference.neighbours(d, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_several_blocks_and_pieces(level: str, kind: str) -> None:
    """More rows than the kernels' blocks hold, and enough work for several threads."""
    a, b, matches, neighbours = several_blocks(kind)
    for threads in (1, 2, 5):
        assert as_found(_core.match(a, b, ratio=0.95, num_threads=threads)) == matches
        assert as_lists(*_core.knn(a, b, 2, num_threads=threads)) == neighbours


def test_near_ties_are_decided_exactly(level: str) -> None:
    """Rows that differ by less than the screen can see."""
    rng = np.random.default_rng(8)
    base = rows_of("unit", 20, 128, 9)
    near = np.repeat(base, 6, axis=0)
    near += rng.normal(scale=1e-6, size=near.shape).astype(np.float32)
    d = reference.distances(base, near)
    assert as_lists(*_core.knn(base, near, 2)) == reference.neighbours(d, 2)
    assert as_lists(*_core.knn(base, near, 5)) == reference.neighbours(d, 5)
    for a, b in ((base, near), (near, base)):
        d = reference.distances(a, b)
        found = _core.match(a, b, ratio=0.99)
        wanted = reference.matches(d, ratio=0.99)
        assert as_found(found) == wanted


def test_near_ties_between_queries_of_different_pieces(level: str) -> None:
    b = rows_of("unit", 300, 64, 20)
    noise = np.random.default_rng(21).normal(scale=1e-7, size=(1200, 64)).astype(np.float32)
    a = np.tile(b, (4, 1)) + noise
    wanted = reference.matches(reference.distances(a, b))
    for threads in (1, 5):
        found = _core.match(a, b, num_threads=threads)
        assert as_found(found) == wanted


def test_squared_distances(level: str) -> None:
    a, b = rows_of("integer", 60, 40, 10), rows_of("integer", 70, 40, 11)
    d = reference.distances(a, b, squared=True)
    found = _core.match(a, b, ratio=0.9, squared=True)
    wanted = reference.matches(d, ratio=0.9**2)
    assert as_found(found) == wanted
    assert as_lists(*_core.knn(a, b, 3, squared=True)) == reference.neighbours(d, 3)


@pytest.mark.parametrize("scale", [1e-30, 1e-22, 1e-10, 1e10, 1e18, 3e19])
def test_extreme_magnitudes(level: str, scale: float) -> None:
    """Squares underflow or overflow float32: the screen must not decide."""
    a = rows_of("unit", 30, 20, 12) * np.float32(scale)
    b = np.concatenate([rows_of("unit", 30, 20, 13), a[:5] / np.float32(scale)]) * np.float32(scale)
    b[7] = 1.0  # ordinary beside extreme
    d = reference.distances(a, b)
    found = _core.match(a, b, ratio=0.95)
    wanted = reference.matches(d, ratio=0.95)
    assert as_found(found) == wanted
    assert as_lists(*_core.knn(a, b, 3)) == reference.neighbours(d, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite_match_nothing(level: str, bad: float) -> None:
    a, b = rows_of("unit", 30, 16, 14), rows_of("unit", 40, 16, 15)
    a[[0, 7, 29], [0, 3, 15]] = bad
    b[[0, 1, 39], [0, 3, 15]] = bad
    d = reference.distances(a, b)
    found = _core.match(a, b, mutual=False)
    assert as_found(found) == reference.matches(d, mutual=False)
    for k in (1, 2, 5):
        assert as_lists(*_core.knn(a, b, k)) == reference.neighbours(d, k)
    offset, index, _ = _core.radius_search(a, b, np.inf)
    assert offset[1] == 0
    assert set(index.tolist()) == set(range(40)) - {0, 1, 39}


def test_nothing_but_bad_rows(level: str) -> None:
    bad = np.full((3, 4), np.nan, np.float32)
    good = np.ones((2, 4), np.float32)
    for a, b in ((bad, good), (good, bad), (bad, bad)):
        assert len(_core.match(a, b)[0]) == 0
        assert (_core.knn(a, b, 2)[0] == -1).all()
