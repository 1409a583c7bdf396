"""Feature extractors by name, so that every comparison treats them alike.

Each is a function from an (H, W, 3) uint8 BGR image to Features: at most num_keypoints points and
their descriptors, as its own class makes them with its own defaults otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import SSLDescriptor

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Features:
    """Points (N, 2) float32 pixels and their descriptors, (N, D) float32 or uint8."""

    points: NDArray[np.float32]
    descriptors: NDArray[Any]


Extractor = Callable[[Image], Features]

METHODS = ("sift", "rootsift", "orb", "akaze", "ssl", "ssl-upright", "ssl@sift", "ssl@orb")
LABELS = {
    "sift": "SIFT",
    "rootsift": "RootSIFT",
    "orb": "ORB",
    "akaze": "AKAZE",
    "ssl": "SSLDescriptor",
    "ssl-upright": "SSLDescriptor, upright=True",
    "ssl@sift": "SSLDescriptor at SIFT keypoints",
    "ssl@orb": "SSLDescriptor at ORB keypoints",
}


def make_extractor(name: str, num_keypoints: int, **options: Any) -> Extractor:
    """Build an extractor.

    Args:
        name: one of METHODS.
        num_keypoints: cap on the keypoints of one image.
        options: further keywords of SSLDescriptor.create; for the ssl methods only.

    Raises:
        ValueError: unknown name, or options for a method that takes none.
    """
    if name not in METHODS:
        raise ValueError(f"unknown method {name!r}, expected one of {', '.join(METHODS)}")
    if not name.startswith("ssl"):
        if options:
            raise ValueError(f"method {name!r} takes no options, got {sorted(options)}")
        return _opencv_extractor(name, num_keypoints)
    if name == "ssl-upright":
        options["upright"] = True
    feature = SSLDescriptor.create(num_keypoints, **options)
    if "@" not in name:
        return lambda image: as_features(*feature.detectAndCompute(image, None))
    detector = _opencv_feature(name.split("@")[1], num_keypoints)
    return lambda image: as_features(*feature.compute(image, detector.detect(image, None)))


def as_features(keypoints: Sequence[cv2.KeyPoint], descriptors: NDArray[Any] | None) -> Features:
    """Turn what detectAndCompute returned into arrays; no keypoints give empty arrays."""
    if descriptors is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 1), np.float32))
    points = np.asarray(cv2.KeyPoint.convert(keypoints), dtype=np.float32).reshape(-1, 2)
    return Features(points, np.asarray(descriptors))


def root_sift(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return RootSIFT rows (Arandjelovic and Zisserman, 2012): L1-normalised, square-rooted."""
    sums = descriptors.sum(axis=1, keepdims=True) + 1e-9
    return np.asarray(np.sqrt(descriptors / sums), dtype=np.float32)


def _opencv_feature(name: str, num_keypoints: int) -> Any:
    return cv2.ORB.create(num_keypoints) if name == "orb" else cv2.SIFT.create(num_keypoints)


def _opencv_extractor(name: str, num_keypoints: int) -> Extractor:
    if name == "akaze":
        return _akaze_extractor(num_keypoints)
    feature = _opencv_feature(name, num_keypoints)

    def extract(image: Image) -> Features:
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        keypoints, descriptors = feature.detectAndCompute(gray, None)
        if name == "rootsift" and descriptors is not None:
            descriptors = root_sift(descriptors)
        return as_features(keypoints, descriptors)

    return extract


def _akaze_extractor(num_keypoints: int) -> Extractor:
    # OpenCV 5 has moved AKAZE to contrib. Half the default threshold, so that the cap is reached.
    home: Any = cv2 if hasattr(cv2, "AKAZE_create") else cv2.xfeatures2d
    create = home.AKAZE_create
    detector, describer = create(threshold=5e-4), create()

    def extract(image: Image) -> Features:
        gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        strongest = sorted(detector.detect(gray, None), key=lambda keypoint: -keypoint.response)
        return as_features(*describer.compute(gray, strongest[:num_keypoints]))

    return extract
