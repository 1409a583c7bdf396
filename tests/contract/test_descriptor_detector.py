"""detector=: keypoints of another detector, described by us."""

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields


def detectors():
    others = getattr(cv2, "xfeatures2d", None)
    for name in ("SIFT", "ORB", "AKAZE", "KAZE", "BRISK", "FastFeatureDetector", "MSER"):
        factory = getattr(cv2, name, None) or getattr(others, name, None)
        if factory is not None:
            yield pytest.param(factory, id=name)
    yield pytest.param(cv2.GFTTDetector, id="GFTT")


@pytest.mark.parametrize("factory", list(detectors()))
def test_detectors_of_opencv(create_ours, image, factory):
    feature = create_ours(0, detector=factory.create())
    keypoints, rows = feature.detectAndCompute(image, None)
    assert len(keypoints) > 0
    theirs = fields(factory.create().detect(image))
    mine = fields(keypoints)
    assert set(map(repr, mine)) <= set(map(repr, theirs))
    assert {f[0] for f in mine} == {f[0] for f in theirs}
    assert len({f[0] for f in mine}) == len(mine)
    assert fields(feature.detect(image)) == mine
    np.testing.assert_array_equal(rows, feature.compute(image, keypoints)[1])
    assert np.isfinite(rows).all()


class Listed:
    """A detector that returns what it was made with, and remembers what it was given."""

    def __init__(self, keypoints):
        self.keypoints = keypoints
        self.calls = []

    def detect(self, image, mask=None):
        self.calls.append((image, mask))
        return self.keypoints


def test_one_per_location_and_the_strongest_in_the_detectors_order(create_ours, image):
    given = [
        cv2.KeyPoint(10, 10, 5, 0, 0.5),
        cv2.KeyPoint(20, 20, 5, 0, 0.1),
        cv2.KeyPoint(10, 10, 5, 90, 0.9),
        cv2.KeyPoint(30, 30, 5, 0, 0.6),
        cv2.KeyPoint(30, 30, 5, 90, 0.6),
    ]
    feature = create_ours(0, detector=Listed(given))
    assert list(feature.detect(image)) == [given[1], given[2], given[3]]
    feature.setNFeatures(2)
    assert list(feature.detect(image)) == [given[2], given[3]]


def test_the_detector_sees_the_users_image_and_mask(create_ours, image):
    detector = Listed([cv2.KeyPoint(10, 10, 5)])
    feature = create_ours(detector=detector)
    colour = np.dstack([image] * 3)
    mask = np.zeros((200, 240), np.uint8)
    assert len(feature.detect(colour, mask)) == 1  # the mask is the detector's business
    np.testing.assert_array_equal(detector.calls[0][0], colour)
    assert detector.calls[0][1].shape == image.shape


def test_our_own_feature_can_be_the_detector(create_ours, image):
    inner = create_ours(30)
    assert fields(create_ours(detector=inner).detect(image)) == fields(inner.detect(image))


def test_masks_reach_opencvs_detectors(create_ours, image):
    mask = np.zeros_like(image)
    mask[:, :100] = 255
    found = create_ours(detector=cv2.FastFeatureDetector.create()).detect(image, mask)
    assert 0 < max(k.pt[0] for k in found) < 100


@pytest.mark.parametrize("empty", [[], (), np.array([], object)])
def test_a_detector_that_finds_nothing(create_ours, image, empty):
    assert create_ours(detector=Listed(empty)).detectAndCompute(image, None) == ((), None)


@pytest.mark.parametrize("wrong", [None, [(1, 2)], np.zeros((2, 2)), 5, "ab"])
def test_a_detector_that_returns_something_else(create_ours, image, wrong):
    with pytest.raises(cv2.error, match=r"detector Listed returned a .*cv2\.KeyPoint is wanted"):
        create_ours(detector=Listed(wrong)).detect(image)


def test_errors_of_the_detector_pass(create_ours, image):
    class Failing:
        def detect(self, image, mask=None):
            raise RuntimeError("camera on fire")

    with pytest.raises(RuntimeError, match="camera on fire"):
        create_ours(detector=Failing()).detect(image)
