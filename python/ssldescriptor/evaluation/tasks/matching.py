"""Score a pair of views under a homography: mutual nearest neighbours, no ratio test.

Averages are taken over the pairs of one source and never pooled across sources, because the sources
differ in size and difficulty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from ssldescriptor import match
from ssldescriptor.evaluation.auc import error_auc, share_below
from ssldescriptor.evaluation.coverage import Shape, matching_score, overlap, repeatability
from ssldescriptor.evaluation.datasets.sequences import HomographyPair
from ssldescriptor.evaluation.extracted import Features
from ssldescriptor.evaluation.metrics import (
    corner_error,
    estimate_homography,
    match_errors,
    matching_accuracy,
)
from ssldescriptor.evaluation.scoring import Scores, UnscorableError
from ssldescriptor.evaluation.store import Stored

MMA_LIMITS = tuple(range(1, 11))
CORRECT = 3.0
HOMOGRAPHY_LIMITS = (1, 3, 5)


@dataclass(frozen=True)
class PairScore:
    """Scores of one pair.

    Attributes:
        mma: shares of matches within 1, 2, ..., 10 pixels.
        num_features: keypoints of a view, mean of the two.
        num_matches: mutual nearest neighbours.
        num_correct: those within 3 pixels.
        corner_error: of the homography that MAGSAC finds, in pixels; None if it finds none.
        matching_score: correct matches over keypoints in the shared part.
        repeatability: share of the keypoints in the shared part that are found again.
    """

    mma: tuple[float, ...]
    num_features: float
    num_matches: int
    num_correct: int
    corner_error: float | None
    matching_score: float
    repeatability: float


def match_features(
    features0: Features,
    features1: Features,
    *,
    ratio: float | None = None,
    num_threads: int = 0,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of mutual nearest neighbours, also when a view has no features.

    Args:
        features0: features of view 0.
        features1: features of view 1.
        ratio: limit of the ratio test; None for no test.
        num_threads: 0 for all.

    Returns:
        (M,) rows of view 0, ascending, and (M,) rows of view 1.
    """
    if len(features0.points) == 0 or len(features1.points) == 0:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    rows = features0.descriptors, features1.descriptors
    found = match(*rows, mutual=True, ratio=ratio, num_threads=num_threads)
    return found.index0.astype(np.intp), found.index1.astype(np.intp)


def score_pair(
    features0: Features,
    features1: Features,
    homography: NDArray[np.float64],
    shape0: Shape,
    shape1: Shape,
) -> PairScore:
    """Match two views and compare with the truth.

    Args:
        features0: features of view 0.
        features1: features of view 1.
        homography: (3, 3) H_0to1.
        shape0: (height, width, ...) of view 0.
        shape1: (height, width, ...) of view 1.

    Returns:
        The pair's scores; all zero, and no corner error, when nothing matches.
    """
    index0, index1 = match_features(features0, features1)
    points0, points1 = features0.points[index0], features1.points[index1]
    errors = match_errors(points0, points1, homography)
    num_correct = int((errors <= CORRECT).sum())
    estimate, _ = estimate_homography(points0, points1)
    corners = np.inf if estimate is None else corner_error(estimate, homography, shape0)
    found = features0.points, features1.points
    return PairScore(
        mma=tuple(matching_accuracy(errors, MMA_LIMITS).tolist()),
        num_features=(len(found[0]) + len(found[1])) / 2,
        num_matches=len(errors),
        num_correct=num_correct,
        corner_error=corners if np.isfinite(corners) else None,
        matching_score=matching_score(num_correct, *found, homography, shape0, shape1),
        repeatability=repeatability(*found, homography, shape0, shape1),
    )


def score_views(view0: Stored, view1: Stored, pair: HomographyPair) -> Scores:
    """Score a pair of a data set, as plain numbers.

    Raises:
        UnscorableError: the views do not overlap.
    """
    homography = view1.matrix @ pair.homography @ np.linalg.inv(view0.matrix)
    if overlap(homography, view0.shape, view1.shape) == 0:
        raise UnscorableError("the homography maps no part of image 1 into the other image")
    score = score_pair(view0.features, view1.features, homography, view0.shape, view1.shape)
    return asdict(score)


def mean_scores(scores: Sequence[Scores]) -> dict[str, float]:
    """Average the scores of pairs.

    Args:
        scores: of PairScore's fields.

    Returns:
        mma_1 to mma_10; homography_1, _3, _5: shares of pairs whose corner error is below so many
        pixels; homography_auc_1, _3, _5; the means of the other fields; num_pairs. No scores give
        zeros.
    """
    mma = np.array([row["mma"] for row in scores]).reshape(-1, len(MMA_LIMITS))
    corners = [np.inf if row["corner_error"] is None else row["corner_error"] for row in scores]
    areas = error_auc(corners, HOMOGRAPHY_LIMITS)
    means = {f"mma_{limit}": _mean(mma[:, i]) for i, limit in enumerate(MMA_LIMITS)}
    for limit, area in zip(HOMOGRAPHY_LIMITS, areas, strict=True):
        means[f"homography_{limit}"] = share_below(corners, limit)
        means[f"homography_auc_{limit}"] = float(area)
    for name in ("num_features", "num_matches", "num_correct", "matching_score", "repeatability"):
        means[name] = _mean([row[name] for row in scores])
    return means | {"num_pairs": len(scores)}


def _mean(values: Sequence[float] | NDArray[np.float64]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
