"""Arrays in, arrays out: a gray image -> keypoints, keypoints -> descriptors."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.directions import angle_of, certainty_of
from ssldescriptor.keypoints import Keypoints, one_per_location
from ssldescriptor.options import FeatureOptions
from ssldescriptor.runtime import Model, load_model
from ssldescriptor.scales import Level, scale_levels
from ssldescriptor.selection import CROWD, chance_of, select_surest
from ssldescriptor.sharpness import lack_of_detail
from ssldescriptor.tiling import dense_maps
from ssldescriptor.workers import Workers, share_out

FloatArray = NDArray[np.float32]

NMS_RADIUS = 3
BORDER = 4
# Keypoints described in one call: enough to keep the cores busy, small enough for the cache.
CHUNK = 1024
# Keypoints whose patches are in memory together, 5 to 7 KB each.
AT_ONCE = 16 * CHUNK
# How much lower keypoints rank at a scale that holds no detail. For it, photographs enlarged twice
# keep a fifth more of their correct matches, enlarged by 1.4 6 % more; blurred ones keep 2 % less.
LACK_WEIGHT = 0.2
# A place that is less likely to be found and matched again is no keypoint. Noise, shades and blur
# reach .03 in one place of a hundred; the 2048th best of a photograph has .2.
LEAST_CHANCE = 0.03


class FeatureExtractor:
    """The model's own keypoints and its descriptors at any keypoints; re-entrant.

    Attributes:
        dim: length of a descriptor.
        bits: the model's binary head, (N, dim) float32 rows to (N, 256) float32 logits, or None.
    """

    def __init__(self, options: FeatureOptions, model: Model | None = None) -> None:
        """Load the model, unless one is given, as the training does with one that it trains."""
        self.options = options
        if model is None:
            self._workers = share_out(options.num_threads)
            self._model = load_model(options.model, self._workers.layers)
        else:  # in training one call changes its mode under another
            self._workers = Workers(1, options.num_threads, options.num_threads)
            self._model = model
        self.dim = self._model.dim
        self.bits = self._model.bits if self._model.has_bits else None

    def detect(
        self, gray: NDArray[np.uint8], *, max_keypoints: int, mask: NDArray[np.uint8] | None = None
    ) -> Keypoints:
        """Find keypoints, best first.

        Args:
            gray: (H, W) uint8, C-contiguous.
            max_keypoints: how many to keep; 0 or less keeps all.
            mask: (H, W) uint8; where it is zero no keypoint is returned.

        Returns:
            Keypoints of all scales, at most one per location, or within the option `min_distance`;
            their angle is -1 with the option `upright`. The score is the chance that one is found
            in another view and matched, from `LEAST_CHANCE` to 1.
        """
        levels = list(scale_levels(gray, self.options.first_octave))
        xy, rank, origin, here = self.candidates(levels, mask)
        angle, size = np.empty((2, len(xy)), np.float32)

        def look(part: slice) -> FloatArray:
            """Find the frames of some candidates; tell how sure they are."""
            certainty = np.empty(part.stop - part.start, np.float32)

            def look_at_level(i: int) -> None:
                of_level = np.flatnonzero(origin[part] == i)
                if len(of_level):
                    at, level = of_level + part.start, levels[i]
                    moved, size[at], angle[at], certainty[of_level] = self._frames(level, here[at])
                    xy[at] = np.where(_under(mask, moved)[:, None], moved, xy[at])

            self._workers.map(look_at_level, range(len(levels)))
            return certainty

        wanted = max_keypoints if max_keypoints > 0 else len(xy)
        min_distance = self.options.min_distance
        count = min(math.ceil(CROWD * wanted) if min_distance else wanted, len(xy))
        if self.options.upright:  # no angle, so the rank alone decides
            look(slice(0, count))
            chosen, score = np.arange(count), rank[:count]
        else:
            chosen, score = select_surest(rank, count, look)
        if min_distance:
            one = _core.far_apart(xy[chosen], min_distance)[:wanted]
        else:
            one = one_per_location(xy[chosen], score)
        chance = chance_of(score[one])
        kept = chosen[one][chance >= LEAST_CHANCE]
        return Keypoints(xy[kept], size[kept], angle[kept], chance[chance >= LEAST_CHANCE])

    def candidates(
        self, levels: list[Level], mask: NDArray[np.uint8] | None = None
    ) -> tuple[FloatArray, FloatArray, NDArray[np.intp], FloatArray]:
        """Return all peaks of all scales, best first, before they have frames.

        Args:
            levels: the image at all scales.
            mask: as for `detect`.

        Returns:
            (N, 2) float32 pixels of the image; (N,) float32 ranks; (N,) indices of the levels;
            (N, 2) float32 pixels of the levels.
        """
        peaks = self._workers.map(self._peaks, [level.gray for level in levels])
        origin = np.repeat(np.arange(len(levels)), [len(here) for here, _ in peaks])
        here = np.concatenate([here for here, _ in peaks])
        xy = np.concatenate(
            [level.to_image(here) for level, (here, _) in zip(levels, peaks, strict=True)]
        )
        rank = np.concatenate([rank for _, rank in peaks])
        order = _best_first(xy, rank, mask)
        return xy[order], rank[order], origin[order], here[order]

    def _peaks(self, gray: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
        maps = dense_maps(self._model.dense, _core.local_contrast(gray))
        xy, rank = _core.find_keypoints(maps.peak, maps.rank, NMS_RADIUS, BORDER, 0, textured(gray))
        return xy, rank - np.float32(LACK_WEIGHT * lack_of_detail(gray))

    def _frames(
        self, level: Level, here: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return where in the image keypoints of a level lie, sizes, angles, certainties."""
        rings = _core.sample_rings(level.gray, here, self._workers.sampling)
        frame = self._model.frame(rings)
        xy = level.to_image(here + frame.offset)
        size = frame.size * level.factor.mean()
        if self.options.upright:
            return xy, size, np.full_like(size, -1), np.zeros_like(size)
        return xy, size, angle_of(frame.direction), certainty_of(frame.direction)

    def describe(self, gray: NDArray[np.uint8], keypoints: Keypoints) -> FloatArray:
        """Describe keypoints of any detector; none is dropped or moved.

        Args:
            gray: (H, W) uint8, C-contiguous.
            keypoints: sizes are diameters as SIFT means them; an angle of -1 is upright.

        Returns:
            (N, dim) float32, non-negative, unit L2 rows.
        """
        rows = np.empty((len(keypoints), self.dim), np.float32)
        angle = np.zeros_like(keypoints.angle) if self.options.upright else keypoints.angle
        for first in range(0, len(rows), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            self._describe(gray, keypoints.xy[some], keypoints.size[some], angle[some], rows[some])
        return rows

    def _describe(
        self,
        gray: NDArray[np.uint8],
        xy: FloatArray,
        size: FloatArray,
        angle: FloatArray,
        rows: FloatArray,
    ) -> None:
        """Fill the rows of some keypoints."""
        patches = _core.sample_patches(
            gray, xy, size, angle, self.options.num_threads, self._model.grids
        )

        def describe_part(part: slice) -> None:
            rows[part] = self._model.describe(patches[part])

        self._workers.map(describe_part, self._workers.parts(len(rows), CHUNK))


def _best_first(
    xy: FloatArray, rank: FloatArray, mask: NDArray[np.uint8] | None
) -> NDArray[np.intp]:
    """Order the candidates under the mask, one per location; equals in the order given."""
    order = np.argsort(-rank, kind="stable")
    order = order[_under(mask, xy[order])]
    return order[one_per_location(xy[order], rank[order])]


def _under(mask: NDArray[np.uint8] | None, xy: FloatArray) -> NDArray[np.bool_]:
    """Tell which points (N, 2) a mask lets through."""
    if mask is None:
        return np.ones(len(xy), bool)
    column, row = np.rint(xy).astype(np.intp).T
    return np.asarray(mask[row, column] > 0)


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
