"""What bench_match.py times: our matcher and its peers, on the same rows, with one thread each."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import SSLMatcher, match

RATIO = 0.8
PEERS = ("torch", "faiss", "usearch")
Runs = dict[str, Callable[[], object]]


def missing_peers() -> list[str]:
    """Return the optional libraries that are not installed."""
    return [name for name in PEERS if importlib.util.find_spec(name) is None]


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
    product = np.empty((size, size), np.float32)
    runs = opencv_runs(a, b, cv2.NORM_L2)
    runs["a @ b.T alone (numpy, OpenBLAS)"] = lambda: np.matmul(a, b.T, out=product)
    if "torch" not in missing_peers():
        runs |= torch_runs(a, b, product)
    if "faiss" not in missing_peers():
        runs |= faiss_runs(a, b)
    if "usearch" not in missing_peers():
        runs |= usearch_runs(a, b)
    # One row of another length: integers would hold the others badly, floats are screened.
    uneven = b.copy()
    uneven[0] *= 4
    runs["match(), mutual + ratio, screened as floats"] = lambda: match(
        a, uneven, ratio=RATIO, num_threads=1
    )
    return runs | our_runs(a, b, cv2.NORM_L2)


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


def opencv_runs(a: NDArray[Any], b: NDArray[Any], norm: int) -> Runs:
    """Return OpenCV's calls."""
    mutual, plain = cv2.BFMatcher(norm, True), cv2.BFMatcher(norm)

    def both_ways() -> NDArray[np.intp]:
        rows = plain.knnMatch(a, b, 2)
        back = np.array([m.trainIdx for m in plain.match(b, a)])
        there = np.array([m.trainIdx for m, _ in rows])
        good = np.array([m.distance <= RATIO * n.distance for m, n in rows])
        return np.flatnonzero(good & (back[there] == np.arange(len(a))))

    return {
        "cv2.BFMatcher(crossCheck=True).match": lambda: mutual.match(a, b),
        "cv2.BFMatcher().knnMatch(k=2)": lambda: plain.knnMatch(a, b, 2),
        "cv2.BFMatcher, knnMatch(k=2) and back + ratio": both_ways,
    }


def torch_runs(a: NDArray[Any], b: NDArray[Any], product: NDArray[Any]) -> Runs:
    """Return torch's matrix product, and a matcher made of it as papers do."""
    import torch

    torch.set_num_threads(1)
    rows0, rows1, out = (torch.from_numpy(x) for x in (a, b, product))

    def product_and_topk() -> torch.Tensor:
        torch.matmul(rows0, rows1.T, out=out)
        similarity, index = out.topk(2, dim=1)
        distance = (2 - 2 * similarity).clamp(min=0)
        good = distance[:, 0] <= RATIO**2 * distance[:, 1]
        mutual = out.argmax(dim=0)[index[:, 0]] == torch.arange(len(rows0))
        return (good & mutual).nonzero()

    return {
        "a @ b.T alone (torch)": lambda: torch.matmul(rows0, rows1.T, out=out),
        "torch, matmul + topk both ways + ratio": product_and_topk,
    }


def faiss_runs(a: NDArray[Any], b: NDArray[Any]) -> Runs:
    """Return faiss' exact index, searched both ways."""
    import faiss

    faiss.omp_set_num_threads(1)

    def both_ways() -> NDArray[np.intp]:
        there, back = faiss.IndexFlatL2(a.shape[1]), faiss.IndexFlatL2(a.shape[1])
        there.add(b)
        back.add(a)
        distance, index = there.search(a, 2)
        _, nearest = back.search(b, 1)
        good = distance[:, 0] <= RATIO**2 * distance[:, 1]
        return np.flatnonzero(good & (nearest[index[:, 0], 0] == np.arange(len(a))))

    return {"faiss.IndexFlatL2 both ways + ratio": both_ways}


def usearch_runs(a: NDArray[Any], b: NDArray[Any]) -> Runs:
    """Return usearch's exact search (on numkong), both ways."""
    from usearch.index import search

    def both_ways() -> NDArray[np.intp]:
        there = search(b, a, 2, "l2sq", exact=True, threads=1)
        back = search(a, b, 1, "l2sq", exact=True, threads=1)
        good = there.distances[:, 0] <= RATIO**2 * there.distances[:, 1]
        nearest = back.keys.reshape(-1)[there.keys[:, 0].astype(np.intp)]
        return np.flatnonzero(good & (nearest == np.arange(len(a))))

    return {"usearch, exact search both ways + ratio": both_ways}


def thread_runs(size: int, dim: int) -> Runs:
    """Return our call on one thread and on two; one first, the ratios refer to it."""
    a, b = float_rows(size, dim)
    return {
        f"match(), {n} thread{'s' * (n > 1)}": (
            lambda n=n: match(a, b, ratio=RATIO, num_threads=n)  # type: ignore[misc]
        )
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
