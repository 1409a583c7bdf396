"""What bench_match.py times: this package's calls beside its peers', on the same rows."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from match_peers import RATIO, Runs, faiss_knn, missing_peers, opencv_runs, peer_runs
from numpy.typing import NDArray

from ssldescriptor import SSLMatcher, _core, match

NEIGHBOURS = (3, 5, 10, 20, 50)


def unit_rows(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Return rows of length 1 as float32."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def float_rows(size: int, dim: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return two sets of unit rows, of which half have a noisy copy in the other set."""
    rng = np.random.default_rng(0)
    a = unit_rows(np.abs(rng.standard_normal((size, dim), np.float32)))
    noise = rng.standard_normal((size // 2, dim), np.float32) * np.float32(0.02)
    others = unit_rows(np.abs(rng.standard_normal((size - size // 2, dim), np.float32)))
    return a, unit_rows(np.concatenate([others, a[: size // 2] + noise]))


def sift_rows(size: int, dim: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the same as integers in [0, 255], as SIFT has them."""
    a, b = (np.clip(np.round(rows * 512), 0, 255) for rows in float_rows(size, dim))
    return a, b


def float_runs(size: int, dim: int) -> Runs:
    """Return calls over float rows; OpenCV's mutual match first, the ratios refer to it."""
    a, b = float_rows(size, dim)
    runs = peer_runs(a, b)
    uneven = uneven_rows(b)
    runs["match(), mutual + ratio, screened as floats"] = lambda: match(
        a, uneven, ratio=RATIO, num_threads=1
    )
    return runs | our_runs(a, b, cv2.NORM_L2)


def uneven_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return them with one of another length: integers would hold the others badly."""
    uneven = rows.copy()
    uneven[0] *= 4
    return uneven


def knn_runs(size: int, dim: int) -> Runs:
    """Return searches for k neighbours, beside faiss' exact index where it is installed."""
    a, b = float_rows(size, dim)
    runs: Runs = {}
    for k in NEIGHBOURS:
        if "faiss" not in missing_peers():
            runs[f"faiss.IndexFlatL2, k = {k}"] = faiss_knn(a, b, k)
        runs[f"knn, k = {k}"] = lambda k=k: _core.knn(a, b, k, num_threads=1)  # type: ignore[misc]
    return runs


def sift_runs(size: int, dim: int) -> Runs:
    """Return calls over integers in [0, 255]."""
    a, b = sift_rows(size, dim)
    return opencv_runs(a, b, cv2.NORM_L2) | our_runs(a, b, cv2.NORM_L2)


def binary_runs(size: int) -> Runs:
    """Return calls over rows of 256 bits."""
    rng = np.random.default_rng(1)
    a, b = (rng.integers(0, 256, (size, 32), dtype=np.uint8) for _ in range(2))
    return opencv_runs(a, b, cv2.NORM_HAMMING) | our_runs(a, b, cv2.NORM_HAMMING)


def our_runs(a: NDArray[Any], b: NDArray[Any], norm: int) -> Runs:
    """Return this package's calls."""
    ours = SSLMatcher(norm, True, ratio=RATIO, num_threads=1)
    return {
        "match(), mutual": lambda: match(a, b, num_threads=1),
        "match(), mutual + ratio": lambda: match(a, b, ratio=RATIO, num_threads=1),
        "SSLMatcher(crossCheck=True, ratio=...).match": lambda: ours.match(a, b),
    }


def thread_runs(size: int, dim: int) -> Runs:
    """Return our calls on one thread and on two."""
    a, b = float_rows(size, dim)
    calls = {
        "match(), mutual + ratio": (b, RATIO),
        "match(), mutual": (b, None),
        "match(), mutual + ratio, screened as floats": (uneven_rows(b), RATIO),
    }
    return {
        f"{name}, {n} thread{'s' * (n > 1)}": (
            lambda n=n, rows=rows, ratio=ratio: match(a, rows, ratio=ratio, num_threads=n)  # type: ignore[misc]
        )
        for name, (rows, ratio) in calls.items()
        for n in (1, 2)
    }


def set_runs(images: int, size: int, dim: int) -> Runs:
    """Return one image against a set, and against each of its images alone."""
    rng = np.random.default_rng(2)
    query, _ = float_rows(size, dim)
    train = [unit_rows(np.abs(rng.standard_normal((size, dim), np.float32))) for _ in range(images)]
    single, packed = (SSLMatcher(ratio=RATIO, num_threads=1) for _ in range(2))
    packed.add(train)
    return {
        f"SSLMatcher.match(query, image), {images} times": lambda: [
            single.match(query, image) for image in train
        ],
        f"SSLMatcher.match(query), {images} images added": lambda: packed.match(query),
    }
