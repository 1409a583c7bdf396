"""cv2.detail.ImageFeatures from any feature."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor, patch_cv2
from ssldescriptor.bridges.detail import (
    compute_image_features,
    compute_image_features2,
    image_features,
)


class Wrapped:
    """SIFT behind a Python face, which OpenCV's own function refuses."""

    def __init__(self) -> None:
        self.sift = cv2.SIFT.create(300)

    def detectAndCompute(self, image: Any, mask: Any) -> Any:
        return self.sift.detectAndCompute(image, mask)


def points(features: Any) -> list[Any]:
    return [k.pt for k in features.getKeypoints()]


def test_as_opencv_itself_does_it(pair: Any) -> None:
    """The same images through OpenCV's function and through ours: same features, same matches."""
    matcher = cv2.detail_BestOf2NearestMatcher(False, 0.2)
    native = [cv2.detail.computeImageFeatures2(Wrapped().sift, image) for image in pair[:2]]
    ours = compute_image_features(Wrapped(), list(pair[:2]))
    with pytest.raises((cv2.error, TypeError)):
        cv2.detail.computeImageFeatures2(Wrapped(), pair[0])
    for one, two in zip(native, ours, strict=True):
        assert one.img_size == two.img_size == (320, 240)
        assert points(one) == points(two)
        np.testing.assert_array_equal(one.descriptors.get(), two.descriptors.get())
    assert [features.img_idx for features in ours] == [0, 1]
    found = [matcher.apply2(features)[1] for features in (native, list(ours))]
    # FLANN's trees are random: OpenCV's own features give other counts from call to call, too.
    assert found[0].num_inliers > 20
    assert found[1].num_inliers == pytest.approx(found[0].num_inliers, rel=0.15)
    assert found[1].confidence == pytest.approx(found[0].confidence, rel=0.15)


@pytest.mark.parametrize(("form", "confidence"), [("float", 0.2), ("sift", 0.2), ("binary", 0.2)])
def test_our_forms_through_the_stitchers_matcher(pair: Any, form: str, confidence: float) -> None:
    feature = SSLDescriptor.create(500, descriptor=form)
    features = [compute_image_features2(feature, image) for image in pair[:2]]
    info = cv2.detail_BestOf2NearestMatcher(False, confidence).apply2(features)[1]
    assert info.num_inliers > 50
    assert info.confidence > 1
    corners = np.array([[[-100, -80], [100, -80], [100, 80], [-100, 80]]], np.float64)
    centre = np.array([160, 120])
    # The matcher counts from the middle of the images.
    seen = cv2.perspectiveTransform(corners, info.H) + centre
    np.testing.assert_allclose(seen, cv2.perspectiveTransform(corners + centre, pair[2]), atol=4)


def test_masks_and_opencvs_own_features(image: Any) -> None:
    mask = np.zeros_like(image)
    mask[:, :160] = 255
    for feature in (SSLDescriptor.create(100), cv2.ORB.create(100)):
        features = compute_image_features(feature, [image, image], [mask, mask])
        assert all(x < 161 for f in features for x, _ in points(f))
        assert points(features[0]) == points(compute_image_features2(feature, image, mask))


def test_umat_images(image: Any) -> None:
    feature = SSLDescriptor.create(50)
    one, two = (compute_image_features2(feature, i) for i in (image, cv2.UMat(image)))
    assert one.img_size == two.img_size
    np.testing.assert_array_equal(one.descriptors.get(), two.descriptors.get())


@pytest.mark.parametrize("as_umat", [False, True])
def test_an_image_without_keypoints(as_umat: bool) -> None:
    flat = np.zeros((60, 80), np.uint8)
    given = cv2.UMat(flat) if as_umat else flat
    features = compute_image_features2(SSLDescriptor.create(), given)
    assert features.img_size == (80, 60)
    assert points(features) == []
    assert features.descriptors.get() is None


def test_patched(image: Any) -> None:
    feature = SSLDescriptor.create(50)
    expected = compute_image_features2(feature, image)
    with patch_cv2():
        alone = cv2.detail.computeImageFeatures2(feature, image)
        listed = cv2.detail.computeImageFeatures(feature, [image])
    assert points(expected) == points(alone) == points(listed[0])


def test_bad_input(image: Any) -> None:
    with pytest.raises(cv2.error, match="featuresFinder is of type str; a feature is wanted"):
        compute_image_features2("orb", image)
    with pytest.raises(cv2.error, match="2 images but 1 masks"):
        compute_image_features(SSLDescriptor.create(), [image, image], [None])
    with pytest.raises(ValueError, match="got 1 keypoints and 2 descriptors"):
        image_features((9, 9), [cv2.KeyPoint(1, 1, 3)], np.zeros((2, 8), np.float32))
    with pytest.raises(cv2.error):
        compute_image_features2(SSLDescriptor.create(), None)
