"""OpenCV's own features as extractors, on the gray image."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.extracted import Extractor, Features, Image, as_features

NAMES = {"sift": "SIFT", "rootsift": "RootSIFT", "orb": "ORB", "akaze": "AKAZE", "beblid": "BEBLID"}


def opencv_extractor(name: str, num_keypoints: int) -> Extractor:
    """Build one of NAMES.

    Raises:
        ValueError: this OpenCV was built without it.
    """
    if name == "akaze":
        return _akaze_extractor(num_keypoints)
    if name == "beblid":
        return _beblid_extractor(num_keypoints)
    feature = opencv_feature(name, num_keypoints)

    def extract(image: Image) -> Features:
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        keypoints, descriptors = feature.detectAndCompute(gray, None)
        if name == "rootsift" and descriptors is not None:
            descriptors = root_sift(descriptors)
        return as_features(keypoints, descriptors)

    return extract


def opencv_feature(name: str, num_keypoints: int) -> Any:
    """Return cv2.ORB for "orb", else cv2.SIFT."""
    return cv2.ORB.create(num_keypoints) if name == "orb" else cv2.SIFT.create(num_keypoints)


def root_sift(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return RootSIFT rows (Arandjelovic and Zisserman, 2012): L1-normalised, square-rooted."""
    sums = descriptors.sum(axis=1, keepdims=True) + 1e-9
    return np.asarray(np.sqrt(descriptors / sums), dtype=np.float32)


def _creator(name: str) -> Any:
    """Return cv2's NAME_create from wherever this OpenCV has it: 5 has moved AKAZE to contrib."""
    for home in (cv2, getattr(cv2, "xfeatures2d", None)):
        if hasattr(home, f"{name}_create"):
            return getattr(home, f"{name}_create")
    raise ValueError(f"OpenCV {cv2.__version__} was built without {name}; install a contrib wheel")


def _akaze_extractor(num_keypoints: int) -> Extractor:
    create = _creator("AKAZE")
    # Half the default threshold, so that the cap is reached.
    detector, describer = create(threshold=5e-4), create()

    def extract(image: Image) -> Features:
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        strongest = sorted(detector.detect(gray, None), key=lambda keypoint: -keypoint.response)
        return as_features(*describer.compute(gray, strongest[:num_keypoints]))

    return extract


def _beblid_extractor(num_keypoints: int) -> Extractor:
    # BEBLID describes only; 1.0 is its authors' scale factor for ORB's keypoints.
    detector, describer = opencv_feature("orb", num_keypoints), _creator("BEBLID")(1.0)

    def extract(image: Image) -> Features:
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        return as_features(*describer.compute(gray, detector.detect(gray, None)))

    return extract
