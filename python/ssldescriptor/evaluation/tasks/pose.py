"""Score a pair of photographs by the relative pose that its matches give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssldescriptor.evaluation.auc import error_auc
from ssldescriptor.evaluation.datasets.cameras import CameraPair
from ssldescriptor.evaluation.poses import (
    direction_error_deg,
    estimate_relative_pose,
    rotation_error_deg,
)
from ssldescriptor.evaluation.scoring import Scores, UnscorableError
from ssldescriptor.evaluation.store import Stored
from ssldescriptor.evaluation.tasks.matching import match_features

AUC_LIMITS_DEG = (5, 10, 20)
# Shorter baselines, in units of the world, have no direction that could be measured.
MIN_BASELINE = 1e-6


def score_pose(
    view0: Stored,
    view1: Stored,
    pair: CameraPair,
    *,
    ratio: float,
    max_error: float,
    solver: str,
) -> Scores:
    """Match mutually with the ratio test, fit a relative pose, compare with the truth.

    Args:
        view0: features of the first image.
        view1: features of the second image.
        pair: the cameras.
        ratio: limit of the ratio test; 1 for no test.
        max_error: see estimate_relative_pose.
        solver: see estimate_relative_pose.

    Returns:
        rotation_deg and translation_deg: errors, None without a pose; num_features, num_matches,
        num_inliers.

    Raises:
        UnscorableError: the cameras stand in one place.
    """
    truth = pair.pose
    if np.linalg.norm(truth.translation) < MIN_BASELINE:
        raise UnscorableError("the cameras stand in one place: no direction to measure")
    index0, index1 = match_features(view0.features, view1.features, ratio=ratio)
    pose, inliers = estimate_relative_pose(
        view0.features.points[index0],
        view1.features.points[index1],
        view0.matrix @ pair.view0.intrinsics,
        view1.matrix @ pair.view1.intrinsics,
        max_error=max_error,
        solver=solver,
    )
    scores: Scores = {"rotation_deg": None, "translation_deg": None}
    if pose is not None:
        scores["rotation_deg"] = rotation_error_deg(pose.rotation, truth.rotation)
        scores["translation_deg"] = direction_error_deg(pose.translation, truth.translation)
    scores["num_features"] = (len(view0.features.points) + len(view1.features.points)) / 2
    return scores | {"num_matches": len(index0), "num_inliers": int(inliers.sum())}


def pose_errors(scores: Sequence[Scores]) -> list[float]:
    """Return of each pair the larger of the two errors, degrees; inf without a pose."""
    return [
        np.inf if row["rotation_deg"] is None else max(row["rotation_deg"], row["translation_deg"])
        for row in scores
    ]


def mean_pose_scores(scores: Sequence[Scores]) -> dict[str, float | None]:
    """Average the scores of pairs.

    Returns:
        auc_5, auc_10, auc_20: see error_auc, in degrees; median_deg of the errors, None when more
        than half of the pairs have no pose; the means of the numbers; num_pairs.
    """
    errors = pose_errors(scores)
    areas = error_auc(errors, AUC_LIMITS_DEG)
    means: dict[str, float | None] = {
        f"auc_{limit}": float(area) for limit, area in zip(AUC_LIMITS_DEG, areas, strict=True)
    }
    median = float(np.median(errors)) if errors else np.inf
    means["median_deg"] = median if np.isfinite(median) else None
    for name in ("num_features", "num_matches", "num_inliers"):
        means[name] = float(np.mean([row[name] for row in scores])) if scores else 0.0
    return means | {"num_pairs": len(scores)}
