"""uint8 rows with a norm are numbers, as SIFT's are: results are those of the same floats."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests import reference
from tests.matching.helpers import as_found, as_lists, as_rows

from ssldescriptor import SSLMatcher, _core, match


def integers(n: int, dim: int, seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (n, dim), dtype=np.uint8)


def check(a: NDArray[np.uint8], b: NDArray[np.uint8], *, threads: int = 1) -> None:
    d = reference.l2_distances(a.astype(np.float32), b.astype(np.float32))
    mask = np.random.default_rng(0).integers(0, 2, d.shape, dtype=np.uint8)
    radius = float(np.quantile(d, 0.3)) if d.size else 1.0
    for ratio in (None, 0.8, 0.97):
        found = _core.match(a, b, ratio=ratio, norm="l2", num_threads=threads)
        assert as_found(found) == reference.matches(d, ratio=ratio)
    sets = [b, _core.FloatTrainSet([b[:3], b[3:]], num_threads=threads)]
    for train in sets:
        for k in (1, 2, 3, 20):
            found = _core.knn(a, train, k, norm="l2", num_threads=threads)
            assert as_lists(*found) == reference.neighbours(d, k)
        found = _core.knn(a, train, 2, mask=mask, norm="l2", num_threads=threads)
        assert as_lists(*found) == reference.neighbours(d, 2, mask)
        within = _core.radius_search(a, train, radius, norm="l2", num_threads=threads)
        assert as_rows(*within) == reference.within(d, radius)


@pytest.mark.parametrize("dim", [1, 2, 3, 4, 7, 16, 33, 64, 127, 128, 300])
def test_dimensions(level: str, dim: int) -> None:
    check(integers(40, dim, 1), integers(90, dim, 2))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (1, 1), (1, 40), (40, 1)])
def test_few_rows(level: str, shape: tuple[int, int]) -> None:
    check(integers(shape[0], 24, 3), integers(shape[1], 24, 4))


def test_ties_duplicates_and_zeros(level: str) -> None:
    a, b = integers(60, 20, 5), integers(300, 20, 6)
    b[50:250], a[:10], b[3] = b[7], b[7], 0
    check(a, b, threads=3)
    check(np.zeros_like(a), np.zeros_like(b))
    check(a // 128, b // 128)
    check(np.full_like(a, 255), b)


def test_long_rows(level: str) -> None:
    """Too long for sums in 32 bits: compared as floats."""
    check(integers(6, 9000, 7), integers(30, 9000, 8))


@pytest.mark.parametrize("norm", ["cosine", "inner_product", "l2_squared"])
def test_other_norms(level: str, norm: str) -> None:
    a, b = integers(40, 24, 9), integers(90, 24, 10)
    a[3] = b[5] = 0
    floats = _core.knn(a.astype(np.float32), b.astype(np.float32), 5, norm=norm)
    assert as_lists(*_core.knn(a, b, 5, norm=norm)) == as_lists(*floats)
    packed = _core.FloatTrainSet([b], norm=norm)
    assert as_lists(*_core.knn(a, packed, 5)) == as_lists(*floats)


def test_floats_beside_integers(level: str) -> None:
    """One side each: rounded integers of 15 or 8 bits, or floats, as the rows allow."""
    a, b = integers(40, 64, 11), integers(90, 64, 12)
    near = (b + np.float32(0.25)).astype(np.float32)
    d = reference.l2_distances(a.astype(np.float32), near)
    packed = _core.FloatTrainSet([near])
    assert as_lists(*_core.knn(a, packed, 4)) == reference.neighbours(d, 4)
    found = _core.match(a, packed, ratio=0.8, mutual=False)
    assert as_found(found) == reference.matches(d, ratio=0.8, mutual=False)
    back = _core.knn(near, _core.FloatTrainSet([a]), 4)
    assert as_lists(*back) == reference.neighbours(d.T, 4)


def test_a_set_is_of_one_kind() -> None:
    b = integers(5, 8, 13)
    with pytest.raises(TypeError):
        _core.FloatTrainSet([b, b.astype(np.float32)])  # type: ignore[list-item]
    assert _core.FloatTrainSet([b[:0], b]).shape == (5, 8)


def test_without_a_norm_they_are_bits() -> None:
    a, b = integers(30, 32, 14), integers(40, 32, 15)
    d = reference.hamming_distances(a, b)
    assert as_lists(*_core.knn(a, b, 3)) == reference.neighbours(d, 3)
    with pytest.raises(ValueError, match="packed for bits"):
        _core.knn(a, _core.ByteTrainSet([b]), 3, norm="l2")


def test_match_takes_them() -> None:
    a, b = integers(50, 128, 16), integers(60, 128, 17)
    a[:20] = b[20:40]
    floats = match(a.astype(np.float32), b.astype(np.float32), ratio=0.9)
    found = match(a, b, ratio=0.9, norm="l2")
    assert len(found) >= 20
    for name in ("index0", "index1", "distance"):
        assert (getattr(found, name) == getattr(floats, name)).all()


@pytest.mark.parametrize("norm", [cv2.NORM_L2, cv2.NORM_L2SQR])
def test_opencv_finds_the_same(norm: int) -> None:
    a, b = integers(50, 128, 18), integers(60, 128, 19)
    mask = np.random.default_rng(20).integers(0, 2, (50, 60), dtype=np.uint8)
    theirs, ours = cv2.BFMatcher(norm), SSLMatcher(norm)

    def fields(rows: tuple) -> list[list[tuple[int, int, float]]]:
        return [[(m.queryIdx, m.trainIdx, m.distance) for m in row] for row in rows]

    limit = 1000.0 if norm == cv2.NORM_L2 else 1e6
    for extra in ((), (mask,)):
        assert fields([ours.match(a, b, *extra)]) == fields([theirs.match(a, b, *extra)])
        wanted = fields(theirs.knnMatch(a, b, 7, *extra))
        assert fields(ours.knnMatch(a, b, 7, *extra)) == wanted
        within = fields(theirs.radiusMatch(a, b, limit, *extra))
        assert fields(ours.radiusMatch(a, b, limit, *extra)) == within
    crossed = cv2.BFMatcher(norm, True).match(a, b)
    assert fields([SSLMatcher(norm, True).match(a, b)]) == fields([crossed])
    ours.add([b[:20], b[20:]])
    theirs.add([b[:20], b[20:]])
    assert fields(ours.knnMatch(a, 7)) == fields(theirs.knnMatch(a, 7))
