"""However the core holds rows (floats, 15-bit integers, bytes), it finds what the oracle finds."""

import numpy as np
import pytest
from tests import reference
from tests.matching.helpers import as_found, as_lists, as_rows, rows_of

from ssldescriptor import _core


def check(a: np.ndarray, b: np.ndarray, *, ratio: float | None = 0.97, threads: int = 1) -> None:
    d = reference.l2_distances(a, b)
    found = _core.match(a, b, ratio=ratio, num_threads=threads)
    assert as_found(found) == reference.matches(d, ratio=ratio)
    found = _core.match(a, b, mutual=False, num_threads=threads)
    assert as_found(found) == reference.matches(d, mutual=False)
    for k in (1, 2, 3):
        assert as_lists(*_core.knn(a, b, k, num_threads=threads)) == reference.neighbours(d, k)
    finite = d[np.isfinite(d)]
    radius = float(np.quantile(finite, 0.2)) if finite.size else 1.0
    found = _core.radius_search(a, b, radius, num_threads=threads)
    assert as_rows(*found) == reference.within(d, radius)


def test_every_dimension_up_to_300(level: str) -> None:
    rng = np.random.default_rng(0)
    for dim in range(1, 301):
        kind = ("unit", "integer", "grid")[dim % 3]
        a, b = rows_of(kind, 7, dim, dim), rows_of(kind, 9, dim, dim + 1)
        b[rng.integers(9)] = a[0]
        d = reference.l2_distances(a, b)
        assert as_found(_core.match(a, b, ratio=0.9)) == reference.matches(d, ratio=0.9)
        assert as_lists(*_core.knn(a, b, 3)) == reference.neighbours(d, 3)


@pytest.mark.parametrize("kind", ["unit", "integer", "grid"])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (1, 1), (1, 40), (40, 1), (2, 2)])
def test_few_rows(level: str, kind: str, shape: tuple[int, int]) -> None:
    check(rows_of(kind, shape[0], 24, 1), rows_of(kind, shape[1], 24, 2))


@pytest.mark.parametrize("noise", [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7])
def test_near_ties_of_every_size(level: str, noise: float) -> None:
    """From well apart for 15-bit integers to equal for float32."""
    rng = np.random.default_rng(3)
    base = rows_of("unit", 20, 64, 4)
    near = np.tile(base, (5, 1)) + rng.normal(scale=noise, size=(100, 64)).astype(np.float32)
    check(base, near, ratio=0.999)
    check(near, base, ratio=None)
    check(near, np.tile(base, (3, 1)), ratio=None, threads=3)


@pytest.mark.parametrize("kind", ["unit", "integer", "grid"])
def test_duplicates_and_zeros(level: str, kind: str) -> None:
    a, b = rows_of(kind, 40, 33, 5), rows_of(kind, 50, 33, 6)
    a[10:15] = b[7] = b[30:40] = a[3]
    b[20] = a[39] = a[5] = 0
    check(a, b)
    check(a, b, ratio=1.0, threads=3)
    check(np.zeros_like(a), np.zeros_like(b))
    check(a, np.repeat(a[:1], 50, axis=0), ratio=None)


@pytest.mark.parametrize("kind", ["unit", "integer"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite(level: str, kind: str, bad: float) -> None:
    """One of them does not change how the others are held."""
    a, b = rows_of(kind, 30, 16, 7), rows_of(kind, 40, 16, 8)
    a[[0, 7, 29], [0, 3, 15]] = bad
    b[[0, 1, 39], [0, 3, 15]] = bad
    check(a, b)
    check(np.full_like(a, bad), b)
    check(a, np.full_like(b, bad))


def test_denormal_rows(level: str) -> None:
    tiny = np.float32(1e-42)
    a, b = rows_of("grid", 20, 9, 9) * tiny, rows_of("grid", 30, 9, 10) * tiny
    assert 0 < a.max() < np.finfo(np.float32).tiny
    check(a, b)
    b[3] = 1
    check(a, b)
    check(a, rows_of("unit", 30, 9, 11))


def test_rows_of_very_different_length(level: str) -> None:
    a, b = rows_of("unit", 40, 20, 12), rows_of("unit", 50, 20, 13)
    a *= np.logspace(-3, 3, 40, dtype=np.float32)[:, None]
    b *= np.logspace(-6, 2, 50, dtype=np.float32)[:, None]
    check(a, b)
    check(a * np.float32(1e18), b)
    check(a, b * np.float32(1e17))


def test_signed_rows(level: str) -> None:
    rng = np.random.default_rng(14)
    a, b = (rng.normal(size=(n, 48)).astype(np.float32) for n in (60, 70))
    check(a, b)
    check(np.round(a * 100), np.round(b * 100))


def test_bytes_whose_distances_tie_in_float32(level: str) -> None:
    """Squared distances above 2^23 differ by 1 where their roots are one float32."""
    rng = np.random.default_rng(15)
    b = np.full((64, 300), 255, np.float32)
    b[:, :2] = rng.integers(0, 4, (64, 2))
    a = np.zeros((20, 300), np.float32)
    a[:, 0] = np.arange(20)
    d = reference.l2_distances(a, b)
    exact = ((a[:, None].astype(int) - b[None].astype(int)) ** 2).sum(axis=2)
    assert len(np.unique(d[0])) < len(np.unique(exact[0]))
    check(a, b, ratio=None)


def test_uint8_rows_as_numbers_are_bytes_in_float32(level: str) -> None:
    a, b = (np.random.default_rng(n).integers(0, 256, (50, 128), dtype=np.uint8) for n in (1, 2))
    check(a.astype(np.float32), b.astype(np.float32))


def test_more_rows_than_a_chunk_holds(level: str) -> None:
    """Eight megabytes of packed rows at a time: here 1024 or 2048 rows of 2048 values."""
    a, b = rows_of("unit", 40, 2048, 16), rows_of("unit", 2500, 2048, 17)
    b[2300] = a[3]
    b[100:110] = b[2200:2210] = a[5]
    index, distance = _core.knn(a, b, 2, num_threads=1)
    products = b.astype(np.float64) @ a.T.astype(np.float64)
    nearest = np.argsort(-products, axis=0)[:2].T
    plain = np.delete(np.arange(40), [3, 5])
    assert index[plain].tolist() == nearest[plain].tolist()
    assert (index[3, 0], distance[3, 0]) == (2300, 0)
    assert index[5].tolist() == [100, 101]
    mutual = as_found(_core.match(b, a, num_threads=2))
    assert (2300, 3, 0.0) in mutual
    assert (100, 5, 0.0) in mutual
    assert {(i, j) for i, j, _ in mutual} <= set(zip(index[:, 0].tolist(), range(40), strict=True))
