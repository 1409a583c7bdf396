"""Keypoints of other detectors: `SSLDescriptor.create(detector=...)`."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.errors import BAD_ARGUMENT, cv2_error
from ssldescriptor.keypoints import from_cv2, one_per_location, strongest


@runtime_checkable
class Detector(Protocol):
    """Anything that finds keypoints as `cv2.Feature2D.detect` does."""

    def detect(self, image: Any, mask: Any = None, /) -> Any:
        """Return a sequence of cv2.KeyPoint for a uint8 image and a uint8 mask or None."""


def detector_name(detector: object) -> str:
    """Name a detector for messages and files: OpenCV's name for it, else its class."""
    if detector is None:
        return ""
    if type(detector).__module__.startswith("cv2"):
        return f"Feature2D.{type(detector).__name__}"
    return type(detector).__name__


def run_detector(
    detector: Detector,
    image: NDArray[np.uint8],
    mask: NDArray[np.uint8] | None,
    max_keypoints: int,
    func: str,
) -> tuple[cv2.KeyPoint, ...]:
    """Let a detector find keypoints, and keep one per location and the strongest of these.

    Args:
        detector: The user's detector.
        image: (H, W) or (H, W, C) uint8, as the user gave it.
        mask: (H, W) uint8 or None.
        max_keypoints: Cap on their number; not positive for all.
        func: The public method that the user called.

    Returns:
        The detector's own objects, in its order.

    Raises:
        cv2.error: The detector does not return a sequence of cv2.KeyPoint. Its own errors pass.
    """
    found = detector.detect(image, mask)
    try:
        found = tuple(found)
    except TypeError:
        found = (found,)
    for keypoint in found:
        if not isinstance(keypoint, cv2.KeyPoint):
            raise cv2_error(
                BAD_ARGUMENT,
                func,
                f"detector {detector_name(detector)} returned a {type(keypoint).__name__}; "
                "a sequence of cv2.KeyPoint is wanted",
            )
    arrays = from_cv2(found)
    single = one_per_location(arrays.xy, arrays.score)
    kept = single[strongest(arrays.score[single], max_keypoints)]
    return tuple(found[i] for i in kept)
