"""Masks: where keypoints may lie, and which masks are refused."""

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields


@pytest.mark.parametrize("value", [1, 255])
def test_keypoints_lie_where_the_mask_is_not_zero(create, image, value):
    mask = np.zeros_like(image)
    mask[40:140, 60:200] = value
    keypoints, rows = create(0).detectAndCompute(image, mask)
    assert len(keypoints) == len(rows) > 10
    for keypoint in keypoints:
        x, y = keypoint.pt
        assert 59 <= x <= 200
        assert 39 <= y <= 140


def test_a_full_mask_is_no_mask(create, image):
    feature = create(100)
    expected = fields(feature.detect(image))
    full = np.ones_like(image)
    assert fields(feature.detect(image, full)) == expected
    assert fields(feature.detect(image, full[:, :, None])) == expected
    assert fields(feature.detect(image, np.zeros((0, 0), np.uint8))) == expected
    assert fields(feature.detect(image, np.asfortranarray(full))) == expected
    assert fields(feature.detect(image, cv2.UMat(full))) == expected


def test_masks_may_be_one_array(create, image):
    feature = create(50)
    masks = np.zeros((2, *image.shape), np.uint8)
    masks[0, :, :120] = masks[1, :, 120:] = 255
    found = feature.detect([image, image], masks)
    assert [fields(keypoints) for keypoints in found] == [
        fields(feature.detect(image, mask)) for mask in masks
    ]


def test_an_empty_mask_allows_nothing(create, image):
    nothing = np.zeros_like(image)
    assert create().detectAndCompute(image, nothing) == ((), None)
    assert create().detect(image, nothing) == ()


@pytest.mark.parametrize(
    "mask", [np.ones((180, 240), np.float32), np.ones((180, 240, 3), np.uint8)]
)
def test_masks_of_another_type_are_cv2_errors(create, image, mask):
    with pytest.raises(cv2.error, match="mask has incorrect type"):
        create().detectAndCompute(image, mask)


def test_a_mask_of_bool_is_a_cv2_error(create_ours, image):
    with pytest.raises(cv2.error, match="bool"):
        create_ours().detect(image, np.ones(image.shape, bool))


@pytest.mark.parametrize("shape", [(179, 240), (180, 239), (1, 1), (240, 180)])
def test_a_mask_that_is_too_small_is_a_cv2_error(create_ours, image, shape):
    with pytest.raises(cv2.error, match="smaller than the image") as caught:
        create_ours().detect(image, np.ones(shape, np.uint8))
    assert caught.value.code == -209


def test_a_larger_mask_is_cut(create_ours, image):
    feature = create_ours(100)
    mask = np.zeros((200, 300), np.uint8)
    mask[:180, :120] = 1
    assert fields(feature.detect(image, mask)) == fields(feature.detect(image, mask[:180, :240]))


def test_a_mask_before_the_cap(create_ours, image):
    mask = np.zeros_like(image)
    mask[:, :120] = 1
    assert len(create_ours(20).detect(image, mask)) == 20
