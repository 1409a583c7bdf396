"""SSLMatcher returns what cv2.BFMatcher returns: order, ties, masks, image numbers, distances."""

import cv2
import numpy as np
import pytest
from tests.contract.matcher_helpers import bits, fields, grid, mask_of, row_fields, sift_like

from ssldescriptor import SSLMatcher

DATA = {
    "grid": (cv2.NORM_L2, grid(60, 0), grid(80, 1)),
    "sift": (cv2.NORM_L2, sift_like(50, 2), sift_like(70, 3)),
    "squared": (cv2.NORM_L2SQR, grid(60, 4), grid(50, 5)),
    "bits": (cv2.NORM_HAMMING, bits(60, 6), bits(70, 7)),
    "akaze": (cv2.NORM_HAMMING, bits(40, 8, 61), bits(50, 9, 61)),
    "numbers": (cv2.NORM_L2, bits(40, 10), bits(50, 11)),
    "squared numbers": (cv2.NORM_L2SQR, bits(40, 12), bits(50, 13)),
    "one train": (cv2.NORM_L2, grid(10, 14), grid(1, 15)),
    "one query": (cv2.NORM_L2, grid(1, 16), grid(30, 17)),
}
on_data = pytest.mark.parametrize("data", DATA)


def both(norm: int, cross: bool = False) -> tuple[cv2.BFMatcher, SSLMatcher]:
    return cv2.BFMatcher(norm, cross), SSLMatcher(norm, cross)


@on_data
@pytest.mark.parametrize("cross", [False, True])
def test_match(data: str, cross: bool) -> None:
    norm, a, b = DATA[data]
    theirs, ours = both(norm, cross)
    assert fields(ours.match(a, b)) == fields(theirs.match(a, b))


@on_data
@pytest.mark.parametrize("k", [1, 2, 3, 20, 200])
def test_knn(data: str, k: int) -> None:
    norm, a, b = DATA[data]
    theirs, ours = both(norm)
    assert row_fields(ours.knnMatch(a, b, k)) == row_fields(theirs.knnMatch(a, b, k))


@on_data
@pytest.mark.parametrize("compact", [False, True])
def test_knn_of_one_with_cross_check(data: str, compact: bool) -> None:
    norm, a, b = DATA[data]
    theirs, ours = both(norm, True)
    wanted = theirs.knnMatch(a, b, 1, None, compact)
    assert row_fields(ours.knnMatch(a, b, 1, None, compact)) == row_fields(wanted)


def sorted_rows(rows: tuple) -> list:
    """OpenCV leaves equal distances of radiusMatch in any order."""
    return [sorted(row, key=lambda m: (m[3], m[2], m[1])) for row in row_fields(rows)]


@on_data
@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_radius(data: str, compact: bool, masked: bool) -> None:
    norm, a, b = DATA[data]
    theirs, ours = both(norm)
    nearest = [row[-1].distance for row in theirs.knnMatch(a, b, 3)]
    mask = mask_of((len(a), len(b)), 18) if masked else None
    for radius in (max(1.0, float(np.median(nearest))), 1e6):
        found = ours.radiusMatch(a, b, radius, mask, compact)
        assert row_fields(found) == sorted_rows(theirs.radiusMatch(a, b, radius, mask, compact))


@on_data
def test_masks(data: str) -> None:
    norm, a, b = DATA[data]
    theirs, ours = both(norm)
    mask = mask_of((len(a), len(b)), 19)
    assert fields(ours.match(a, b, mask)) == fields(theirs.match(a, b, mask))
    assert fields(ours.match(a, b, mask[:, :, None])) == fields(ours.match(a, b, mask))
    for k in (1, 2, 7):
        for compact in (False, True):
            wanted = theirs.knnMatch(a, b, k, mask, compact)
            assert row_fields(ours.knnMatch(a, b, k, mask, compact)) == row_fields(wanted)


@pytest.mark.parametrize("data", ["grid", "sift", "squared", "bits"])
@pytest.mark.parametrize("masked", [False, True])
def test_several_train_images(data: str, masked: bool) -> None:
    norm, a, b = DATA[data]
    theirs, ours = both(norm)
    images = [b, a[:20], b[10:40]]
    for matcher in (theirs, ours):
        matcher.add(images)
        matcher.train()
    masks = [mask_of((len(a), len(m)), 20) for m in images] if masked else None
    assert fields(ours.match(a, masks=masks)) == fields(theirs.match(a, masks=masks))
    for k in (1, 2, 5, 20):  # beyond the rows of an image OpenCV returns uninitialised memory
        wanted = theirs.knnMatch(a, k, masks=masks)
        assert row_fields(ours.knnMatch(a, k, masks=masks)) == row_fields(wanted)
    found = ours.radiusMatch(a, 2.0, masks=masks)
    assert row_fields(found) == sorted_rows(theirs.radiusMatch(a, 2.0, masks=masks))


def test_real_valued_distances_agree() -> None:
    """OpenCV sums in float32: the same pairs, distances within 3e-7 of ours."""
    rng = np.random.default_rng(21)
    a, b = (np.abs(rng.normal(size=(n, 128))).astype(np.float32) for n in (300, 400))
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    theirs, ours = both(cv2.NORM_L2)
    for row, wanted in zip(ours.knnMatch(a, b, 5), theirs.knnMatch(a, b, 5), strict=True):
        assert [m.trainIdx for m in row] == [m.trainIdx for m in wanted]
        for m, w in zip(row, wanted, strict=True):
            assert abs(m.distance - w.distance) <= 3e-7
            exact = np.linalg.norm(a[m.queryIdx].astype(float) - b[m.trainIdx].astype(float))
            assert abs(m.distance - exact) <= 6e-8


def test_nan_and_infinite_rows() -> None:
    a, b = grid(20, 22), grid(25, 23)
    a[3, 0], a[5, 1], b[0, 0], b[7, 2] = np.nan, np.inf, np.nan, -np.inf
    for cross in (False, True):
        theirs, ours = both(cv2.NORM_L2, cross)
        assert fields(ours.match(a, b)) == fields(theirs.match(a, b))
    theirs, ours = both(cv2.NORM_L2)
    for k in (1, 2, 30):
        assert row_fields(ours.knnMatch(a, b, k)) == row_fields(theirs.knnMatch(a, b, k))
    assert row_fields(ours.radiusMatch(a, b, 9)) == sorted_rows(theirs.radiusMatch(a, b, 9))
