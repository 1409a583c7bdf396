"""Keypoint detectors by the names that the command line knows."""

from __future__ import annotations

from typing import Any

import cv2

from ssldescriptor.cli.errors import CommandError

DETECTORS = ("own", "sift", "orb", "akaze", "fast")


class Strongest:
    """Give FAST and AKAZE the cap on keypoints that SIFT and ORB have.

    cv2.AKAZE's own cap is younger than the oldest OpenCV that is supported.
    """

    def __init__(self, detector: Any, num_keypoints: int) -> None:
        self._detector = detector
        self._num_keypoints = num_keypoints

    def detect(self, image: Any, mask: Any = None) -> tuple[cv2.KeyPoint, ...]:
        """Return the keypoints of the highest response, best first."""
        found = sorted(self._detector.detect(image, mask), key=lambda point: -point.response)
        return tuple(found[: self._num_keypoints])


def make_detector(name: str, num_keypoints: int) -> Any | None:
    """Return an OpenCV detector, or None for the model's own.

    Args:
        name: one of DETECTORS.
        num_keypoints: at most so many keypoints an image.

    Raises:
        CommandError: this OpenCV was built without the detector.
    """
    if name == "own":
        return None
    if name == "sift":
        return cv2.SIFT.create(num_keypoints)
    if name == "orb":
        return cv2.ORB.create(num_keypoints)
    if name == "fast":
        return Strongest(cv2.FastFeatureDetector.create(), num_keypoints)
    # OpenCV 5 has moved AKAZE to the contrib wheels.
    home = cv2 if hasattr(cv2, "AKAZE_create") else getattr(cv2, "xfeatures2d", None)
    if not hasattr(home, "AKAZE_create"):
        raise CommandError(f"OpenCV {cv2.__version__} was built without AKAZE")
    return Strongest(home.AKAZE_create(), num_keypoints)  # type: ignore[union-attr]
