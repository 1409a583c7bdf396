"""Copies, pickles and threads: OpenCV's features can only do the last."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields

from ssldescriptor import settings

COPIES = [copy.copy, copy.deepcopy, lambda feature: pickle.loads(pickle.dumps(feature))]


class EverySixteenth:
    """A detector of the user's own."""

    def detect(self, image, mask=None):
        height, width = image.shape[:2]
        return [
            cv2.KeyPoint(x, y, 6, 0, x * y)
            for y in range(16, height, 16)
            for x in range(16, width, 16)
            if mask is None or mask[y, x]
        ]


@pytest.mark.parametrize("duplicate", COPIES, ids=["copy", "deepcopy", "pickle"])
@pytest.mark.parametrize("detector", [None, EverySixteenth()], ids=["own", "user's"])
def test_copies_do_the_same_and_are_independent(create_ours, image, duplicate, detector):
    feature = create_ours(60, detector=detector, descriptor="sift", contrastThreshold=0.3)
    twin = duplicate(feature)
    assert type(twin) is type(feature)
    assert repr(twin) == repr(feature)
    assert twin.getContrastThreshold() == 0.3
    expected, expected_rows = feature.detectAndCompute(image, None)
    keypoints, rows = twin.detectAndCompute(image, None)
    assert fields(keypoints) == fields(expected)
    np.testing.assert_array_equal(rows, expected_rows)
    twin.setNFeatures(5)
    twin.setContrastThreshold(0.1)
    assert feature.getNFeatures() == 60
    assert feature.getContrastThreshold() == 0.3


@pytest.mark.parametrize("duplicate", COPIES[:2], ids=["copy", "deepcopy"])
def test_copies_share_detectors_of_opencv(create_ours, image, duplicate):
    feature = create_ours(40, detector=cv2.ORB.create())
    twin = duplicate(feature)
    assert fields(twin.detect(image)) == fields(feature.detect(image))


def test_detectors_of_opencv_cannot_be_pickled(create_ours):
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(create_ours(detector=cv2.ORB.create()))


def test_attributes_can_be_set_and_are_copied(create_ours):
    feature = create_ours()
    feature.remark = ["mine"]
    for twin in (copy.copy(feature), copy.deepcopy(feature), pickle.loads(pickle.dumps(feature))):
        assert twin.remark == ["mine"]
        assert twin.getNFeatures() == feature.getNFeatures()
    assert copy.copy(feature).remark is feature.remark
    assert copy.deepcopy(feature).remark is not feature.remark


def test_threads_share_one_object(create, image):
    feature = create(80)
    images = [np.roll(image, 5 * i, axis=1) for i in range(8)]
    expected = [feature.detectAndCompute(i, None) for i in images]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda i: feature.detectAndCompute(i, None), images * 2))
    for (keypoints, rows), (right, right_rows) in zip(found, expected * 2, strict=True):
        assert fields(keypoints) == fields(right)
        np.testing.assert_array_equal(rows, right_rows)


def test_a_change_while_threads_run_never_mixes(create_ours, image):
    feature = create_ours(50, descriptor="float")
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(feature.detectAndCompute, image, None) for _ in range(12)]
        for cap in (10, 30, 50) * 4:
            feature.setNFeatures(cap)
        for job in jobs:
            keypoints, rows = job.result()
            assert len(keypoints) == len(rows)
            assert len(rows) in (10, 30, 50)


def test_a_change_during_a_list_counts_for_the_next_call(create_ours, image):
    class Meddler:
        """Finds keypoints, and changes the feature meanwhile, as another thread may do."""

        def detect(self, image, mask=None):
            feature.setNFeatures(10)
            return cv2.FastFeatureDetector.create().detect(image, mask)

    feature = create_ours(50, detector=Meddler())
    assert [len(keypoints) for keypoints in feature.detect([image, image])] == [50, 50]
    assert [len(keypoints) for keypoints in feature.detect([image, image])] == [10, 10]


def test_what_two_threads_change_at_once_is_both_changed(create_ours, monkeypatch):
    feature = create_ours(50)
    make_pipeline = settings.make_pipeline

    def make_slowly(options, previous):
        """Let another thread set the number of features while this one loads a model."""
        monkeypatch.setattr(settings, "make_pipeline", make_pipeline)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(feature.setNFeatures, 10).result()
        return make_pipeline(options, previous)

    monkeypatch.setattr(settings, "make_pipeline", make_slowly)
    feature.setUpright(True)
    assert (feature.getNFeatures(), feature.getUpright()) == (10, True)
