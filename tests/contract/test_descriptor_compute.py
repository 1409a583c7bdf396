"""compute(): nothing is dropped, nothing reordered, fields come back as they were."""

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields

ODD = [
    cv2.KeyPoint(50.25, 60.75, 9, 33.5, 0.5, 3 << 8 | 255, 7),
    cv2.KeyPoint(-5, 50, 6),
    cv2.KeyPoint(500, 1e6, 6, 10),
    cv2.KeyPoint(float("nan"), 20, 6, 10),
    cv2.KeyPoint(20, float("inf"), 6, 10),
    cv2.KeyPoint(0, 0, 0, -1),
    cv2.KeyPoint(239, 179, 1, 359.9, 0, 0, 5),
    cv2.KeyPoint(100, 90, 31, 12, 0.01, 7, 2),
    cv2.KeyPoint(100, 90, 5000, 12),
    cv2.KeyPoint(100, 90, float("nan"), float("nan")),
]


def test_copies_fields_into_new_objects(create, image):
    given = list(ODD[:1]) + list(create(30).detect(image))
    before = fields(given)
    returned, rows = create().compute(image, given)
    assert type(returned) is tuple
    assert fields(returned) == before == fields(given)
    assert all(a is not b for a, b in zip(returned, given, strict=True))
    assert rows.shape == (len(given), 128)
    assert rows.dtype == np.float32


def test_drops_and_reorders_nothing(create_ours, image):
    returned, rows = create_ours().compute(image, ODD)
    assert repr(fields(returned)) == repr(fields(ODD))  # repr, because nan != nan
    assert rows.shape == (len(ODD), 128)
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_row_by_row(create_ours, image):
    feature = create_ours()
    keypoints = feature.detect(image)[:20]
    together = feature.compute(image, keypoints)[1]
    backwards = feature.compute(image, keypoints[::-1])[1]
    np.testing.assert_allclose(backwards[::-1], together, atol=1e-6)


def test_octave_class_and_response_do_not_count(create_ours, image):
    feature = create_ours()
    plain = [cv2.KeyPoint(80.5, 70.25, 6, 30)]
    odd = [cv2.KeyPoint(80.5, 70.25, 6, 30, 0.7, 255 << 16 | 2 << 8 | 255, 12345)]
    np.testing.assert_array_equal(feature.compute(image, plain)[1], feature.compute(image, odd)[1])


def test_size_and_angle_count(create_ours, image):
    feature = create_ours()
    base = feature.compute(image, [cv2.KeyPoint(80, 70, 6, 30)])[1]
    for other in (cv2.KeyPoint(80, 70, 9, 30), cv2.KeyPoint(80, 70, 6, 75)):
        assert np.abs(feature.compute(image, [other])[1] - base).max() > 0.01


def test_no_step_at_the_size_of_orbs_patch(create_ours, image):
    """Zoomed or hand-made sizes pass 31 as they pass 30."""
    rows = create_ours().compute(
        image, [cv2.KeyPoint(120, 90, size, 30) for size in (29.9, 30.1, 30.9, 31.1)]
    )[1]
    assert np.linalg.norm(rows[3] - rows[2]) < 0.05 + 2 * np.linalg.norm(rows[1] - rows[0])


def test_no_angle_is_upright(create_ours, image):
    feature = create_ours()
    none = feature.compute(image, [cv2.KeyPoint(80, 70, 6, -1)])[1]
    np.testing.assert_array_equal(none, feature.compute(image, [cv2.KeyPoint(80, 70, 6, 0)])[1])


@pytest.mark.parametrize("angle", [-0.5, -45.0, -179.0, -400.0])
def test_angles_below_zero_go_on_around_the_circle(create_ours, image, angle):
    """As from atan2, in (-180, 180]; OpenCV's ORB reads them so, too."""
    feature = create_ours()
    below = feature.compute(image, [cv2.KeyPoint(80, 70, 6, angle)])[1]
    above = feature.compute(image, [cv2.KeyPoint(80, 70, 6, angle % 360)])[1]
    np.testing.assert_allclose(below, above, atol=1e-5)


def test_same_keypoint_same_row(create, image):
    rows = create().compute(image, [cv2.KeyPoint(60, 60, 8, 20)] * 3)[1]
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[0], rows[2])


@pytest.mark.parametrize("keypoints", [[], (), None, np.array([], object)])
def test_no_keypoints(create, image, keypoints):
    assert create().compute(image, keypoints) == ((), None)


@pytest.mark.parametrize("empty", [None, np.zeros((0, 0), np.uint8)])
def test_an_empty_image_hands_the_keypoints_back(create, empty):
    returned, rows = create().compute(empty, ODD[:2])
    assert fields(returned) == fields(ODD[:2])
    assert rows is None
    assert create().compute(empty, None) == ((), None)


def test_an_array_of_keypoint_objects(create, image):
    keypoints = create(10).detect(image)
    returned, _ = create().compute(image, np.array(keypoints, object))
    assert fields(returned) == fields(keypoints)


@pytest.mark.parametrize(
    "keypoints",
    [
        np.zeros((3, 2), np.float32),
        [(1.0, 2.0)],
        cv2.KeyPoint(1, 2, 3),
        (k for k in ODD),
        "keypoints",
        [[cv2.KeyPoint(1, 2, 3)]],
        set(ODD),
        dict.fromkeys(ODD),
    ],
    ids=["array", "tuples", "one", "generator", "str", "nested", "set", "dict"],
)
def test_wrong_keypoints_are_cv2_errors(create, image, keypoints):
    with pytest.raises(cv2.error):
        create().compute(image, keypoints)


def test_missing_keypoints(create, image):
    with pytest.raises(cv2.error):
        create().compute(image)


def test_a_list(create, image):
    feature = create(40)
    keypoints = feature.detect(image)
    images = [image, np.zeros((64, 64), np.uint8), None]
    returned, rows = feature.compute(images, [keypoints, [], ODD[:1]])
    assert type(returned) is tuple
    assert type(rows) is tuple
    assert fields(returned[0]) == fields(keypoints)
    np.testing.assert_array_equal(rows[0], feature.compute(image, keypoints)[1])
    assert (returned[1], rows[1]) == ((), None)
    assert (fields(returned[2]), rows[2]) == (fields(ODD[:1]), None)


def test_a_list_by_keyword(create, image):
    keypoints = create(10).detect(image)
    returned, rows = create().compute(images=[image], keypoints=[keypoints])
    assert fields(returned[0]) == fields(keypoints)
    assert rows[0].shape == (len(keypoints), 128)


def test_empty_lists(create):
    assert create().compute([], []) == ((), ())
    assert create().compute([], None) == ((), ())


def test_wrong_number_of_keypoint_lists(create, image):
    for keypoints in ([ODD[:1], ODD[:1]], [], None):
        with pytest.raises(cv2.error):
            create().compute([image], keypoints)


def test_a_list_of_arrays_is_filled(create, image):
    feature = create(10)
    keypoints = feature.detect(image)
    provided = np.zeros((len(keypoints), 128), np.float32)
    _, rows = feature.compute([image], [keypoints], [provided])
    assert rows[0] is provided
    assert provided.any()


def test_arrays_of_a_list_that_do_not_fit(create, image):
    """A wrong number of them is let pass, something else is not."""
    keypoints = create(10).detect(image)
    for arrays in ([], [None, None], np.zeros((2, 128), np.float32)):
        assert create().compute([image], [keypoints], arrays)[1][0].shape == (len(keypoints), 128)
    with pytest.raises(cv2.error):
        create().compute([image], [keypoints], 5)
