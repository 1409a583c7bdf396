"""How good a model is on photographs that it has not seen: matching of synthetic pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor.evaluation.metrics import match_errors, matching_accuracy
from ssldescriptor.matching import match
from ssldescriptor.training.data.homography import ViewRanges
from ssldescriptor.training.data.pairs import PairDataset, PairOptions, Sample

# (gray (H, W) uint8, max_keypoints) -> (N, 2) pixels and (N, D) descriptors.
Extract = Callable[[NDArray[np.uint8], int], tuple[NDArray[np.float32], NDArray[Any]]]

KINDS = {
    "upright": ViewRanges(turned_share=0.0, relative_zoom=1.3),
    "turned": ViewRanges(turned_share=1.0, relative_zoom=1.3),
    "zoomed": ViewRanges(turned_share=0.0, relative_zoom=2.0, zoom=(0.6, 1.0)),
}
SIZE = 384
MAX_KEYPOINTS = 1024
CORRECT = 3.0  # pixels from the truth


@dataclass(frozen=True)
class Score:
    """Means over pairs.

    Attributes:
        mma: share of mutual nearest neighbours within 3 px of the truth.
        correct: number of matches within 3 px.
    """

    mma: float
    correct: float


def validate(
    extract: Extract, images: Sequence[NDArray[np.uint8]], *, pairs: int
) -> dict[str, Score]:
    """Match relit views of photographs under known homographies, the same with every call.

    Args:
        extract: the feature under test.
        images: (H, W, 3) uint8 BGR photographs kept out of training.
        pairs: of each kind: upright, turned through the full circle, zoomed.
    """
    scores = {}
    for kind, options in pair_options().items():
        dataset = PairDataset(images, options, 0, pairs)
        rows = [_score(extract, dataset[i]) for i in range(pairs)]
        mma, correct = np.mean(rows, axis=0)
        scores[kind] = Score(float(mma), float(correct))
    return scores


def pair_options() -> dict[str, PairOptions]:
    """Return what the pairs of every kind look like."""
    return {
        kind: PairOptions(size=SIZE, photometric=1.0, views=replace(ranges, shift=0.15))
        for kind, ranges in KINDS.items()
    }


def match_views(
    extract: Extract, grays: Iterable[NDArray[np.uint8]], h_0to1: ArrayLike, max_keypoints: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float64]]:
    """Match two views mutually and measure the matches by the true homography.

    Args:
        extract: the feature.
        grays: both views, (H, W) uint8.
        h_0to1: (3, 3) from pixels of view 0 to those of view 1.
        max_keypoints: of a view.

    Returns:
        (M, 2) pixels in view 0, (M, 2) in view 1, and (M,) pixels from the truth.
    """
    (xy0, rows0), (xy1, rows1) = (extract(gray, max_keypoints) for gray in grays)
    found = match(rows0, rows1)
    points0, points1 = xy0[found.index0], xy1[found.index1]
    return points0, points1, match_errors(points0, points1, h_0to1)


def share_right(errors: NDArray[np.float64]) -> float:
    """Return the share of matches within `CORRECT` of the truth; 0 without any."""
    return float(matching_accuracy(errors, [CORRECT])[0])


def _score(extract: Extract, item: Sample) -> tuple[float, float]:
    *_, errors = match_views(extract, item["gray"].numpy(), item["h_0to1"].numpy(), MAX_KEYPOINTS)
    return share_right(errors), float((errors <= CORRECT).sum())
