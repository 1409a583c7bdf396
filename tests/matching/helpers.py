"""Rows to match, and results as lists."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Found = list[tuple[int, int, float]]
Rows = list[list[tuple[int, float]]]


def rows_of(kind: str, n: int, dim: int, seed: int) -> NDArray:
    """Rows of a kind: "unit", "integer" (0..255), "grid" (few values: ties) or "bits"."""
    rng = np.random.default_rng(seed)
    if kind == "bits":
        return rng.integers(0, 256, (n, dim), dtype=np.uint8)
    if kind == "integer":
        return rng.integers(0, 256, (n, dim)).astype(np.float32)
    if kind == "grid":
        return rng.integers(0, 3, (n, dim)).astype(np.float32)
    rows = np.abs(rng.normal(size=(n, dim))) + 1e-3
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def as_found(columns: tuple[NDArray, NDArray, NDArray]) -> Found:
    """Results of match."""
    return list(zip(*(x.tolist() for x in columns), strict=True))


def as_lists(index: NDArray, distance: NDArray) -> Rows:
    """Results of knn, without the places that stayed empty."""
    rows = zip(index.tolist(), distance.tolist(), strict=True)
    return [[n for n in zip(*row, strict=True) if n[0] >= 0] for row in rows]


def as_rows(offset: NDArray, index: NDArray, distance: NDArray) -> Rows:
    """Results of radius_search."""
    return [
        list(zip(index[s:e].tolist(), distance[s:e].tolist(), strict=True))
        for s, e in pairwise(offset)
    ]
