"""How much of the image around a keypoint is described: one size for what detectors call size.

`cv2.KeyPoint.size` is the diameter of "the meaningful neighbourhood", and every detector means
something else by it. SIFT's is twice the scale of the blob, and SIFT describes about six times
that; ORB's already is the whole patch of 31 pixels that ORB describes, times a power of its
scaleFactor; FAST and GFTT always write the same number. The network was trained on sizes like
SIFT's, so that is what sizes become here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

DEFAULT_SUPPORT = 4.0
"""Support in pixels of a keypoint whose size says nothing."""

MIN_SUPPORT = 2.5
MAX_SUPPORT = 40.0
"""The range of support that is used, in pixels."""

PATCH_SIZE = 31.0
"""ORB's patch, in pixels of a pyramid level."""

PATCH_RATIO = 6.4
"""Size of a patch over the SIFT-like size of the same keypoint."""

# The sizes that ORB writes with usual scale factors, and how far a size may be from one of them:
# they are float32, or were written with few decimals. From the largest one on both readings are
# MAX_SUPPORT, so that no more are needed.
_SCALE_FACTORS = (1.1, 1.2, 1.25, 1.3, 1.4, 1.5, 2.0)
_LARGEST = MAX_SUPPORT * PATCH_RATIO
_TOLERANCE = 1e-4
_PATCH_SIZES = np.unique(
    [
        PATCH_SIZE * factor**level
        for factor in _SCALE_FACTORS
        for level in range(1 + int(math.log(_LARGEST / PATCH_SIZE, factor)))
    ]
)

# Support over size, per class of detector. SIFT's and KAZE's sizes are two sigma of the blob and
# AKAZE's is three; BRISK describes about two sizes across, MSER's is the ellipse of the region, and
# HarrisLaplace writes six sigma. Measured on light, blur, zoom and viewpoint with the first model:
# half as much again or a third less changes the share of correct matches by 0.02 at most.
_RATIOS = {
    "SIFT": 1.0,
    "KAZE": 1.0,
    "AKAZE": 1.0,
    "StarDetector": 1.0,
    "ORB": 1.0 / PATCH_RATIO,
    "BRISK": 1.0 / 3.0,
    "MSER": 1.0 / 3.0,
    "HarrisLaplaceFeatureDetector": 1.0 / 3.0,
}
# Detectors whose size is a constant that has nothing to do with the image.
_WITHOUT_SIZE = {"FastFeatureDetector", "AgastFeatureDetector", "GFTTDetector"}


def support_size(size: NDArray[np.float32], detector: object = None) -> NDArray[np.float32]:
    """Turn sizes as detectors write them into the SIFT-like sizes that are sampled.

    With a detector of OpenCV whose convention is known, its convention decides. Otherwise the size
    alone does, never octave or class_id:

    * not finite or at most 1 (`cv2.KeyPoint.convert` writes 1): DEFAULT_SUPPORT;
    * PATCH_SIZE times a power, from 0 on, of a usual scaleFactor of ORB (1.1, 1.2, 1.25, 1.3, 1.4,
      1.5, 2), to one part in 10,000: divided by PATCH_RATIO, like ORB's;
    * everything else: as it is, like SIFT's.

    The result is clamped to [MIN_SUPPORT, MAX_SUPPORT].

    Args:
        size: (N,) float32, diameters in pixels.
        detector: The object that the keypoints come from, if known.

    Returns:
        (N,) float32, in pixels. The keypoints themselves keep their size.
    """
    known = np.isfinite(size) & (size > 1.0)
    name = type(detector).__name__ if type(detector).__module__.startswith("cv2") else ""
    if name in _WITHOUT_SIZE:
        support = np.full_like(size, DEFAULT_SUPPORT)
    elif name in _RATIOS:
        support = size * np.float32(_RATIOS[name])
    else:
        support = np.where(_is_patch(size), size / np.float32(PATCH_RATIO), size)
    support = np.where(known, support, DEFAULT_SUPPORT)
    return np.clip(support, MIN_SUPPORT, MAX_SUPPORT).astype(np.float32)


def _is_patch(size: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which sizes (N,) lie in the range of one of ORB's: it has begun and not ended there."""
    begun = np.searchsorted(_PATCH_SIZES * (1 - _TOLERANCE), size, "right")
    ended = np.searchsorted(_PATCH_SIZES * (1 + _TOLERANCE), size, "left")
    return np.asarray(begun > ended)
