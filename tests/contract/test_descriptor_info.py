"""What a feature says about itself, and the three forms of its descriptors."""

import cv2
import numpy as np
import pytest


def test_sizes_types_norms(create):
    feature = create()
    assert feature.descriptorSize() == 128
    assert feature.descriptorType() == cv2.CV_32F
    assert feature.defaultNorm() == cv2.NORM_L2
    assert feature.clear() is None


def test_name_and_empty(create_ours):
    assert create_ours().getDefaultName() == "Feature2D.SSLDescriptor"
    assert create_ours().empty() is False


@pytest.mark.parametrize(
    ("form", "size", "depth", "norm"),
    [
        ("float", 128, cv2.CV_32F, cv2.NORM_L2),
        ("sift", 128, cv2.CV_32F, cv2.NORM_L2),
        ("binary", 32, cv2.CV_8U, cv2.NORM_HAMMING),
    ],
)
def test_forms(create_ours, image, form, size, depth, norm):
    feature = create_ours(100, descriptor=form)
    assert feature.descriptorSize() == size
    assert feature.descriptorType() == depth
    assert feature.defaultNorm() == norm
    keypoints, rows = feature.detectAndCompute(image, None)
    assert rows.shape == (len(keypoints), size)
    assert rows.dtype == (np.uint8 if depth == cv2.CV_8U else np.float32)
    assert rows.flags.c_contiguous
    assert rows.flags.writeable
    assert rows.flags.owndata
    np.testing.assert_array_equal(rows, feature.compute(image, keypoints)[1])
    matches = cv2.BFMatcher(norm, crossCheck=True).match(rows, rows)
    assert np.mean([m.queryIdx == m.trainIdx for m in matches]) > 0.95


def test_float_rows_are_unit_and_not_negative(create_ours, image):
    rows = create_ours(100).detectAndCompute(image, None)[1]
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert (rows >= 0).all()
    assert np.isfinite(np.sqrt(rows)).all()


def test_sift_rows_look_like_sift(create, image):
    """The same ranges hold for SIFT and for us."""
    keywords = {} if create is cv2.SIFT.create else {"descriptor": "sift"}
    rows = create(100, **keywords).detectAndCompute(image, None)[1]
    assert (rows == np.rint(rows)).all()
    assert rows.min() >= 0
    assert rows.max() <= 255
    assert 450 < np.linalg.norm(rows, axis=1).mean() < 530
    np.testing.assert_array_equal(rows.astype(np.uint8), rows)


def test_opencv_takes_what_we_return(create_ours, image):
    feature = create_ours(200)
    keypoints, rows = feature.detectAndCompute(image, None)
    drawn = cv2.drawKeypoints(image, keypoints, None)
    assert drawn.shape == (*image.shape, 3)
    assert cv2.KeyPoint.convert(keypoints).shape == (len(keypoints), 2)
    flann = cv2.FlannBasedMatcher({"algorithm": 1, "trees": 4}, {"checks": 50})
    pairs = flann.knnMatch(rows, rows, k=2)
    assert len(pairs) == len(keypoints)
    matches = [pair[0] for pair in pairs]
    assert cv2.drawMatches(image, keypoints, image, keypoints, matches, None).ndim == 3
