"""The photographs that look most like each photograph, by FAISS (Johnson et al., 2019)."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

NOBODY = -1


def nearest_photographs(rows: NDArray[np.float32], count: int) -> NDArray[np.int32]:
    """Find the nearest rows of every row, by the exact inner product.

    Args:
        rows: (N, D) float32 global descriptors, unit rows. A row of zeros, of a photograph
            without keypoints, has no neighbours and is nobody's.
        count: neighbours of a photograph, k.

    Returns:
        (N, k) int32, nearest first, never the row itself; `NOBODY` where there are no more.
    """
    found = np.full((len(rows), count), NOBODY, np.int32)
    known = np.flatnonzero(rows.any(axis=1))
    searched = min(count + 1, len(known))
    if searched < 2:
        return found
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(np.ascontiguousarray(rows[known]))
    _, nearest = index.search(np.ascontiguousarray(rows[known]), searched)
    for i, near in zip(known, known[nearest], strict=True):
        # With exact duplicates the photograph itself need not come first, or at all.
        others = near[near != i][:count]
        found[i, : len(others)] = others
    return found
