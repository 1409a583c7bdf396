"""Keypoints as arrays, and back."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ssldescriptor.keypoints import (
    Keypoints,
    copy_cv2,
    from_cv2,
    one_per_location,
    strongest,
    to_cv2,
)

floats = st.floats(width=32, allow_nan=True, allow_infinity=True)


def make(table):
    table = np.asarray(table, np.float32).reshape(-1, 5)
    return Keypoints(table[:, :2].copy(), *table[:, 2:].T.copy())


@given(hnp.arrays(np.float32, st.tuples(st.integers(0, 6), st.just(5)), elements=floats))
def test_there_and_back_is_exact(table):
    keypoints = make(table)
    back = from_cv2(to_cv2(keypoints))
    for name in ("xy", "size", "angle", "score"):
        value = getattr(back, name)
        assert value.dtype == np.float32
        assert value.flags.c_contiguous
        np.testing.assert_array_equal(value, getattr(keypoints, name))


def test_fields_of_cv2():
    (point,) = to_cv2(make([[1.5, 2.25, 6, 30, 0.5]]))
    assert type(point) is cv2.KeyPoint
    assert (point.pt, point.size, point.angle, point.response) == ((1.5, 2.25), 6, 30, 0.5)
    assert (point.octave, point.class_id) == (0, -1)


def test_nothing():
    empty = from_cv2([])
    assert len(empty) == 0
    assert empty.xy.shape == (0, 2)
    assert to_cv2(empty) == ()


def test_wrong_shapes():
    good = np.zeros(3, np.float32)
    with pytest.raises(ValueError, match=r"\(N, 2\)"):
        Keypoints(np.zeros((3, 3), np.float32), good, good, good)
    with pytest.raises(ValueError, match="angle has shape"):
        Keypoints(np.zeros((3, 2), np.float32), good, good[:2], good)


def test_select():
    keypoints = make(np.arange(15).reshape(3, 5)).select(np.array([2, 0]))
    np.testing.assert_array_equal(keypoints.xy, [[10, 11], [0, 1]])
    np.testing.assert_array_equal(keypoints.score, [14, 4])


def test_copies_are_new_and_complete():
    given_points = [cv2.KeyPoint(1.1, 2.2, 3.3, 4.4, 5.5, -7, 8)]
    (copied,) = copy_cv2(given_points)
    (point,) = given_points
    assert copied is not point
    for name in ("pt", "size", "angle", "response", "octave", "class_id"):
        assert getattr(copied, name) == getattr(point, name)


places = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=0, max_size=20
)


@given(places)
def test_one_per_location_against_a_dictionary(rows):
    table = np.array(rows, np.float32).reshape(-1, 3)
    best = {}
    for i, (x, y, score) in enumerate(rows):
        if (x, y) not in best or score > rows[best[x, y]][2]:
            best[x, y] = i
    chosen = one_per_location(table[:, :2], table[:, 2])
    assert chosen.tolist() == sorted(best.values())


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(-1, 14))
def test_strongest_against_sorting(scores, count):
    chosen = strongest(np.array(scores, np.float32), count)
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    expected = order if count <= 0 else order[:count]
    assert chosen.tolist() == sorted(expected)
