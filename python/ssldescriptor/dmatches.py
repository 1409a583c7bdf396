"""Parallel arrays to cv2.DMatch."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.train_set import TrainSet

Row = tuple[cv2.DMatch, ...]


def make_matches(
    query: NDArray[Any], row: NDArray[Any], image: NDArray[Any], distance: NDArray[Any]
) -> list[cv2.DMatch]:
    """Make cv2.DMatch objects of parallel arrays: queryIdx, trainIdx, imgIdx, distance."""
    matches = []
    values = (query.tolist(), row.tolist(), image.tolist(), distance.tolist())
    for q, r, number, d in zip(*values, strict=True):
        match = cv2.DMatch(q, r, d)  # all four at once take OpenCV three times as long
        match.imgIdx = number
        matches.append(match)
    return matches


def make_set_matches(
    train: TrainSet, query: NDArray[Any], index: NDArray[Any], distance: NDArray[Any]
) -> list[cv2.DMatch]:
    """Make cv2.DMatch objects of parallel arrays; `index` counts through all images of the set."""
    image, row = train.locate(index)
    return make_matches(query, row, image, distance)


def make_rows(
    train: TrainSet,
    num_query: int,
    query: NDArray[Any],
    index: NDArray[Any],
    distance: NDArray[Any],
) -> tuple[Row, ...]:
    """Make one tuple of cv2.DMatch per query; `query` is in increasing order."""
    matches = make_set_matches(train, query, index, distance)
    ends = np.searchsorted(query, np.arange(num_query), side="right").tolist()
    return tuple(tuple(matches[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True))
