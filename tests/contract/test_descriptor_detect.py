"""detect(): one image or a list of them, by position or by keyword."""

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields


def test_returns_a_tuple_of_keypoints(create, image):
    found = create(100).detect(image)
    assert type(found) is tuple
    assert len(found) > 20
    assert all(type(k) is cv2.KeyPoint for k in found)
    assert all(0 <= k.pt[0] <= 239 and 0 <= k.pt[1] <= 179 for k in found)
    assert all(0 <= k.angle < 360 and k.size > 0 and k.response > 0 for k in found)


def test_is_deterministic(create, image):
    assert fields(create(100).detect(image)) == fields(create(100).detect(image, None))


def test_keywords(create, image):
    feature = create(50)
    expected = fields(feature.detect(image))
    assert fields(feature.detect(image=image, mask=None)) == expected
    (listed,) = feature.detect(images=[image], masks=None)
    assert fields(listed) == expected


@pytest.mark.parametrize("collect", [list, tuple])
def test_a_list_gives_a_tuple_of_tuples(create, image, collect):
    feature = create(50)
    blank = np.zeros_like(image)
    found = feature.detect(collect([image, blank, image]))
    assert type(found) is tuple
    assert [type(f) for f in found] == [tuple] * 3
    assert found[1] == ()
    assert fields(found[0]) == fields(found[2]) == fields(feature.detect(image))


def test_an_array_of_objects_is_a_list(create, image):
    pair = np.empty(2, object)
    pair[:] = [image, None]
    found = create(50).detect(pair)
    assert len(found) == 2
    assert len(found[0]) > 0
    assert found[1] == ()


def test_an_empty_list_gives_an_empty_tuple(create):
    assert create().detect([]) == ()


@pytest.mark.parametrize("empty", [None, np.zeros((0, 0), np.uint8), np.zeros((0, 5, 3), np.uint8)])
def test_an_empty_image_gives_an_empty_tuple(create, empty):
    assert create().detect(empty) == ()


def test_masks_of_a_list(create, image):
    feature = create(50)
    nothing = np.zeros_like(image)
    found = feature.detect([image, image], [nothing, None])
    assert found[0] == ()
    assert fields(found[1]) == fields(feature.detect(image))
    for no_masks in (None, [], ()):
        assert fields(feature.detect([image], no_masks)[0]) == fields(found[1])


def test_wrong_number_of_masks(create, image):
    with pytest.raises(cv2.error, match=r"2 images but 1 masks|masks\.total"):
        create().detect([image, image], [np.ones_like(image)])


@pytest.mark.parametrize(
    "arguments",
    [
        lambda image: ([image, "x"],),
        lambda image: ("picture.png",),
        lambda image: (image.tolist(),),
        lambda image: (image, "mask"),
        lambda image: (image, [1, 2]),
        lambda image: (object(),),
        lambda image: (),
    ],
    ids=["list with str", "str", "nested list", "mask str", "mask list", "object", "nothing"],
)
def test_wrong_types_are_cv2_errors(create, image, arguments):
    with pytest.raises(cv2.error):
        create().detect(*arguments(image))


def test_both_forms_at_once_are_refused(create, image):
    with pytest.raises(cv2.error):
        create().detect(image, images=[image])


def test_images_that_are_no_sequence_are_refused(create):
    with pytest.raises(cv2.error):
        create().detect(images=object())


def test_nfeatures_caps(create, image):
    everything = len(create(0).detect(image))
    assert everything > 60
    assert len(create(25).detect(image)) in (25, 26)  # SIFT's cap lets ties through
    assert len(create(-5).detect(image)) == everything


def test_best_first_and_one_per_location(create_ours, image):
    found = create_ours(0).detect(image)
    responses = [k.response for k in found]
    assert responses == sorted(responses, reverse=True)
    assert len({k.pt for k in found}) == len(found)


def test_nothing_is_found_where_there_is_nothing(create, image):
    half = image.copy()
    half[:, :120] = 90
    found = create(0).detect(half)
    assert len(found) > 20
    # Our coarsest scale of this image looks 8.5 px far and moves a keypoint by up to 5.7.
    assert min(k.pt[0] for k in found) > 105


def test_a_smaller_cap_keeps_the_best(create_ours, image):
    everything = fields(create_ours(0).detect(image))
    assert fields(create_ours(30).detect(image)) == everything[:30]
