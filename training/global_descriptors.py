"""One row for a whole photograph, pooled from the descriptors of its keypoints."""

from __future__ import annotations

from collections.abc import Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

KMEANS_ROUNDS = 20
# More rows a centre change the centres little (faiss itself draws no more by default).
ROWS_PER_CENTRE = 256
GEM_POWER = 3.0
GEM_FLOOR = 1e-6


def learn_centres(rows: Sequence[NDArray[np.floating]], count: int, seed: int) -> FloatArray:
    """Learn centres by k-means on a random share of the local descriptors.

    Args:
        rows: (N_i, D) floats of each photograph.
        count: centres, K.
        seed: of the share and of the first centres.

    Returns:
        (K, D) float32.

    Raises:
        ValueError: fewer local descriptors than centres.
    """
    total = sum(len(r) for r in rows)
    if total < count:
        raise ValueError(
            f"{total} local descriptors in {len(rows)} photographs; at least {count} are wanted, "
            "one for each of data.sampler.centres"
        )
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(total)[: count * ROWS_PER_CENTRE])
    ends = np.cumsum([len(r) for r in rows])
    parts = np.split(chosen, np.searchsorted(chosen, ends[:-1]))
    starts = ends - [len(r) for r in rows]
    sample = np.concatenate(
        [r[part - start] for r, part, start in zip(rows, parts, starts, strict=True)]
    ).astype(np.float32)
    kmeans = faiss.Kmeans(
        sample.shape[1], count, niter=KMEANS_ROUNDS, seed=seed, min_points_per_centroid=1
    )
    kmeans.train(sample)
    return np.asarray(kmeans.centroids, np.float32)


def vlad(rows: FloatArray, centres: FloatArray) -> FloatArray:
    """Sum what is left of each descriptor beside its nearest centre, centre by centre.

    Jégou et al., CVPR 2010, eq. 1; each centre's sum made a unit vector (Arandjelović and
    Zisserman, CVPR 2013), then signed square roots (Jégou and Chum, ECCV 2012) and L2.

    Args:
        rows: (N, D) float32; N may be 0.
        centres: (K, D) float32. Of equally near centres the first counts.

    Returns:
        (K D,) float32 unit row; zeros without any descriptor.
    """
    nearest = np.argmin((centres**2).sum(1) - 2 * rows @ centres.T, axis=1)
    residuals = np.zeros_like(centres)
    np.add.at(residuals, nearest, rows - centres[nearest])
    flat = _unit(residuals).ravel()
    return _unit(np.sign(flat) * np.sqrt(np.abs(flat)))


def gem(rows: FloatArray) -> FloatArray:
    """Pool by the generalised mean, between mean and maximum (Radenović et al., TPAMI 2019, eq. 3).

    Args:
        rows: (N, D) float32; values below a small positive floor are raised to it. N may be 0.

    Returns:
        (D,) float32 unit row; zeros without any descriptor.
    """
    if not len(rows):
        return np.zeros(rows.shape[1], np.float32)
    powers = np.maximum(rows, GEM_FLOOR).astype(np.float64) ** GEM_POWER
    return _unit((powers.mean(0) ** (1 / GEM_POWER)).astype(np.float32))


def _unit(x: FloatArray) -> FloatArray:
    """Scale the last axis to length one; zeros stay zeros."""
    norm = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.asarray(np.divide(x, norm, out=np.zeros_like(x), where=norm > 0), np.float32)
