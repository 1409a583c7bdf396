"""detectAndCompute(): what it returns, and in whose array."""

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields


def test_returns_keypoints_and_an_array_of_its_own(create, image):
    keypoints, rows = create(60).detectAndCompute(image, None)
    assert type(keypoints) is tuple
    assert type(rows) is np.ndarray
    assert rows.shape == (len(keypoints), 128)
    assert rows.dtype == np.float32
    assert rows.flags.c_contiguous
    assert rows.flags.writeable
    assert rows.flags.owndata


def test_equals_detect_then_compute_bit_for_bit(create, image):
    feature = create(300)
    keypoints, rows = feature.detectAndCompute(image, None)
    found = feature.detect(image)
    assert fields(keypoints) == fields(found)
    np.testing.assert_array_equal(rows, feature.compute(image, found)[1])


def test_keywords(create, image):
    feature = create(20)
    keypoints, rows = feature.detectAndCompute(image=image, mask=None)
    again = feature.detectAndCompute(image, None, descriptors=None, useProvidedKeypoints=False)
    assert fields(keypoints) == fields(again[0])
    np.testing.assert_array_equal(rows, again[1])


def test_nothing_found(create):
    assert create().detectAndCompute(np.zeros((60, 80), np.uint8), None) == ((), None)


def test_provided_keypoints_cannot_be_provided(create, image):
    for flag in (True, np.True_, 1):
        assert create().detectAndCompute(image, None, None, flag) == ((), None)
    for flag in (False, None, 0):
        assert create().detectAndCompute(image, None, useProvidedKeypoints=flag)[0]
    with pytest.raises(cv2.error):
        create().detectAndCompute(image, None, useProvidedKeypoints="no")


@pytest.mark.parametrize("empty", [None, np.zeros((0, 0), np.uint8)])
def test_an_empty_image_is_an_error(create, empty):
    with pytest.raises(cv2.error, match="image is empty") as caught:
        create().detectAndCompute(empty, None)
    assert caught.value.code == -5
    assert caught.value.func == "detectAndCompute"


def test_a_list_is_an_error(create, image):
    with pytest.raises(cv2.error):
        create().detectAndCompute([image], None)


def test_the_mask_may_be_left_out(create_ours, image):
    feature = create_ours(20)
    assert fields(feature.detectAndCompute(image)[0]) == fields(feature.detect(image))


def test_a_provided_array_is_filled(create, image):
    feature = create(20)
    keypoints, expected = feature.detectAndCompute(image, None)
    provided = np.zeros_like(expected)
    _, rows = feature.detectAndCompute(image, None, provided)
    assert rows is provided
    np.testing.assert_array_equal(provided, expected)
    provided[:] = 0
    assert feature.compute(image, keypoints, provided)[1] is provided
    np.testing.assert_array_equal(provided, expected)


@pytest.mark.parametrize("shape_and_type", [((3, 128), np.float32), ((20, 128), np.float64)])
def test_an_array_that_does_not_fit_is_left_alone(create, image, shape_and_type):
    provided = np.zeros(*shape_and_type)
    keypoints, rows = create(20).detectAndCompute(image, None, provided)
    assert rows is not provided
    assert rows.shape == (len(keypoints), 128)
    assert not provided.any()


def test_an_array_that_cannot_be_filled_is_an_error(create, image):
    provided = np.zeros((20, 128), np.float32)
    provided.flags.writeable = False
    for wrong in (provided, "descriptors", [1, 2]):
        with pytest.raises(cv2.error):
            create(20).detectAndCompute(image, None, wrong)
