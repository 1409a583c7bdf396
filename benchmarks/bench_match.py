"""Time exact matching against cv2.BFMatcher and a bare matrix product, one thread each.

usage: python benchmarks/bench_match.py [--rounds 25] [--size 2048] [--dim 128]

Random unit rows, of which half have a noisy copy in the other set, and 32-byte binary rows. The
methods take turns within each round, so that a busy moment of the machine hits all of them; the
medians of the rounds and of the ratios within a round are reported, in processor time. Writes
results/match.json and results/match.md.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"  # read when numpy is imported: the product must not use more

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from machine import environment, footnote, markdown_table  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from timing import Runs, interleaved, summarize  # noqa: E402

from ssldescriptor import SSLMatcher, match  # noqa: E402

RESULTS = Path(__file__).parent / "results"
RATIO = 0.8


def main() -> None:
    """Time the methods in turns, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--size", type=int, default=2048, help="rows of each set")
    parser.add_argument("--dim", type=int, default=128, help="columns of the float rows")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    groups = {
        f"float32, {args.size} x {args.size} x {args.dim}": float_runs(args.size, args.dim),
        f"binary, {args.size} x {args.size} x 256 bits": binary_runs(args.size),
    }
    summary = {name: summarize(interleaved(runs, args.rounds)) for name, runs in groups.items()}
    command = f"benchmarks/bench_match.py --rounds {args.rounds} --size {args.size}"
    report = {"made": environment(f"{command} --dim {args.dim}"), "threads": 1, "cpu_ms": summary}
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "match.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "match.md").write_text(markdown(report))
    print(markdown(report))


def float_runs(size: int, dim: int) -> Runs:
    """Return calls over float rows; OpenCV's mutual match first, the ratios refer to it."""
    rng = np.random.default_rng(0)
    a = unit_rows(np.abs(rng.normal(size=(size, dim))))
    copies = a[: size // 2] + rng.normal(scale=0.02, size=(size // 2, dim))
    b = unit_rows(np.concatenate([np.abs(rng.normal(size=(size - size // 2, dim))), copies]))
    mutual, plain = cv2.BFMatcher(cv2.NORM_L2, True), cv2.BFMatcher(cv2.NORM_L2)
    ours = SSLMatcher(cv2.NORM_L2, True, ratio=RATIO, num_threads=1)
    product = np.empty((size, size), np.float32)
    return {
        "cv2.BFMatcher(crossCheck=True).match": lambda: mutual.match(a, b),
        "cv2.BFMatcher().knnMatch(k=2)": lambda: plain.knnMatch(a, b, 2),
        "a @ b.T alone (numpy, OpenBLAS)": lambda: np.matmul(a, b.T, out=product),
        "match(), mutual": lambda: match(a, b, num_threads=1),
        "match(), mutual + ratio": lambda: match(a, b, ratio=RATIO, num_threads=1),
        "SSLMatcher(crossCheck=True, ratio=...).match": lambda: ours.match(a, b),
    }


def binary_runs(size: int) -> Runs:
    """Return calls over binary rows; OpenCV's mutual match first."""
    rng = np.random.default_rng(1)
    a, b = (rng.integers(0, 256, (size, 32), dtype=np.uint8) for _ in range(2))
    mutual, plain = cv2.BFMatcher(cv2.NORM_HAMMING, True), cv2.BFMatcher(cv2.NORM_HAMMING)
    ours = SSLMatcher(cv2.NORM_HAMMING, True, ratio=RATIO, num_threads=1)
    return {
        "cv2.BFMatcher(crossCheck=True).match": lambda: mutual.match(a, b),
        "cv2.BFMatcher().knnMatch(k=2)": lambda: plain.knnMatch(a, b, 2),
        "match(), mutual + ratio": lambda: match(a, b, ratio=RATIO, num_threads=1),
        "SSLMatcher(crossCheck=True, ratio=...).match": lambda: ours.match(a, b),
    }


def unit_rows(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Return rows of length 1 as float32."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def markdown(report: dict[str, Any]) -> str:
    """Return a table for each kind of rows, and how they were made."""
    tables = []
    for name, methods in report["cpu_ms"].items():
        rows = [[m, f"{t['median']:.1f}", f"{1 / t['ratio']:.1f}"] for m, t in methods.items()]
        tables.append(markdown_table([name, "CPU ms", "x faster"], rows))
    return "\n".join([*tables, footnote(report["made"])])


if __name__ == "__main__":
    main()
