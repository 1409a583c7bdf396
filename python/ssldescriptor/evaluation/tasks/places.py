"""Find images of a place by their local features: aggregated, then checked by geometry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.aggregation import Rows, learn_vocabulary, unit_rows
from ssldescriptor.evaluation.extracted import Features
from ssldescriptor.evaluation.tasks.matching import match_features
from ssldescriptor.geometry import estimate

MAX_ERROR = 4.0


def vocabulary(images: Sequence[Features], num_words: int, rows_per_image: int = 500) -> Rows:
    """Learn the words of one method.

    Args:
        images: features of images that are in neither the queries nor the database.
        num_words: see learn_vocabulary.
        rows_per_image: at most; chosen at random, always the same.

    Raises:
        ValueError: too few descriptors.
    """
    rng = np.random.default_rng(0)
    samples = []
    for features in images:
        rows = features.descriptors
        if len(rows) > rows_per_image:
            rows = rows[rng.choice(len(rows), rows_per_image, replace=False)]
        if len(rows):
            samples.append(unit_rows(rows))
    if not samples:
        raise ValueError("no descriptors to learn a vocabulary from")
    return learn_vocabulary(np.concatenate(samples), num_words)


def count_inliers(features0: Features, features1: Features, ratio: float) -> int:
    """Count the mutual matches that agree with one fundamental matrix."""
    index0, index1 = match_features(features0, features1, ratio=ratio)
    points = features0.points[index0], features1.points[index1]
    return int(estimate(*points, "fundamental", MAX_ERROR)[1].sum())


def rerank(order: NDArray[np.intp], depth: int, inliers: Callable[[int], int]) -> NDArray[np.intp]:
    """Sort the first `depth` of a ranked list by their inliers, most first, ties as they were."""
    head = order[:depth]
    counts = np.array([inliers(int(item)) for item in head])
    return np.concatenate([head[np.argsort(-counts, kind="stable")], order[depth:]])
