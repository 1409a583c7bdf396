"""Arrays in, arrays out: a gray image -> keypoints, keypoints -> descriptors."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.directions import angle_of
from ssldescriptor.keypoints import Keypoints, one_per_location
from ssldescriptor.options import FeatureOptions
from ssldescriptor.runtime import load_model
from ssldescriptor.scales import Level, scale_levels
from ssldescriptor.tiling import dense_maps

FloatArray = NDArray[np.float32]

NMS_RADIUS = 3
BORDER = 4
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
            Keypoints of all scales, at most one per location; their angle is -1 with the option
            `upright`.
        """
        levels = list(scale_levels(gray))
        peaks = [self._peaks(level.gray) for level in levels]
        origin = np.repeat(np.arange(len(levels)), [len(xy) for xy, _ in peaks])
        here = np.concatenate([xy for xy, _ in peaks])
        xy = np.concatenate(
            [level.to_image(p) for level, (p, _) in zip(levels, peaks, strict=True)]
        )
        score = np.concatenate([s for _, s in peaks])
        kept = _best(xy, score, max_keypoints, mask)
        angle, size = np.empty(len(kept), np.float32), np.empty(len(kept), np.float32)
        for i, level in enumerate(levels):
            of_level = origin[kept] == i
            angle[of_level], size[of_level] = self._frames(level, here[kept[of_level]])
        return Keypoints(xy[kept], size, angle, score[kept])

    def _peaks(self, gray: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        maps = dense_maps(self._model.dense, _core.local_contrast(gray))
        return _core.find_keypoints(maps.peak, maps.rank, NMS_RADIUS, BORDER, 0, textured(gray))

    def _frames(self, level: Level, xy: FloatArray) -> tuple[FloatArray, FloatArray]:
        if not len(xy):
            return np.empty(0, np.float32), np.empty(0, np.float32)
        rings = _core.sample_rings(level.gray, xy, self.options.num_threads)
        direction, size = self._model.frame(rings)
        angle = np.full_like(size, -1) if self.options.upright else angle_of(direction)
        return angle, size * level.factor.mean()

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


def _best(
    xy: FloatArray, score: FloatArray, max_keypoints: int, mask: NDArray[np.uint8] | None
) -> NDArray[np.intp]:
    """Choose the best keypoints under the mask, best first, ties in the order given."""
    order = np.argsort(-score, kind="stable")
    if mask is not None:
        column, row = np.rint(xy[order]).astype(np.intp).T
        order = order[mask[row, column] > 0]
    if max_keypoints > 0:
        order = order[:max_keypoints]
    return order[one_per_location(xy[order], score[order])]


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
