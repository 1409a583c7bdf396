"""What bench_match.py compares with: OpenCV, torch, faiss, usearch; one thread each."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

RATIO = 0.8
PEERS = ("torch", "faiss", "usearch")
# It keeps 16 bytes for every pair of a query and a row: 17 GB for 32768 of each.
USEARCH_QUERIES = 4096
Runs = dict[str, Callable[[], object]]


def missing_peers() -> list[str]:
    """Return the optional libraries that are not installed."""
    return [name for name in PEERS if importlib.util.find_spec(name) is None]


def peer_runs(a: NDArray[Any], b: NDArray[Any]) -> Runs:
    """Return the calls over float rows; OpenCV's mutual match first, the ratios refer to it."""
    product = np.empty((len(a), len(b)), np.float32)
    runs = opencv_runs(a, b, cv2.NORM_L2)
    runs["a @ b.T alone (numpy, OpenBLAS)"] = lambda: np.matmul(a, b.T, out=product)
    if "torch" not in missing_peers():
        runs |= torch_runs(a, b, product)
    if "faiss" not in missing_peers():
        runs |= faiss_runs(a, b)
    if "usearch" not in missing_peers():
        runs |= usearch_runs(a, b)
    return runs


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

    def nearest(rows: NDArray[Any], queries: NDArray[Any], k: int) -> list[Any]:
        parts = np.array_split(queries, -(-len(queries) // USEARCH_QUERIES))
        return [search(rows, part, k, "l2sq", exact=True, threads=1) for part in parts]

    def both_ways() -> NDArray[np.intp]:
        there, back = nearest(b, a, 2), nearest(a, b, 1)
        distance = np.concatenate([found.distances for found in there])
        index = np.concatenate([found.keys[:, 0] for found in there]).astype(np.intp)
        mutual = np.concatenate([found.keys.reshape(-1) for found in back])[index]
        good = distance[:, 0] <= RATIO**2 * distance[:, 1]
        return np.flatnonzero(good & (mutual == np.arange(len(a))))

    return {"usearch, exact search both ways + ratio": both_ways}


def faiss_knn(a: NDArray[Any], b: NDArray[Any], k: int) -> Callable[[], object]:
    """Return a call that finds the k nearest rows of b with faiss' exact index."""
    import faiss

    faiss.omp_set_num_threads(1)

    def search() -> object:
        index = faiss.IndexFlatL2(a.shape[1])
        index.add(b)
        return index.search(a, k)

    return search
