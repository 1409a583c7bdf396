"""k neighbours for every k: short lists that are cut, overflow, or cannot see all rows."""

import numpy as np
import pytest
from tests import reference
from tests.matching.helpers import as_lists, rows_of

from ssldescriptor import _core

KINDS = ["unit", "integer", "grid", "bits"]
KS = [3, 10, 50, 64, 200, 450]
ORACLES = {
    "l2": reference.l2_distances,
    "cosine": reference.cosine_distances,
    "inner_product": reference.minus_products,
}


def check(a: np.ndarray, b: np.ndarray, ks: list[int], *, norm: str = "l2") -> None:
    d = ORACLES[norm](a, b) if a.dtype == np.float32 else reference.distances(a, b)
    wanted = reference.neighbours(d, max(ks))
    given = {"norm": norm} if a.dtype == np.float32 else {}
    for k in ks:
        for threads in (1, 3):
            found = as_lists(*_core.knn(a, b, k, num_threads=threads, **given))
            assert found == [row[:k] for row in wanted]


@pytest.mark.parametrize("kind", KINDS)
def test_every_k(level: str, kind: str) -> None:
    check(rows_of(kind, 150, 32, 1), rows_of(kind, 450, 32, 2), KS)


@pytest.mark.parametrize("norm", ["cosine", "inner_product"])
@pytest.mark.parametrize("kind", ["unit", "integer"])
def test_other_norms(level: str, kind: str, norm: str) -> None:
    check(rows_of(kind, 40, 24, 3), rows_of(kind, 700, 24, 4), [3, 20, 64], norm=norm)


@pytest.mark.parametrize("order", [1, -1])
def test_train_rows_that_come_nearer_and_nearer(level: str, order: int) -> None:
    """Nearest last, every row is taken; nearest first, none after the first k."""
    rng = np.random.default_rng(5)
    a = rows_of("unit", 20, 16, 6)
    steps = np.linspace(1, 0.1, 800)[::order, None]
    b = (a[:1] + steps * rows_of("unit", 800, 16, 7)).astype(np.float32)
    check(a, b, [3, 17, 64])
    check(a, b[rng.permutation(800)], [3, 17, 64])


@pytest.mark.parametrize("kind", ["unit", "integer", "grid"])
def test_more_equal_rows_than_a_list_holds(level: str, kind: str) -> None:
    a, b = rows_of(kind, 30, 20, 8), rows_of(kind, 700, 20, 9)
    b[100:600] = b[50]
    a[:10] = b[50]
    check(a, b, [3, 64, 600])
    check(a, np.repeat(b[:2], 300, axis=0), [3, 64])
    check(np.zeros_like(a), np.zeros_like(b), [5])


@pytest.mark.parametrize("noise", [1e-3, 1e-4, 1e-5, 1e-6, 1e-7])
def test_more_near_ties_than_a_list_holds(level: str, noise: float) -> None:
    rng = np.random.default_rng(10)
    base = rows_of("unit", 8, 48, 11)
    near = np.tile(base, (60, 1)) + rng.normal(scale=noise, size=(480, 48)).astype(np.float32)
    check(base, near, [3, 20, 64])
    near[7] *= 4  # of another length: floats are screened
    check(base, near, [3, 20, 64])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_fewer_good_rows_than_wanted(level: str, bad: float) -> None:
    a, b = rows_of("unit", 12, 16, 12), rows_of("unit", 300, 16, 13)
    a[3, 5] = bad
    for count in (0, 1, 4, 280):
        worse = b.copy()
        worse[np.random.default_rng(14).permutation(300)[count:], 2] = bad
        check(a, worse, [3, 10, 64])


def test_rows_too_long_for_the_screen(level: str) -> None:
    """They are beyond every screened row, but may be among the k nearest, or be the query."""
    a, b = rows_of("unit", 12, 16, 15), rows_of("unit", 300, 16, 16)
    a[4:8] *= np.float32(2e18)
    b[:200] *= np.float32(3e18)
    check(a, b, [3, 64, 99, 100, 101, 250])
    b[200:] *= np.float32(1e-20)
    check(a, b, [3, 64, 100, 101])


@pytest.mark.parametrize("scale", [1e-42, 1e-30, 1e-22, 1e18])
def test_values_that_underflow_or_overflow(level: str, scale: float) -> None:
    a, b = (rows_of("grid", n, 9, n) * np.float32(scale) for n in (20, 300))
    check(a, b, [3, 20, 64])


def test_more_queries_than_lists_are_held(level: str) -> None:
    """Lists of 64 neighbours take 8 MB for 5461 queries."""
    a, b = rows_of("unit", 5600, 3, 17), rows_of("unit", 100, 3, 18)
    check(a, b, [64])


def test_more_train_rows_than_a_chunk_holds(level: str) -> None:
    """Eight megabytes of packed rows at a time: here 1024 or 2048 rows of 2048 values."""
    a, b = rows_of("unit", 5, 2048, 19), rows_of("unit", 4200, 2048, 20)
    b[4100] = b[30] = b[2000] = a[3]
    check(a, b, [3, 64])
