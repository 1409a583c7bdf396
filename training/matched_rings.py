"""Rings around candidates that were found in both views of a pair, at all scales.

`refine` trains the frame net on them. Against the step of `train` they are what the package asks
the frame net for at run time: candidates of every scale, at the places that the dense network gave
them in either view. And they are cut once, so that a step is nothing but the frame net.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.features import FeatureExtractor
from ssldescriptor.scales import Level, scale_levels
from ssldescriptor.training.data.pairs import PairDataset, Sample
from ssldescriptor.training.geometry import turn_and_scale, warp_points
from ssldescriptor.training.models.frame import NUM_DIRECTIONS, NUM_RINGS
from ssldescriptor.training.patches import as_steps

# Standardised gray levels are kept in steps of 1/24, up to 5.3.
STEPS = 24
CANDIDATES = 900  # of a view, best first: as many as are asked for their frame there
# Candidates further apart than this are not the same: pixels, at most so many of either scale.
MAX_DISTANCE = 4.0
MAX_LEVEL_DISTANCE = 1.75
MAX_OCTAVES = 1.05
PIXELS_PER_OCTAVE = 1.5  # so much further may a candidate lie that is nearer in scale


class MatchedRings(NamedTuple):
    """M candidates of many pairs.

    Attributes:
        rings: (M, 2, 12, 32) int8, in both views, standardised, times `STEPS`.
        turn: (M,) float32 radians from view 0 to view 1.
        scale: (M,) float32 factor from view 0 to view 1, each in pixels of the candidate's level.
        missed: (M, 2) float32 pixels of the level in view 1, from the true place to where it lies.
    """

    rings: NDArray[np.int8]
    turn: NDArray[np.float32]
    scale: NDArray[np.float32]
    missed: NDArray[np.float32]


class _Candidates(NamedTuple):
    levels: list[Level]
    xy: NDArray[np.float32]  # (N, 2) pixels of the image
    origin: NDArray[np.intp]  # (N,) index of the level
    here: NDArray[np.float32]  # (N, 2) pixels of the level


def cut_matched_rings(extractor: FeatureExtractor, pairs: PairDataset, cap: int) -> MatchedRings:
    """Cut the rings of all pairs.

    Args:
        extractor: finds the candidates.
        pairs: a pair without any matched candidate adds nothing.
        cap: candidates of a pair; of more, some are drawn.

    Raises:
        ValueError: no candidate was found in both views of any pair.
    """
    cut = []
    for i in range(len(pairs)):
        pair = pairs[i]
        views = [_candidates(extractor, np.ascontiguousarray(g)) for g in pair["gray"].numpy()]
        if any(len(view.xy) == 0 for view in views):
            continue
        rng = np.random.default_rng((pairs.seed, i))
        cut.append(_matched(views[0], views[1], pair, cap, rng))
    if not any(len(part.turn) for part in cut):
        raise ValueError(f"no keypoint was found in both views of any of {len(pairs)} pairs")
    return MatchedRings(*map(np.concatenate, zip(*cut, strict=True)))


def _candidates(extractor: FeatureExtractor, gray: NDArray[np.uint8]) -> _Candidates:
    levels = list(scale_levels(gray))
    xy, _, origin, here = extractor.candidates(levels)
    return _Candidates(levels, xy[:CANDIDATES], origin[:CANDIDATES], here[:CANDIDATES])


def _matched(
    view0: _Candidates, view1: _Candidates, pair: Sample, cap: int, rng: np.random.Generator
) -> MatchedRings:
    """Cut the rings of the candidates that are each other's nearest, in place and scale."""
    h, xy0 = pair["h_0to1"][None].double(), torch.from_numpy(view0.xy)[None].double()
    there = warp_points(h, xy0)[0].numpy()
    turn, scale = (x[0].numpy() for x in turn_and_scale(h, xy0))
    pixel0, pixel1 = _pixels(view0), _pixels(view1)
    scale = scale * pixel0
    distance = np.linalg.norm(there[:, None] - view1.xy[None], axis=2)
    octaves = np.abs(np.log2(scale[:, None] / pixel1[None]))
    near = (distance < MAX_DISTANCE) & (distance < MAX_LEVEL_DISTANCE * pixel1)
    cost = np.where(
        near & (octaves < MAX_OCTAVES), distance / pixel1 + PIXELS_PER_OCTAVE * octaves, np.inf
    )
    index1 = cost.argmin(1)
    index0 = np.arange(len(cost))
    same = (cost.argmin(0)[index1] == index0) & np.isfinite(cost[index0, index1])
    index0 = rng.permutation(np.flatnonzero(same))[:cap]
    index1 = index1[index0]
    factor1 = np.array([level.factor for level in view1.levels])[view1.origin[index1]]
    place = (there[index0] + 0.5) / factor1 - 0.5
    return MatchedRings(
        np.stack([_rings(view0, index0), _rings(view1, index1)], 1),
        turn[index0].astype(np.float32),
        (scale[index0] / pixel1[index1]).astype(np.float32),
        (view1.here[index1] - place).astype(np.float32),
    )


def _pixels(view: _Candidates) -> NDArray[np.float64]:
    """Return how large a pixel of each candidate's scale is, in pixels of the image."""
    return np.array([level.factor.mean() for level in view.levels], float)[view.origin]


def _rings(view: _Candidates, index: NDArray[np.intp]) -> NDArray[np.int8]:
    rings = np.empty((len(index), NUM_RINGS, NUM_DIRECTIONS), np.float32)
    for i, level in enumerate(view.levels):
        of_level = view.origin[index] == i
        rings[of_level] = _core.sample_rings(level.gray, view.here[index][of_level], 1)
    return as_steps(rings, STEPS)
