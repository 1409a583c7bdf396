"""Time the core's feature functions on one 640 x 480 image and 2048 keypoints.

usage: python benchmarks/bench_features.py [--rounds 31]

local_contrast and find_keypoints have one build; sample_patches is timed at every instruction-set
level that runs here, on one thread and on all. Wall-clock medians; the functions take turns within
each round, so that a busy moment of the machine hits all of them. Writes results/features.json and
results/features.md.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import environment, footnote, markdown_table
from numpy.typing import NDArray
from timing import Runs, interleaved, summarize

from ssldescriptor import _core
from ssldescriptor.cli.arguments import positive

RESULTS = Path(__file__).parent / "results"
HEIGHT, WIDTH = 480, 640
NUM_KEYPOINTS = 2048
SIZES = (2.0, 6.0, 24.0)


def main() -> None:
    """Time the functions in turns, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=positive, default=31)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    made = environment(f"benchmarks/bench_features.py --rounds {args.rounds}")
    report = {
        "made": made,
        "wall_ms": summarize(interleaved(make_runs(), args.rounds, time.perf_counter)),
    }
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "features.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "features.md").write_text(markdown(report))
    print(markdown(report))


def make_runs() -> Runs:
    """Return the calls to time by name."""
    random = np.random.default_rng(0)
    gray = smooth_noise(random, sigma=2.0)
    gray8 = np.clip(128 + 60 * gray, 0, 255).astype(np.uint8)
    rank = random.normal(size=(HEIGHT // 4, WIDTH // 4)).astype(np.float32)
    runs: Runs = {
        "local_contrast": lambda: _core.local_contrast(gray8),
        "find_keypoints, 3 k peaks": search(gray, rank),
        "find_keypoints, 12 k peaks": search(smooth_noise(random, sigma=0.0), rank),
    }
    angle = random.uniform(0, 360, NUM_KEYPOINTS).astype(np.float32)
    xy = (random.uniform(0, 1, (NUM_KEYPOINTS, 2)) * [WIDTH, HEIGHT]).astype(np.float32)
    for level in _core.simd_levels():
        for size in SIZES:
            name = f"sample_patches, size {size:g}, {level}"
            runs[name] = sampling(gray8, xy, size, angle, level=level, num_threads=1)
    threads = os.cpu_count() or 1
    if threads > 1:
        level = _core.simd_levels()[-1]
        name = f"sample_patches, size 6, {level}, {threads} threads"
        runs[name] = sampling(gray8, xy, 6.0, angle, level=level, num_threads=threads)
    return runs


def smooth_noise(random: np.random.Generator, sigma: float) -> NDArray[np.float32]:
    """Return blurred noise of unit variance."""
    noise = random.normal(size=(HEIGHT, WIDTH)).astype(np.float32)
    if sigma > 0:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigma), np.float32)
    scaled: NDArray[np.float32] = noise / noise.std()
    return scaled


def search(peak: NDArray[np.float32], rank: NDArray[np.float32]) -> Callable[[], object]:
    """Return a call that finds the best keypoints."""
    return lambda: _core.find_keypoints(peak, rank, 2, 4, NUM_KEYPOINTS)


def sampling(
    gray: NDArray[np.uint8],
    xy: NDArray[np.float32],
    size: float,
    angle: NDArray[np.float32],
    *,
    level: str,
    num_threads: int,
) -> Callable[[], object]:
    """Return a call that samples all patches at an instruction-set level."""
    sizes = np.full(len(xy), size, np.float32)

    def run() -> object:
        _core.set_simd_level(level)
        return _core.sample_patches(gray, xy, sizes, angle, num_threads)

    return run


def markdown(report: dict[str, Any]) -> str:
    """Return the table of a report."""
    rows = [
        [name, f"{times['median']:.2f}", f"{times['min']:.2f}"]
        for name, times in report["wall_ms"].items()
    ]
    return (
        markdown_table(["640 x 480, ms", "median", "min"], rows) + "\n" + footnote(report["made"])
    )


if __name__ == "__main__":
    main()
