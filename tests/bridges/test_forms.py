"""descriptor="binary" and "sift" in the hands of what ORB and SIFT scripts use."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor
from ssldescriptor.evaluation.metrics import match_errors

KDTREE = {"algorithm": 1, "trees": 4}
# Enough tables and probes to find second neighbours, which the ratio test lives from.
LSH = {"algorithm": 6, "table_number": 12, "key_size": 12, "multi_probe_level": 2}


def rows_of(feature: Any, pair: Any) -> tuple[Any, Any, Any, Any]:
    return (*feature.detectAndCompute(pair[0], None), *feature.detectAndCompute(pair[1], None))


def right(pair: Any, kp0: Any, kp1: Any, matches: Any) -> tuple[int, int]:
    """Return the number of matches within 3 pixels, and of all."""
    points0 = np.array([kp0[m.queryIdx].pt for m in matches])
    points1 = np.array([kp1[m.trainIdx].pt for m in matches])
    return int((match_errors(points0, points1, pair[2]) <= 3).sum()), len(matches)


def lowe(rows: Any, ratio: float = 0.8) -> list[Any]:
    return [p[0] for p in rows if len(p) == 2 and p[0].distance < ratio * p[1].distance]


@pytest.fixture(scope="module")
def of_opencv(pair: Any) -> dict[str, int]:
    """How many right mutual matches OpenCV's features find."""
    found = {}
    for name, feature, norm in (
        ("sift", cv2.SIFT.create(1000), cv2.NORM_L2),
        ("orb", cv2.ORB.create(1000), cv2.NORM_HAMMING),
    ):
        kp0, rows0, kp1, rows1 = rows_of(feature, pair)
        matches = cv2.BFMatcher(norm, crossCheck=True).match(rows0, rows1)
        found[name] = right(pair, kp0, kp1, matches)[0]
        assert found[name] > 50
    return found


@pytest.mark.parametrize(
    ("form", "norm", "rival"),
    [
        ("float", cv2.NORM_L2, "sift"),
        ("sift", cv2.NORM_L2, "sift"),
        ("binary", cv2.NORM_HAMMING, "orb"),
    ],
)
def test_brute_force(pair: Any, of_opencv: Any, form: str, norm: int, rival: str) -> None:
    feature = SSLDescriptor.create(1000, descriptor=form)
    assert feature.defaultNorm() == norm
    kp0, rows0, kp1, rows1 = rows_of(feature, pair)
    good, count = right(pair, kp0, kp1, cv2.BFMatcher(norm, crossCheck=True).match(rows0, rows1))
    assert good >= 0.8 * of_opencv[rival]
    assert good >= 0.6 * count
    good, count = right(pair, kp0, kp1, lowe(cv2.BFMatcher(norm).knnMatch(rows0, rows1, 2)))
    assert good > 50
    assert good >= 0.8 * count


@pytest.mark.parametrize(("form", "index"), [("float", KDTREE), ("sift", KDTREE), ("binary", LSH)])
def test_flann_finds_what_brute_force_finds(pair: Any, form: str, index: Any) -> None:
    feature = SSLDescriptor.create(1000, descriptor=form)
    kp0, rows0, kp1, rows1 = rows_of(feature, pair)
    exact = lowe(cv2.BFMatcher(feature.defaultNorm()).knnMatch(rows0, rows1, 2))
    found = lowe(cv2.FlannBasedMatcher(index, {"checks": 64}).knnMatch(rows0, rows1, k=2))
    good, count = right(pair, kp0, kp1, found)
    assert good >= 0.7 * right(pair, kp0, kp1, exact)[0]
    assert good >= 0.8 * count


@pytest.mark.parametrize("form", ["float", "sift"])
def test_a_root_sift_wrapper(pair: Any, form: str) -> None:
    """Its square roots meet no negative number, and the matches stay right."""
    feature = SSLDescriptor.create(1000, descriptor=form)
    kp0, rows0, kp1, rows1 = rows_of(feature, pair)
    plain = right(pair, kp0, kp1, cv2.BFMatcher(crossCheck=True).match(rows0, rows1))[0]
    roots = []
    for rows in (rows0, rows1):
        scaled = rows / (rows.sum(axis=1, keepdims=True) + 1e-7)
        roots.append(np.sqrt(scaled))
        assert np.isfinite(roots[-1]).all()
        np.testing.assert_allclose(np.linalg.norm(roots[-1], axis=1), 1, atol=1e-3)
    rooted = right(pair, kp0, kp1, cv2.BFMatcher(crossCheck=True).match(*roots))[0]
    assert rooted >= 0.9 * plain


def test_the_sift_form_fits_into_bytes(pair: Any) -> None:
    """What COLMAP's import and OpenSfM's storage do: integers 0 to 255, about 512 long."""
    feature = SSLDescriptor.create(1000, descriptor="sift")
    _, rows0, _, rows1 = rows_of(feature, pair)
    assert rows0.dtype == np.float32
    bytes0, bytes1 = rows0.astype(np.uint8), rows1.astype(np.uint8)
    np.testing.assert_array_equal(bytes0, rows0)
    # A row of few large numbers is cut off at 255, as SIFT's would be, and is shorter for it.
    whole = rows0.max(1) < 255
    assert whole.mean() > 0.9
    np.testing.assert_allclose(np.linalg.norm(rows0[whole], axis=1), 512, rtol=0.05)
    # COLMAP compares bytes by L2.
    stored = cv2.BFMatcher(cv2.NORM_L2, crossCheck=True).match(bytes0, bytes1)
    as_given = cv2.BFMatcher(cv2.NORM_L2, crossCheck=True).match(rows0, rows1)
    pairs = [[(m.queryIdx, m.trainIdx) for m in found] for found in (stored, as_given)]
    assert pairs[0] == pairs[1]


def test_forms_are_the_same_keypoints(image: Any) -> None:
    found = [
        SSLDescriptor.create(200, descriptor=form).detectAndCompute(image, None)
        for form in ("float", "sift", "binary")
    ]
    points = [[k.pt for k in keypoints] for keypoints, _ in found]
    assert points[0] == points[1] == points[2]
    assert [rows.dtype for _, rows in found] == [np.float32, np.float32, np.uint8]
    assert [rows.shape for _, rows in found] == [(200, 128), (200, 128), (200, 32)]


def test_a_binary_script_with_a_float_form_is_told_so(pair: Any) -> None:
    """The error that ORB scripts meet when they are given float rows is OpenCV's own."""
    _, rows0, _, rows1 = rows_of(SSLDescriptor.create(50), pair)
    with pytest.raises(cv2.error):
        cv2.BFMatcher(cv2.NORM_HAMMING).match(rows0, rows1)
