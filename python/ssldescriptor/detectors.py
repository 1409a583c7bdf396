"""Keypoint detectors by the names that options give them."""

from __future__ import annotations

from typing import Any

import cv2

DETECTORS = ("own", "sift", "orb", "akaze", "fast")


def make_detector(name: str, num_keypoints: int) -> Any | None:
    """Return an OpenCV detector, or None for the model's own.

    Args:
        name: one of DETECTORS.
        num_keypoints: cap for the detectors that have one; SSLDescriptor cuts the others.

    Raises:
        ValueError: this OpenCV was built without the detector.
    """
    if name == "own":
        return None
    if name == "sift":
        return cv2.SIFT.create(num_keypoints)
    if name == "orb":
        return cv2.ORB.create(num_keypoints)
    if name == "fast":
        return cv2.FastFeatureDetector.create()
    # OpenCV 5 has moved AKAZE to the contrib wheels.
    home = cv2 if hasattr(cv2, "AKAZE_create") else getattr(cv2, "xfeatures2d", None)
    if not hasattr(home, "AKAZE_create"):
        raise ValueError(f"OpenCV {cv2.__version__} was built without AKAZE")
    return home.AKAZE_create()  # type: ignore[union-attr]
