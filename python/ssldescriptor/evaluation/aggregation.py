"""One vector for an image, aggregated from its local descriptors. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[np.float32]
# Rows that are compared at once: 100 000 of them with 4096 words would need 3 GB.
BLOCK = 4096


def unit_rows(descriptors: ArrayLike) -> Rows:
    """Make descriptors of any kind comparable by their dot product.

    Args:
        descriptors: (N, D) floats, or (N, D) uint8, taken as bits.

    Returns:
        (N, D) or (N, 8 D) float32 rows of unit length: bits as -1 and 1, so that the dot product is
        1 - 2 * Hamming distance / number of bits. Rows of zeros stay zeros.
    """
    rows = np.asarray(descriptors)
    if rows.dtype == np.uint8:
        rows = np.unpackbits(rows, axis=1).astype(np.float32) * 2 - 1
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def nearest_words(rows: Rows, words: Rows) -> NDArray[np.intp]:
    """Return for each of (N, D) rows its nearest of (K, D) words by L2; ties to the lowest."""
    # |r - w|^2 = |r|^2 - 2 (r w - |w|^2 / 2)
    half = (words * words).sum(axis=1) / 2
    owner = np.zeros(len(rows), np.intp)
    for start in range(0, len(rows), BLOCK):
        owner[start : start + BLOCK] = (rows[start : start + BLOCK] @ words.T - half).argmax(axis=1)
    return owner


def learn_vocabulary(rows: Rows, num_words: int, *, iterations: int = 20, seed: int = 0) -> Rows:
    """Cluster rows by Lloyd's k-means.

    Args:
        rows: (N, D) float32, see unit_rows.
        num_words: clusters wanted.
        iterations: at most; it ends before when nothing changes.
        seed: of the rows that it starts from.

    Returns:
        (num_words, D) float32 means. A cluster that loses all its rows starts again at the row that
        is farthest from its own mean.

    Raises:
        ValueError: fewer different rows than words.
    """
    distinct = np.unique(rows, axis=0)
    if len(distinct) < num_words:
        raise ValueError(f"{len(distinct)} different descriptors cannot make {num_words} words")
    rng = np.random.default_rng(seed)
    words = distinct[rng.choice(len(distinct), num_words, replace=False)]
    last = np.full(len(rows), -1)
    for _ in range(iterations):
        owner = nearest_words(rows, words)
        if (owner == last).all():
            break
        last = owner
        counts = np.bincount(owner, minlength=num_words)
        sums = np.zeros_like(words)
        np.add.at(sums, owner, rows)
        full = counts > 0
        words[full] = sums[full] / counts[full, None]
        distances = np.linalg.norm(rows - words[owner], axis=1)
        farthest = np.argsort(-distances, kind="stable")
        empty = np.flatnonzero(~full)
        words[empty] = rows[farthest[: len(empty)]]
    return words


def vlad(rows: Rows, words: Rows) -> Rows:
    """Aggregate descriptors into one vector.

    VLAD (Jegou et al., CVPR 2010): for each word the sum of the differences of its descriptors from
    it; each sum is normalised by itself (Arandjelovic and Zisserman, "All about VLAD", CVPR 2013),
    then the whole.

    Args:
        rows: (N, D) float32, see unit_rows.
        words: (K, D) float32, see learn_vocabulary.

    Returns:
        (K D,) float32 of unit length; zeros when there are no rows.

    Raises:
        ValueError: the rows have another length than the words.
    """
    if len(rows) == 0:
        return np.zeros(words.size, np.float32)
    if rows.shape[1] != words.shape[1]:
        raise ValueError(f"rows have {rows.shape[1]} columns, words {words.shape[1]}")
    owner = nearest_words(rows, words)
    sums = np.zeros_like(words)
    np.add.at(sums, owner, rows - words[owner])
    return unit_rows(unit_rows(sums).reshape(1, -1)).reshape(-1)
