"""Arrays in, arrays out: a gray image -> keypoints, keypoints -> descriptors."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.keypoints import Keypoints
from ssldescriptor.options import FeatureOptions
from ssldescriptor.runtime import load_model
from ssldescriptor.tiling import dense_maps

FloatArray = NDArray[np.float32]

NMS_RADIUS = 3
BORDER = 4
STRIDE_FRAME = 8
# Keypoints described in one call: enough to keep the cores busy, small enough for the cache.
CHUNK = 1024


class FeatureExtractor:
    """The model's own keypoints and its descriptors at any keypoints; re-entrant.

    Attributes:
        dim: length of a descriptor.
    """

    def __init__(self, options: FeatureOptions) -> None:
        self.options = options
        self._model = load_model(options.model, options.num_threads)
        self.dim = self._model.dim

    def detect(
        self, gray: NDArray[np.uint8], *, max_keypoints: int, mask: NDArray[np.uint8] | None = None
    ) -> Keypoints:
        """Find keypoints, best first.

        Args:
            gray: (H, W) uint8, C-contiguous.
            max_keypoints: how many to keep; 0 or less keeps all.
            mask: (H, W) uint8; where it is zero no keypoint is returned.

        Returns:
            At most one keypoint per location; its angle is -1 with the option `upright`.
        """
        allowed = textured(gray) if mask is None else np.where(mask, textured(gray), 0)
        maps = dense_maps(self._model.dense, _core.local_contrast(gray))
        xy, score = _core.find_keypoints(
            maps.peak, maps.rank, NMS_RADIUS, BORDER, max_keypoints, allowed
        )
        cos, sin, log_size = sample_map(maps.frame, xy, STRIDE_FRAME)
        angle = np.rad2deg(np.arctan2(sin, cos)).astype(np.float32) % np.float32(360)
        angle[angle >= 360] = 0  # a tiny negative angle rounds up to the full circle
        if self.options.upright:
            angle = np.full_like(angle, -1)
        return Keypoints(xy, np.exp2(log_size), angle, score)

    def describe(self, gray: NDArray[np.uint8], keypoints: Keypoints) -> FloatArray:
        """Describe keypoints of any detector; none is dropped or moved.

        Args:
            gray: (H, W) uint8, C-contiguous.
            keypoints: sizes are diameters as SIFT means them; an angle of -1 is upright.

        Returns:
            (N, dim) float32, non-negative, unit L2 rows.
        """
        rows = np.empty((len(keypoints), self.dim), np.float32)
        if not len(keypoints):
            return rows
        angle = np.zeros_like(keypoints.angle) if self.options.upright else keypoints.angle
        patches = _core.sample_patches(
            gray, keypoints.xy, keypoints.size, angle, self.options.num_threads
        )
        for start in range(0, len(rows), CHUNK):
            part = slice(start, start + CHUNK)
            rows[part] = self._model.describe(patches[part])
        return rows


def textured(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark the pixels whose window of non-maximum suppression holds more than one gray level.

    Elsewhere, for example in a black frame, the peaks are rounding errors of the network.

    Args:
        gray: (H, W) uint8.

    Returns:
        (H, W) uint8, 255 or 0.
    """
    window = np.ones((2 * NMS_RADIUS + 1, 2 * NMS_RADIUS + 1), np.uint8)
    varied = cv2.compare(cv2.dilate(gray, window), cv2.erode(gray, window), cv2.CMP_GT)
    return np.asarray(varied, dtype=np.uint8)


def sample_map(maps: FloatArray, xy: FloatArray, stride: int) -> FloatArray:
    """Sample maps bilinearly at image positions.

    Args:
        maps: (C, h, w) float32; cell i has its centre at pixel stride * i + (stride - 1) / 2.
        xy: (N, 2) float32 pixels; beyond the outer centres the border value holds.
        stride: pixels per cell.

    Returns:
        (C, N) float32.
    """
    height, width = maps.shape[1:]
    x = np.clip((xy[:, 0] + 0.5) / stride - 0.5, 0, width - 1)
    y = np.clip((xy[:, 1] + 0.5) / stride - 0.5, 0, height - 1)
    x0, y0 = x.astype(np.intp), y.astype(np.intp)
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    fx, fy = x - x0, y - y0
    top = maps[:, y0, x0] * (1 - fx) + maps[:, y0, x1] * fx
    bottom = maps[:, y1, x0] * (1 - fx) + maps[:, y1, x1] * fx
    sampled: FloatArray = (top * (1 - fy) + bottom * fy).astype(np.float32)
    return sampled
