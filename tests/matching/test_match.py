"""match(): conversions, options, empty input and errors."""

from typing import Any

import cv2
import numpy as np
import pytest
from tests import reference

from ssldescriptor import match


def rows(n: int, dim: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)


def test_identical_sets_match_one_to_one() -> None:
    a = rows(20)
    found = match(a, a, ratio=0.5)
    assert found.index0.tolist() == found.index1.tolist() == list(range(20))
    assert found.distance.tolist() == [0.0] * 20
    assert found.index0.dtype == found.index1.dtype == np.int32
    assert found.distance.dtype == np.float32
    assert len(found) == 20


@pytest.mark.parametrize("empty", [None, np.empty((0, 8), np.float32), np.empty((0, 0))])
def test_empty_sets_match_nothing(empty: np.ndarray | None) -> None:
    for found in (match(empty, rows(3)), match(rows(3), empty), match(empty, empty)):
        assert len(found) == 0
        assert found.index0.dtype == np.int32


def test_empty_bytes_match_nothing() -> None:
    assert len(match(None, np.zeros((3, 32), np.uint8))) == 0


def test_lone_candidate_passes_the_ratio_test() -> None:
    a, b = rows(1, seed=1), rows(1, seed=2)
    assert len(match(a, b, ratio=0.1)) == 1
    assert len(match(a, np.concatenate([b, np.full_like(b, np.nan)]), ratio=0.1)) == 1


def test_ratio_of_zero_distances_passes() -> None:
    """0 <= ratio * 0: two equal rows are a tie, and the first of them is the match."""
    a = rows(1)
    found = match(a, np.concatenate([rows(1, seed=5), a, a]), ratio=0.8)
    assert found.index1.tolist() == [1]
    assert found.distance.tolist() == [0.0]


def test_ratio_and_distance_limits_are_inclusive() -> None:
    a = np.zeros((1, 2), np.float32)
    b = np.array([[3, 4], [6, 8]], np.float32)
    assert len(match(a, b, ratio=0.5)) == 1
    assert len(match(a, b, ratio=np.nextafter(0.5, 0))) == 0
    assert len(match(a, b, max_distance=5)) == 1
    assert len(match(a, b, max_distance=4.999)) == 0


def test_limits_may_be_of_numpy() -> None:
    rng = np.random.default_rng(3)
    a, b = (rng.standard_normal((30, 8)).astype(np.float32) for _ in range(2))
    limit = np.median(match(a, b).distance)
    assert isinstance(limit, np.float32)
    found = match(a, b, max_distance=limit, ratio=np.float32(0.9), num_threads=np.int64(1))
    assert 0 < len(found) < len(match(a, b))
    assert found.distance.max() <= limit
    with pytest.raises(TypeError, match=r"ratio is '0\.8'; a number"):
        match(a, b, ratio="0.8")  # type: ignore[arg-type]


def test_duplicates_leave_one_mutual_pair() -> None:
    a = np.repeat(rows(2), 2, axis=0)
    found = match(a, a)
    assert found.index0.tolist() == found.index1.tolist() == [0, 2]


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.longdouble, ">f4"])
def test_other_floats_are_rounded_to_float32(dtype: str) -> None:
    a, b = rows(30).astype(dtype), rows(40, seed=3).astype(dtype)
    found = match(a, b)
    d = reference.distances(a.astype(np.float32), b.astype(np.float32))
    pairs = [x.tolist() for x in (found.index0, found.index1, found.distance)]
    assert list(zip(*pairs, strict=True)) == reference.matches(d)


def test_any_layout_and_array_likes() -> None:
    a, b = rows(10), rows(12, seed=1)
    wanted = match(a, b).index1.tolist()
    b.flags.writeable = False
    assert match(np.asfortranarray(a), b).index1.tolist() == wanted
    wide = np.zeros((10, 16), np.float32)
    wide[:, ::2] = a
    assert match(wide[:, ::2], b).index1.tolist() == wanted
    assert match(a.tolist(), b.tolist()).index1.tolist() == wanted


def test_values_too_large_for_float32_match_nothing() -> None:
    assert len(match(np.full((1, 2), 1e300), rows(4, 2), mutual=False)) == 0


def test_views_of_one_array_are_not_changed() -> None:
    a = rows(50)
    before = a.copy()
    match(a[:25], a[25:])
    assert (a == before).all()


@pytest.mark.parametrize(
    ("desc0", "desc1", "error", "message"),
    [
        (rows(3), rows(3).astype(np.uint8), TypeError, "floats and desc1 bits"),
        (rows(3).astype(np.int32), rows(3), TypeError, "desc0 is int32"),
        (rows(3) > 0, rows(3) > 0, TypeError, "desc0 is bool"),
        (rows(3), rows(3).astype(complex), TypeError, "desc1 is complex128"),
        ("abc", rows(3), ValueError, r"shape \(\)"),
        (rows(3)[0], rows(3), ValueError, r"desc0 has shape \(8,\)"),
        (rows(3), rows(3)[None], ValueError, r"desc1 has shape \(1, 3, 8\)"),
        (rows(3, 4), rows(3, 5), ValueError, r"\(3, 4\) against \(3, 5\)"),
    ],
)
def test_wrong_descriptors(
    desc0: object, desc1: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        match(desc0, desc1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ratio": 0}, "ratio must be > 0"),
        ({"ratio": -1}, "ratio must be > 0"),
        ({"ratio": float("nan")}, "ratio must be > 0"),
        ({"max_distance": -1}, "max_distance must be >= 0"),
        ({"max_distance": float("nan")}, "max_distance must be >= 0"),
        ({"num_threads": -1}, "num_threads must be >= 0"),
    ],
)
def test_wrong_options(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        match(rows(3), rows(3), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_threads": 2.0}, "^argument 'num_threads' is 2.0 of type float; an integer is"),
        ({"num_threads": None}, "^argument 'num_threads' is None of type NoneType; an integer is"),
        ({"norm": cv2.NORM_L2}, "^norm is 4; a name such as 'l2', or None, is wanted$"),
    ],
)
def test_options_of_another_type(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        match(rows(3), rows(3), **options)
