"""Patches of keypoints that were found in both views of a pair, in the frames they were found in.

`refine` trains the patch head on them. Against the step of `train` they are what the package sees
at run time: all scales, the frames of the whole extractor with their errors, in a quarter of the
pairs the keypoints of SIFT. And they are cut once, so that a step is nothing but the patch head.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.features import FeatureExtractor
from ssldescriptor.keypoints import Keypoints, from_cv2
from ssldescriptor.support import support_size
from ssldescriptor.training.data.pairs import PairDataset, Sample
from ssldescriptor.training.geometry import turn_and_scale, warp_points
from ssldescriptor.training.patches import as_steps

# Standardised gray levels are kept in steps of 1/32: half the noise of the image's own eight bits.
STEPS = 32
CANDIDATES = 700  # keypoints of a view
FOREIGN_EVERY = 4  # pairs from one with SIFT's keypoints to the next
# Keypoints further apart than this are not the same, or are framed too differently to match.
MAX_DISTANCE = (1.5, 3.0)  # pixels: at least, at most, between them this share of the size
DISTANCE_SHARE = 0.35
MAX_TURN_DEG = 35.0
MAX_OCTAVES = 1.0


class MatchedPatches(NamedTuple):
    """M keypoints of many pairs, those of a pair one after the other.

    Attributes:
        patches: (M, 2, grids, 24, 24) int8, in both views, standardised, times `STEPS`.
        xy: (M, 2, 2) float32 pixels, in both views.
        start: (P + 1,) int64; keypoints start[p] to start[p + 1] are those of pair p.
        photo: (P,) int64, the photograph that pair p shows.
    """

    patches: NDArray[np.int8]
    xy: NDArray[np.float32]
    start: NDArray[np.int64]
    photo: NDArray[np.int64]


def cut_matched_patches(
    extractor: FeatureExtractor, pairs: PairDataset, cap: int, grids: int
) -> MatchedPatches:
    """Cut the patches of all pairs.

    Args:
        extractor: finds the keypoints.
        pairs: a pair without any matched keypoint is left out.
        cap: keypoints of a pair; of more, some are drawn.
        grids: patches of a keypoint.

    Raises:
        ValueError: no keypoint was found in both views of any pair.
    """
    sift = cv2.SIFT.create(CANDIDATES)
    threads = extractor.options.num_threads
    patches, xy, photo = [], [], []
    for i in range(len(pairs)):
        pair = pairs[i]
        grays = pair["gray"].numpy()
        if i % FOREIGN_EVERY:
            found = [extractor.detect(gray, max_keypoints=CANDIDATES) for gray in grays]
        else:
            found = [_foreign(sift, gray) for gray in grays]
        chosen = matched(found[0], found[1], pair)
        if len(chosen[0]) == 0:
            continue
        drawn = np.random.default_rng((pairs.seed, i)).permutation(len(chosen[0]))[:cap]
        views = [k.select(index[drawn]) for k, index in zip(found, chosen, strict=True)]
        cut = [
            _core.sample_patches(gray, k.xy, k.size, k.angle, threads, grids)
            for gray, k in zip(grays, views, strict=True)
        ]
        patches.append(np.stack([as_steps(p, STEPS) for p in cut], 1))
        xy.append(np.stack([k.xy for k in views], 1))
        photo.append(pairs.photo_of(i))
    if not patches:
        raise ValueError(f"no keypoint was found in both views of any of {len(pairs)} pairs")
    start = np.cumsum([0, *map(len, xy)])
    return MatchedPatches(np.concatenate(patches), np.concatenate(xy), start, np.array(photo))


def matched(
    keypoints0: Keypoints, keypoints1: Keypoints, pair: Sample
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which keypoints of two views are the same, by the true homography.

    Each is the other's nearest, and their angles and sizes agree as far as matching needs.
    """
    none = np.zeros(0, np.intp)
    if not len(keypoints0) or not len(keypoints1):
        return none, none
    h, xy = pair["h_0to1"][None], torch.from_numpy(keypoints0.xy)[None]
    there = warp_points(h, xy)[0].numpy()
    turn, scale = (x[0].numpy() for x in turn_and_scale(h, xy))
    distance = np.linalg.norm(there[:, None] - keypoints1.xy[None], axis=2)
    index0 = np.arange(len(keypoints0))
    index1 = distance.argmin(1)
    same = distance.argmin(0)[index1] == index0
    size1, angle1 = keypoints1.size[index1], keypoints1.angle[index1]
    same &= distance[index0, index1] < np.clip(DISTANCE_SHARE * size1, *MAX_DISTANCE)
    turned = angle1 - keypoints0.angle - np.rad2deg(turn)
    same &= np.abs((turned + 180) % 360 - 180) < MAX_TURN_DEG
    same &= np.abs(np.log2(size1 / (keypoints0.size * scale))) < MAX_OCTAVES
    return index0[same], index1[same]


def _foreign(sift: cv2.SIFT, gray: NDArray[np.uint8]) -> Keypoints:
    keypoints = from_cv2(sift.detect(gray, None))
    return replace(keypoints, size=support_size(keypoints.size, sift))
