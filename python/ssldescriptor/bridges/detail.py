"""`cv2.detail.ImageFeatures` from any feature, for OpenCV's stitching pipeline.

`cv2.detail.computeImageFeatures2` takes OpenCV's own features only, and on OpenCV 4 the descriptors
of a bare `cv2.detail.ImageFeatures()` can neither be read nor set: the interpreter crashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from ssldescriptor.calls import hand_out, pair_up
from ssldescriptor.errors import BAD_ARGUMENT, cv2_error
from ssldescriptor.images import is_umat

# As they are before patch_cv2() replaces them; an OpenCV that was built without stitching has none.
_detail: Any = getattr(cv2, "detail", None)
_native: Any = getattr(_detail, "computeImageFeatures", None)
_native2: Any = getattr(_detail, "computeImageFeatures2", None)
_create_orb: Any = cv2.ORB.create


def image_features(
    img_size: tuple[int, int], keypoints: Sequence[cv2.KeyPoint], descriptors: Any, img_idx: int = 0
) -> cv2.detail.ImageFeatures:
    """Put keypoints and descriptors into the form that `cv2.detail`'s matchers take.

    Args:
        img_size: (width, height) of the image in pixels.
        keypoints: The keypoints.
        descriptors: (N, D) float32 or uint8 array, or cv2.UMat, row i for keypoint i; None for no
            keypoints.
        img_idx: Index of the image among those that are stitched.

    Raises:
        ValueError: The numbers of keypoints and descriptors differ.
    """
    rows = descriptors.get() if is_umat(descriptors) else descriptors
    num_rows = 0 if rows is None else len(rows)
    if num_rows != len(keypoints):
        raise ValueError(f"got {len(keypoints)} keypoints and {num_rows} descriptors")
    # A live object with valid descriptors, which only the C++ function can make.
    features = _native2(_create_orb(1), np.zeros((8, 8), np.uint8))
    features.img_idx = img_idx
    features.img_size = (int(img_size[0]), int(img_size[1]))
    features.keypoints = list(keypoints)
    features.descriptors = hand_out(rows, None, as_umat=True)
    made: cv2.detail.ImageFeatures = features
    return made


def compute_image_features2(
    featuresFinder: Any, image: Any, mask: Any = None
) -> cv2.detail.ImageFeatures:
    """Do what `cv2.detail.computeImageFeatures2` does, with any feature.

    Args:
        featuresFinder: A feature of OpenCV, which is handed to OpenCV's function, or any object
            with detectAndCompute(image, mask).
        image: One image.
        mask: Where keypoints may lie, or None.

    Raises:
        cv2.error: The object is no feature, or what the feature itself raises.
    """
    if isinstance(featuresFinder, cv2.Feature2D):
        native: cv2.detail.ImageFeatures = _native2(featuresFinder, image, mask)
        return native
    return _compute(featuresFinder, image, mask, 0, "computeImageFeatures2")


def compute_image_features(
    featuresFinder: Any, images: Sequence[Any], masks: Sequence[Any] | None = None
) -> tuple[cv2.detail.ImageFeatures, ...]:
    """Do what `cv2.detail.computeImageFeatures` does, with any feature; img_idx counts the images.

    Raises:
        cv2.error: As many masks as images are wanted; see also compute_image_features2.
    """
    if isinstance(featuresFinder, cv2.Feature2D):
        native: tuple[cv2.detail.ImageFeatures, ...] = _native(featuresFinder, images, masks)
        return native
    func = "computeImageFeatures"
    pairs = pair_up(images, masks, "masks", func, optional=True)
    return tuple(
        _compute(featuresFinder, image, mask, index, func)
        for index, (image, mask) in enumerate(pairs)
    )


def _compute(
    feature: Any, image: Any, mask: Any, index: int, func: str
) -> cv2.detail.ImageFeatures:
    if not callable(getattr(feature, "detectAndCompute", None)):
        message = f"featuresFinder is of type {type(feature).__name__}; a feature is wanted"
        raise cv2_error(BAD_ARGUMENT, func, message)
    keypoints, descriptors = feature.detectAndCompute(image, mask)
    if is_umat(descriptors) and not keypoints:
        descriptors = None
    height, width = (image.get() if is_umat(image) else np.asarray(image)).shape[:2]
    return image_features((width, height), keypoints, descriptors, index)
