"""Time detectAndCompute against cv2.SIFT and cv2.ORB: processor time on the same thread count.

usage: python benchmarks/bench_describe.py [--rounds 15] [--threads 1]

A 640 x 480 photograph of scikit-image, 2048 keypoints. The methods take turns within each round, so
that a busy moment of the machine hits all of them; the medians of the rounds and of the ratios
within a round are reported. Writes results/describe.json and results/describe.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage.data
from machine import environment, footnote, markdown_table
from timing import interleaved, summarize

from ssldescriptor import SSLDescriptor

RESULTS = Path(__file__).parent / "results"
NUM_KEYPOINTS = 2048


def main() -> None:
    """Time the methods in turns, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    cv2.setNumThreads(args.threads)
    image = photograph()
    methods = make_methods(args.threads)
    counts = {
        name: len(feature.detectAndCompute(image, None)[0]) for name, feature in methods.items()
    }
    runs = {name: runner(method, image) for name, method in methods.items()}
    times = interleaved(runs, args.rounds)
    command = f"benchmarks/bench_describe.py --rounds {args.rounds} --threads {args.threads}"
    report = {"made": environment(command), "keypoints": counts, "cpu_ms": summarize(times)}
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "describe.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "describe.md").write_text(markdown(report))
    print(markdown(report))


def photograph() -> Any:
    """Return a 640 x 480 BGR photograph in which every method reaches the cap on keypoints."""
    left, _, _ = skimage.data.stereo_motorcycle()  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(left[10:490, 50:690, ::-1])


def make_methods(threads: int) -> dict[str, Any]:
    """Return the features to compare; SIFT first, the ratios refer to it."""
    return {
        "SIFT": cv2.SIFT.create(NUM_KEYPOINTS),
        "ORB": cv2.ORB.create(NUM_KEYPOINTS),
        "SSLDescriptor": SSLDescriptor.create(NUM_KEYPOINTS, num_threads=threads),
    }


def runner(feature: Any, image: Any) -> Callable[[], object]:
    """Return a call without arguments."""
    return lambda: feature.detectAndCompute(image, None)


def markdown(report: dict[str, Any]) -> str:
    """Return the table and how it was made."""
    rows = [
        [name, str(report["keypoints"][name]), f"{cpu['median']:.1f}", f"{cpu['ratio']:.2f}"]
        for name, cpu in report["cpu_ms"].items()
    ]
    header = ["detectAndCompute, 640 x 480", "keypoints", "CPU ms", "x SIFT"]
    return markdown_table(header, rows) + "\n" + footnote(report["made"])


if __name__ == "__main__":
    main()
