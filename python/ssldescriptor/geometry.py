"""Two photographs in, matches and the geometry between them out."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.descriptor import SSLDescriptor
from ssldescriptor.dmatches import make_matches
from ssldescriptor.formats import no_rows
from ssldescriptor.images import read_image
from ssldescriptor.keypoints import from_cv2
from ssldescriptor.matching import match
from ssldescriptor.parameters import check_number

Model = Literal["homography", "fundamental"]

# Fewer matches than these determine no model, or several.
_MIN_MATCHES = {"homography": 4, "fundamental": 8}
_CONFIDENCE = 0.9999
_MAX_ITERATIONS = 10_000


@dataclass(frozen=True, eq=False)
class ImageMatches:
    """What `match_images` found; row i of `points0`, `points1`, `matches`, `inliers` is match i.

    Attributes:
        keypoints0: Keypoints of image 0.
        keypoints1: Keypoints of image 1.
        points0: (M, 2) float32, the matched places in image 0, pixels.
        points1: (M, 2) float32, the same in image 1.
        matches: M times cv2.DMatch, from keypoints0 (query) to keypoints1 (train).
        transform: (3, 3) float64 homography from image 0 to image 1, or fundamental matrix with
            x1^T F x0 = 0; None when the matches determine none.
        inliers: (M,) bool, the matches that agree with `transform`; all False without one, all
            True when none was asked for.
        descriptors0: (N0, D), one row per keypoint of image 0, as the feature makes them.
        descriptors1: (N1, D), the same for image 1.
    """

    keypoints0: tuple[cv2.KeyPoint, ...]
    keypoints1: tuple[cv2.KeyPoint, ...]
    points0: NDArray[np.float32]
    points1: NDArray[np.float32]
    matches: tuple[cv2.DMatch, ...]
    transform: NDArray[np.float64] | None
    inliers: NDArray[np.bool_]
    descriptors0: NDArray[Any]
    descriptors1: NDArray[Any]


def match_images(
    image0: NDArray[np.uint8] | str | os.PathLike[str],
    image1: NDArray[np.uint8] | str | os.PathLike[str],
    *,
    feature: Any = None,
    ratio: float | None = None,
    model: Model | None = "homography",
    threshold: float = 3.0,
) -> ImageMatches:
    """Match two photographs: detect, describe, match mutually, verify robustly.

    Args:
        image0: (H, W) or (H, W, C) uint8, gray, BGR or BGRA, or the path of a photograph.
        image1: The same.
        feature: SSLDescriptor or any cv2.Feature2D compared by NORM_L2 or NORM_HAMMING;
            SSLDescriptor.create() if None.
        ratio: Keep a match only if its distance is at most `ratio` times the second best one.
        model: "homography" for a plane or a turning camera, "fundamental" for a scene in depth,
            None for no verification.
        threshold: Distance in pixels up to which a match agrees with the model.

    Returns:
        See ImageMatches.

    Raises:
        cv2.error: An image of the wrong type, or an empty one that the feature refuses.
        OSError, ValueError: A file that is missing or no photograph, an unknown model, a threshold
            that is not above 0, or a feature compared by NORM_HAMMING2.
        TypeError: A threshold that is no number.
    """
    if model is not None and model not in _MIN_MATCHES:
        raise ValueError(f"model={model!r} is unknown; {', '.join(_MIN_MATCHES)} or None is wanted")
    if not 0 < check_number(threshold, float, "threshold") < math.inf:
        raise ValueError(f"threshold is {threshold}; a number of pixels above 0 is wanted")
    feature = _default_feature() if feature is None else feature
    keypoints0, rows0 = _extract(feature, image0)
    keypoints1, rows1 = _extract(feature, image1)
    found = match(rows0, rows1, ratio=ratio)
    points0 = from_cv2(keypoints0).xy[found.index0]
    points1 = from_cv2(keypoints1).xy[found.index1]
    transform, inliers = estimate(points0, points1, model, threshold)
    images = np.zeros_like(found.index1)
    matches = tuple(make_matches(found.index0, found.index1, images, found.distance))
    return ImageMatches(
        keypoints0, keypoints1, points0, points1, matches, transform, inliers, rows0, rows1
    )


def estimate(
    points0: NDArray[np.float32],
    points1: NDArray[np.float32],
    model: Model | None,
    threshold: float,
) -> tuple[NDArray[np.float64] | None, NDArray[np.bool_]]:
    """Estimate a model with MAGSAC++ (Barath et al., CVPR 2020) as OpenCV has it.

    Args:
        points0: (M, 2) float32, pixels.
        points1: (M, 2) float32, pixels; row i matches row i of points0.
        model: "homography", "fundamental" or None.
        threshold: In pixels.

    Returns:
        The (3, 3) matrix or None, and the (M,) bool inliers; see ImageMatches.
    """
    if model is None:
        return None, np.ones(len(points0), dtype=np.bool_)
    nothing = np.zeros(len(points0), dtype=np.bool_)
    if len(points0) < _MIN_MATCHES[model]:
        return None, nothing
    matrix: Any
    mask: Any
    try:
        if model == "homography":
            matrix, mask = cv2.findHomography(
                points0,
                points1,
                cv2.USAC_MAGSAC,
                threshold,
                maxIters=_MAX_ITERATIONS,
                confidence=_CONFIDENCE,
            )
        else:
            matrix, mask = cv2.findFundamentalMat(
                points0, points1, cv2.USAC_MAGSAC, threshold, _CONFIDENCE, _MAX_ITERATIONS
            )
    except cv2.error:
        # Degenerate sets, for example all points in one place, fail an assertion in OpenCV.
        return None, nothing
    if matrix is None or mask is None or matrix.shape != (3, 3):
        return None, nothing
    return np.asarray(matrix, dtype=np.float64), mask.ravel().astype(np.bool_)


@lru_cache(maxsize=1)
def _default_feature() -> SSLDescriptor:
    """Load the default model once; nobody else gets hold of this object to change it."""
    return SSLDescriptor.create()


def _extract(feature: Any, image: Any) -> tuple[tuple[cv2.KeyPoint, ...], NDArray[Any]]:
    """Detect and describe; no keypoints are an empty array."""
    if isinstance(image, str | os.PathLike):
        image = read_image(image)
    keypoints, rows = feature.detectAndCompute(image, None)
    if rows is None:
        rows = no_rows(feature)
    norm = feature.defaultNorm()
    if norm == cv2.NORM_HAMMING2:
        raise ValueError(
            "the feature's norm is NORM_HAMMING2 (ORB with WTA_K 3 or 4); a feature of NORM_L2 or "
            "NORM_HAMMING is wanted"
        )
    if rows.dtype == np.uint8 and norm != cv2.NORM_HAMMING:
        # SIFT can hand out bytes that are no bit strings.
        rows = rows.astype(np.float32)
    return tuple(keypoints), rows
