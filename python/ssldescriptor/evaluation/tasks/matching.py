"""Score features on homography sequences: mutual nearest neighbours, no ratio test.

Averages are taken over the pairs of one source and never pooled across sources, because the sources
differ in size and difficulty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor import match
from ssldescriptor.evaluation.datasets.sequences import Sequence
from ssldescriptor.evaluation.methods import Extractor, Features
from ssldescriptor.evaluation.metrics import (
    corner_error,
    estimate_homography,
    match_errors,
    matching_accuracy,
)


@dataclass(frozen=True)
class Score:
    """Scores of one pair, or their means over pairs.

    Attributes:
        mma_1: share of matches within 1 pixel; mma_3, mma_5, mma_10 alike.
        num_matches: mutual nearest neighbours.
        num_correct: those within 3 pixels.
        homography_3: share of pairs whose corner error is below 3 pixels; homography_5 alike.
    """

    mma_1: float = 0.0
    mma_3: float = 0.0
    mma_5: float = 0.0
    mma_10: float = 0.0
    num_matches: float = 0.0
    num_correct: float = 0.0
    homography_3: float = 0.0
    homography_5: float = 0.0


def match_features(
    features0: Features, features1: Features, *, ratio: float | None = None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of mutual nearest neighbours, also when a view has no features.

    Args:
        features0: features of view 0.
        features1: features of view 1.
        ratio: limit of the ratio test; None for no test.

    Returns:
        (M,) rows of view 0, ascending, and (M,) rows of view 1.
    """
    if len(features0.points) == 0 or len(features1.points) == 0:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    found = match(features0.descriptors, features1.descriptors, mutual=True, ratio=ratio)
    return found.index0.astype(np.intp), found.index1.astype(np.intp)


def score_pair(
    features0: Features,
    features1: Features,
    homography: NDArray[np.float64],
    shape: tuple[int, ...],
) -> Score:
    """Match two views and compare with the truth.

    Args:
        features0: features of view 0.
        features1: features of view 1.
        homography: (3, 3) H_0to1.
        shape: (height, width, ...) of view 0.

    Returns:
        The pair's scores; all zero when nothing matches.
    """
    index0, index1 = match_features(features0, features1)
    points0, points1 = features0.points[index0], features1.points[index1]
    errors = match_errors(points0, points1, homography)
    estimate, _ = estimate_homography(points0, points1)
    corners = np.inf if estimate is None else corner_error(estimate, homography, shape)
    mma = matching_accuracy(errors, (1, 3, 5, 10)).tolist()
    return Score(
        mma_1=mma[0],
        mma_3=mma[1],
        mma_5=mma[2],
        mma_10=mma[3],
        num_matches=len(errors),
        num_correct=int((errors <= 3).sum()),
        homography_3=float(corners < 3),
        homography_5=float(corners < 5),
    )


def score_sequences(extract: Extractor, sequences: Iterable[Sequence]) -> dict[str, list[Score]]:
    """Score every pair of every sequence.

    Returns:
        The scores of the pairs, in order, by source.
    """
    scores: dict[str, list[Score]] = {}
    for sequence in sequences:
        image0 = sequence.reference()
        features0 = extract(image0)
        for view in sequence.views():
            features1 = extract(view.image)
            score = score_pair(features0, features1, view.homography, image0.shape)
            scores.setdefault(sequence.source, []).append(score)
    return scores


def mean_score(scores: Iterable[Score]) -> Score:
    """Average scores field by field; no scores give zeros."""
    rows: list[dict[str, Any]] = [asdict(score) for score in scores]
    if not rows:
        return Score()
    return Score(**{name: float(np.mean([row[name] for row in rows])) for name in rows[0]})
