"""From the sizes that detectors write to the support that is described."""

import cv2
import numpy as np
import pytest

from ssldescriptor.support import DEFAULT_SUPPORT, MAX_SUPPORT, MIN_SUPPORT, support_size


def support(size, detector=None):
    return float(support_size(np.array([size], np.float32), detector)[0])


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (float("nan"), DEFAULT_SUPPORT),
        (float("inf"), DEFAULT_SUPPORT),
        (-3, DEFAULT_SUPPORT),
        (0, DEFAULT_SUPPORT),
        (1, DEFAULT_SUPPORT),
        (1.8, MIN_SUPPORT),
        (2.5, 2.5),
        (6, 6),
        (7, 7),
        (20, 20),
        (30.9, 30.9),
        (31, 31 / 6.4),
        (31.1, 31.1),
        (33.6, 33.6),
        (46.5, 46.5 / 6.4),
        (111.08, 111.08 / 6.4),
        (111.2, MAX_SUPPORT),
        (5000, MAX_SUPPORT),
    ],
)
def test_by_size_alone(size, expected):
    assert support(size) == pytest.approx(expected)


@pytest.mark.parametrize("size", [30, 31])
def test_no_step_in_the_sizes(size):
    """A size that is not ORB's to the digit is a size like any other, also above the patch's."""
    assert support(1.005 * size) / support(0.995 * size) == pytest.approx(1.01, abs=1e-3)


@pytest.mark.parametrize("factor", [1.2, 1.5])
def test_every_size_of_orb_is_orbs(factor):
    """With the detector unknown, a size is read as with cv2.ORB itself."""
    noise = np.random.default_rng(0).integers(0, 256, (1200, 1200), dtype=np.uint8)
    orb = cv2.ORB.create(4000, factor, 8, fastThreshold=1)
    sizes = np.unique(np.float32([keypoint.size for keypoint in orb.detect(noise, None)]))
    assert len(sizes) == 8
    np.testing.assert_allclose(support_size(sizes), support_size(sizes, orb))


def _of_opencv(name):
    factory = getattr(cv2, name, None) or getattr(getattr(cv2, "xfeatures2d", None), name, None)
    if factory is None:
        pytest.skip(f"this OpenCV has no {name}")
    return factory.create()


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("SIFT", 35, 35),
        ("SIFT", 4, 4),
        ("ORB", 31, 31 / 6.4),
        ("ORB", 22, 22 / 6.4),
        ("BRISK", 12, 4),
        ("MSER", 30, 10),
        ("AKAZE", 4.8, 4.8),
        ("KAZE", 36, 36),
        ("FastFeatureDetector", 7, DEFAULT_SUPPORT),
        ("AgastFeatureDetector", 7, DEFAULT_SUPPORT),
        ("GFTTDetector", 3, DEFAULT_SUPPORT),
        ("GFTTDetector", 1, DEFAULT_SUPPORT),
    ],
)
def test_by_detector(name, size, expected):
    assert support(size, _of_opencv(name)) == pytest.approx(expected)


def test_a_class_of_the_same_name_elsewhere_is_not_opencvs():
    class ORB:
        pass

    assert support(20, ORB()) == 20


def test_type_and_length():
    sizes = support_size(np.array([2, 6, 31], np.float32))
    assert sizes.dtype == np.float32
    assert sizes.shape == (3,)
    assert support_size(np.zeros(0, np.float32)).shape == (0,)


def test_one_scale_per_detector():
    """Twice the size is twice the support, so that scale invariance survives."""
    orb = cv2.ORB.create()
    assert support(124, orb) == pytest.approx(2 * support(62, orb))
    assert support(124) == pytest.approx(2 * support(62))
