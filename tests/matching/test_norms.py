"""Cosine and inner product against the oracles."""

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from tests import reference
from tests.matching.helpers import as_found, as_lists, as_rows, rows_of

from ssldescriptor import _core, match

DISTANCES = {"cosine": reference.cosine_distances, "inner_product": reference.minus_products}
over_norms = pytest.mark.parametrize("norm", DISTANCES)


def signed(n: int, dim: int, seed: int) -> NDArray[np.float32]:
    """Integers, so that products are exact in any order."""
    return np.random.default_rng(seed).integers(-9, 10, (n, dim)).astype(np.float32)


def make(kind: str, n: int, dim: int, seed: int) -> NDArray[np.float32]:
    return signed(n, dim, seed) if kind == "signed" else rows_of(kind, n, dim, seed)


def close(found: ArrayLike, wanted: ArrayLike) -> bool:
    """The same pairs; sums of another order may round the distance elsewhere."""
    flat, other = np.array(found, float), np.array(wanted, float)
    return flat.shape == other.shape and np.allclose(flat, other, rtol=2e-6, atol=1e-7)


# In one or two dimensions many directions are equal but for the last bit of a quotient.
CASES = [("inner_product", dim) for dim in (1, 2, 9, 33, 128)]
CASES += [("cosine", dim) for dim in (9, 33, 128)]


@pytest.mark.parametrize("kind", ["integer", "signed", "unit"])
@pytest.mark.parametrize(("norm", "dim"), CASES)
def test_against_the_oracle(level: str, norm: str, dim: int, kind: str) -> None:
    a, b = make(kind, 31, dim, 1), make(kind, 43, dim, 2)
    d = DISTANCES[norm](a, b)
    for mutual in (False, True):
        found = as_found(_core.match(a, b, norm=norm, mutual=mutual, num_threads=1))
        assert close(found, reference.matches(d, mutual=mutual))
    for k in (1, 2, 5):
        found = as_lists(*_core.knn(a, b, k, norm=norm))
        assert close(found, reference.neighbours(d, k))
    limit = float(np.quantile(d, 0.3)) + 1e-4
    mask = np.random.default_rng(3).integers(0, 2, d.shape, dtype=np.uint8)
    rows = as_rows(*_core.radius_search(a, b, limit, mask=mask, norm=norm))
    for row, wanted in zip(rows, reference.within(d, limit, mask), strict=True):
        assert close(row, wanted)


@over_norms
def test_ties_go_to_the_lowest_index(level: str, norm: str) -> None:
    a = signed(10, 20, 4)
    b = np.concatenate([signed(5, 20, 5), a, a])
    if norm == "cosine":
        wanted = [[5 + i, 15 + i] for i in range(10)]
        assert _core.knn(a, b, 2, norm=norm)[0].tolist() == wanted
        assert as_found(_core.match(b, a, norm=norm)) == [(5 + i, i, 0.0) for i in range(10)]
    d = DISTANCES[norm](a, b)
    assert _core.knn(a, b, 4, norm=norm)[0].tolist() == [
        [n[0] for n in row] for row in reference.neighbours(d, 4)
    ]


def test_cosine_does_not_see_lengths(level: str) -> None:
    a, b = rows_of("unit", 40, 32, 6), rows_of("unit", 50, 32, 7)
    scale = np.logspace(-30, 15, 50, dtype=np.float32)[:, None]
    index = _core.knn(a, b, 3, norm="cosine")[0]
    assert _core.knn(a, b * scale, 3, norm="cosine")[0].tolist() == index.tolist()


def test_rows_without_direction_match_nothing(level: str) -> None:
    a, b = signed(12, 8, 8), signed(15, 8, 9)
    a[3] = b[5] = 0
    a[4, 0] = b[6, 1] = np.nan
    d = reference.cosine_distances(a, b)
    assert close(as_found(_core.match(a, b, norm="cosine")), reference.matches(d))
    index, _ = _core.knn(a, b, 15, norm="cosine")
    assert (index[3] == -1).all()
    assert not {5, 6} & set(index.ravel().tolist())


def test_a_long_row_can_have_the_largest_product(level: str) -> None:
    """Also one that the screen cannot hold."""
    a, b = signed(10, 6, 10) + 20, signed(20, 6, 11)
    b[4] *= np.float32(1e18)
    b[5] = 1e19
    b[6] = -1e19
    d = reference.minus_products(a, b)
    assert as_lists(*_core.knn(a, b, 3, norm="inner_product")) == reference.neighbours(d, 3)
    assert as_found(_core.match(a, b, norm="inner_product")) == reference.matches(d)


def test_ratio_of_cosines_is_that_of_unit_rows() -> None:
    a, b = rows_of("unit", 60, 24, 12), rows_of("unit", 80, 24, 13)
    by_cosine, by_l2 = match(a, b, ratio=0.95, norm="cosine"), match(a, b, ratio=0.95)
    assert 0 < len(by_l2) < 60
    assert by_cosine.index1.tolist() == by_l2.index1.tolist()
    np.testing.assert_allclose(by_cosine.distance, by_l2.distance**2 / 2, rtol=1e-5)


def test_wrong_norms() -> None:
    a = rows_of("unit", 3, 4, 14)
    with pytest.raises(ValueError, match="'cosine' or 'inner_product' is wanted"):
        match(a, a, norm="l1")
    with pytest.raises(ValueError, match="ratio test needs a distance"):
        match(a, a, norm="inner_product", ratio=0.8)
    with pytest.raises(ValueError, match="'cosine' or 'inner_product' is wanted"):
        match(a.astype(np.uint8), a.astype(np.uint8), norm="hamming")
    with pytest.raises(ValueError, match="squared=True goes with"):
        _core.match(a, a, norm="cosine", squared=True)
    with pytest.raises(ValueError, match="max_distance must be >= 0"):
        match(a, a, norm="cosine", max_distance=-1)
    assert len(match(a, a, norm="inner_product", max_distance=-0.5)) > 0


@pytest.mark.parametrize("length", [1e-33, 1e-35, 1e-36, 1e-38])
def test_the_length_of_a_row_does_not_count(length: float) -> None:
    rng = np.random.default_rng(0)
    query = rng.standard_normal((200, 32)).astype(np.float32)
    train = np.concatenate([rng.standard_normal((200, 32)), query[:20].astype(float) * length])
    found = match(query, train.astype(np.float32), norm="cosine", mutual=False)
    assert found.index1[:20].tolist() == list(range(200, 220))
    np.testing.assert_allclose(found.distance[:20], 0, atol=1e-5)
    offset, index, _ = _core.radius_search(query, train.astype(np.float32), 1e-3, norm="cosine")
    assert set(index[: offset[20]]) == set(range(200, 220))
