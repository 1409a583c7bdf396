"""Parallel arrays to cv2.DMatch."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.train_set import TrainSet

Row = tuple[cv2.DMatch, ...]


def make_matches(
    train: TrainSet, query: NDArray[Any], index: NDArray[Any], distance: NDArray[Any]
) -> list[cv2.DMatch]:
    """Make cv2.DMatch objects of parallel arrays."""
    image, row = train.locate(index)
    values = zip(query.tolist(), row.tolist(), image.tolist(), distance.tolist(), strict=True)
    return [cv2.DMatch(*value) for value in values]


def make_rows(
    train: TrainSet,
    num_query: int,
    query: NDArray[Any],
    index: NDArray[Any],
    distance: NDArray[Any],
) -> tuple[Row, ...]:
    """Make one tuple of cv2.DMatch per query; `query` is in increasing order."""
    matches = make_matches(train, query, index, distance)
    ends = np.searchsorted(query, np.arange(num_query), side="right").tolist()
    return tuple(tuple(matches[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True))
