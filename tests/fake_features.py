"""A FeatureExtractor without a model, so that the OpenCV surface is tested on its own."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.keypoints import Keypoints, to_cv2
from ssldescriptor.options import FeatureOptions


class FakeExtractor:
    """Corners and SIFT rows behind the interface of ssldescriptor.features.FeatureExtractor."""

    dim = 128
    bits = None

    def __init__(self, options: FeatureOptions) -> None:
        if options.model != "default":
            raise FileNotFoundError(f"no model at {options.model}")
        self.upright = options.upright

    def detect(
        self, gray: NDArray[np.uint8], *, max_keypoints: int, mask: NDArray[np.uint8] | None = None
    ) -> Keypoints:
        """Find corners at whole pixels, the strongest first, with angles in thirds of a degree."""
        count = max_keypoints if max_keypoints > 0 else 0
        found = cv2.goodFeaturesToTrack(gray, count, 0.001, 3, mask=mask)
        xy = np.empty((0, 2), np.float32) if found is None else found.reshape(-1, 2)
        xy = xy + np.float32(1 / 3)
        n = len(xy)
        angle = (xy.sum(axis=1) * 7 % 360).astype(np.float32)
        if self.upright:
            angle[:] = -1
        score = (1 / np.arange(1, n + 1)).astype(np.float32)
        return Keypoints(xy, np.full(n, 6, np.float32), angle, score)

    def describe(self, gray: NDArray[np.uint8], keypoints: Keypoints) -> NDArray[np.float32]:
        """Describe with SIFT, rows of unit length; odd coordinates and angles are clamped."""
        assert len(keypoints) > 0
        assert (keypoints.size >= 2.5).all()
        limit = np.array(gray.shape[::-1], np.float32) - 1
        xy = np.clip(np.nan_to_num(keypoints.xy, posinf=1e6, neginf=-1e6), 0, limit)
        angle = np.maximum(np.nan_to_num(keypoints.angle), 0)
        if self.upright:
            angle[:] = 0
        # OpenCV 4.8 crashes on images of a few pixels; a frame does no harm.
        framed = cv2.copyMakeBorder(gray, 32, 32, 32, 32, cv2.BORDER_REPLICATE)
        clean = Keypoints(xy + np.float32(32), keypoints.size, angle, keypoints.score)
        rows = cv2.SIFT.create().compute(framed, to_cv2(clean))[1] + np.float32(1)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)
