"""The ratio test on rows that the core may hold in eight bits: the matches of the oracle."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests import reference
from tests.matching.helpers import as_found, rows_of

from ssldescriptor import _core

RATIOS = (0.3, 0.8, 0.9, 1.0)


def check(a: NDArray, b: NDArray, ratios: tuple[float, ...] = RATIOS, threads: int = 1) -> None:
    d = reference.l2_distances(a, b)
    for ratio in ratios:
        for mutual in (True, False):
            found = _core.match(a, b, mutual=mutual, ratio=ratio, num_threads=threads)
            assert as_found(found) == reference.matches(d, mutual=mutual, ratio=ratio)


@pytest.mark.parametrize("dim", [31, 128])
@pytest.mark.parametrize("noise", [0.3, 0.1, 0.03])
def test_noisy_copies(level: str, dim: int, noise: float) -> None:
    """Half of the rows have one: from lost among the others to far nearer."""
    rng = np.random.default_rng(dim)
    a, b = rows_of("unit", 100, dim, 1), rows_of("unit", 130, dim, 2)
    b[50:100] = a[:50] + rng.normal(scale=noise / np.sqrt(dim), size=(50, dim))
    check(a, b)
    check(b, a, threads=3)


@pytest.mark.parametrize("off", [0, 1e-7, 1e-6, 1e-4, 1e-2, 0.1])
def test_second_neighbours_around_the_limit(level: str, off: float) -> None:
    """The distances of the two nearest rows stand in the ratio 0.8, nearly."""
    rng = np.random.default_rng(7)
    a = rows_of("unit", 60, 128, 3)
    steps = rng.normal(size=(2, 60, 128))
    steps /= np.linalg.norm(steps, axis=2, keepdims=True)
    first = a + 0.08 * (1 + rng.choice([-off, 0, off], 60))[:, None] * steps[0]
    b = np.concatenate([a + 0.1 * steps[1], first]).astype(np.float32)
    check(a, b, (0.8,))
    check(b, a, (0.8,))


def test_rows_so_near_that_eight_bits_decide_nothing(level: str) -> None:
    rng = np.random.default_rng(8)
    cluster = rows_of("unit", 1, 128, 4) + rng.normal(scale=1e-3, size=(120, 128))
    others = rows_of("unit", 40, 128, 5)
    rows = np.concatenate([cluster, others]).astype(np.float32)
    moved = (rows + rng.normal(scale=5e-4, size=rows.shape)).astype(np.float32)
    check(rows, moved)
    check(rows, rows[::-1].copy())


def test_columns_that_eight_bits_leave_undecided(level: str) -> None:
    """Pairs of queries equally near to one row, or nearly so, that pass the ratio test."""
    rng = np.random.default_rng(9)
    b = rows_of("unit", 80, 128, 6)
    steps = rng.normal(scale=2e-3, size=b.shape)
    a = np.concatenate([b + steps, b - steps * (1 + 1e-3), b + steps]).astype(np.float32)
    check(a, b)


def test_signed_rows_duplicates_and_rows_that_match_nothing(level: str) -> None:
    rng = np.random.default_rng(10)
    a, b = (rng.normal(size=(n, 96)).astype(np.float32) for n in (70, 90))
    b[10:40] = a[10:40] + rng.normal(scale=0.3, size=(30, 96)).astype(np.float32)
    b[40] = b[41] = a[50]
    a[3] = a[12]
    a[60, 5] = np.nan
    b[70, 0] = np.inf
    check(a, b)
    check(a[:1], b)
    check(a, b[:1])
    check(a[:2], b[:2])


def test_squared_distances(level: str) -> None:
    a, b = rows_of("unit", 50, 64, 11), rows_of("unit", 50, 64, 12)
    b[:20] = a[:20] + 0.01
    plain = _core.match(a, b, ratio=0.8)
    squared = _core.match(a, b, ratio=0.8, squared=True)
    assert len(plain[0]) >= 20
    assert [x.tolist() for x in plain[:2]] == [x.tolist() for x in squared[:2]]
    np.testing.assert_allclose(squared[2], plain[2] ** 2, rtol=1e-6)


def test_values_offset_and_scaled(level: str) -> None:
    a, b = rows_of("unit", 50, 128, 13), rows_of("unit", 60, 128, 14)
    b[:20] = a[:20] + 0.02
    for offset, scale in ((-0.1, 1), (0.1, 1e-12), (0, 1e12), (100, 1)):
        check(*(((x + offset) * scale).astype(np.float32) for x in (a, b)), ratios=(0.8,))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 1.05), (0, 1.5), (-0.5, 1)])
def test_sets_packed_once_against_queries_of_another_range(
    level: str, low: float, high: float
) -> None:
    """A set is packed before its queries are known: those outside of its range are held finely."""
    rng = np.random.default_rng(15)
    train = rng.random((90, 64), np.float32)
    query = np.clip(train[:50] + rng.normal(scale=0.05, size=(50, 64)), 0, 1).astype(np.float32)
    query[:, 0] = np.linspace(low, high, 50)
    packed = _core.FloatTrainSet([train[:30], train[30:]], num_threads=1)
    d = reference.l2_distances(query, train)
    for ratio in (0.8, 0.95):
        for mutual in (True, False):
            found = _core.match(query, packed, mutual=mutual, ratio=ratio, num_threads=1)
            assert as_found(found) == reference.matches(d, mutual=mutual, ratio=ratio)
    assert len(_core.match(query, packed, ratio=0.8)[0]) > 30
