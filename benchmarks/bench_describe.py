"""Time detectAndCompute against cv2.SIFT and cv2.ORB: processor time and time by the clock.

usage: python benchmarks/bench_describe.py [--rounds 15] [--threads 1 2]

A 640 x 480 photograph of scikit-image, 2048 keypoints, all methods on the same number of threads.
They take turns within each round, so that a busy moment of the machine hits all of them; the
medians of the rounds and of the ratios within a round are reported. Each call waits until the
threads of the one before sleep: right behind SIFT two threads read a tenth more. Writes
results/describe.json and results/describe.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage.data
from machine import environment, footnote, markdown_table
from timing import interleaved, summarize

from ssldescriptor import SSLDescriptor
from ssldescriptor.cli.arguments import positive

RESULTS = Path(__file__).parent / "results"
NUM_KEYPOINTS = 2048
PAUSE = 0.05  # seconds


def main() -> None:
    """Time the methods in turns, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=positive, default=15)
    parser.add_argument("--threads", type=positive, nargs="+", default=[1, 2])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    threads = " ".join(map(str, args.threads))
    command = f"benchmarks/bench_describe.py --rounds {args.rounds} --threads {threads}"
    image = photograph()
    report = {
        "made": environment(command),
        "threads": {str(number): measure(image, number, args.rounds) for number in args.threads},
    }
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "describe.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "describe.md").write_text(markdown(report))
    print(markdown(report))


def measure(image: Any, threads: int, rounds: int) -> dict[str, Any]:
    """Time all methods on so many threads."""
    cv2.setNumThreads(threads)
    methods = make_methods(threads)
    runs = {name: runner(method, image) for name, method in methods.items()}
    return {
        "keypoints": {n: len(m.detectAndCompute(image, None)[0]) for n, m in methods.items()},
        "cpu_ms": summarize(interleaved(runs, rounds, pause=PAUSE)),
        "ms": summarize(interleaved(runs, rounds, time.perf_counter, pause=PAUSE)),
    }


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
        [
            name,
            threads,
            str(measured["keypoints"][name]),
            *(f"{measured[clock][name]['median']:.1f}" for clock in ("cpu_ms", "ms")),
            *(f"{measured[clock][name]['ratio']:.2f}" for clock in ("cpu_ms", "ms")),
        ]
        for threads, measured in report["threads"].items()
        for name in measured["cpu_ms"]
    ]
    header = ["detectAndCompute, 640 x 480", "threads", "keypoints", "CPU ms", "ms"]
    header += ["CPU, x SIFT", "ms, x SIFT"]
    return markdown_table(header, rows) + "\n" + footnote(report["made"])


if __name__ == "__main__":
    main()
