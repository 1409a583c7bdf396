"""Precision and recall of matches under a ratio test, beside other features.

usage: python benchmarks/ratios.py --data DIR [--methods rootsift ssl ...] [--only 'i_*']

DIR holds sequences in HPatches' layout. Mutual nearest neighbours; a match within 3 pixels of the
homography is right; recall is the share of the matches that are right without a ratio test and stay
with it. All pairs count together. Prints a table; docs/matching.md tells what to make of it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from machine import markdown_table
from numpy.typing import NDArray

from ssldescriptor import match
from ssldescriptor.evaluation.datasets.sequences import HomographyPair, read_sequences
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.methods import Method, make_methods
from ssldescriptor.residuals import homography_residuals

RATIOS = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
MAX_ERROR = 3.0


def main() -> None:
    """Parse the arguments, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of sequences")
    parser.add_argument("--methods", nargs="+", default=["rootsift", "orb", "ssl"])
    parser.add_argument("--only", default="*", help="pattern of sequence names")
    parser.add_argument("--keypoints", type=int, default=2048)
    parser.add_argument("--model", default="default", help="name or ONNX file")
    args = parser.parse_args()
    failures = Failures()
    pairs = [p for s in read_sequences(args.data, args.only) for p in s.pairs(failures)]
    for failure in failures.as_dicts():
        print("left out:", failure["item"], failure["reason"])
    methods = make_methods(args.methods, args.keypoints, model=args.model)
    rows = [
        [method.label, *(cell(*counts) for counts in count(method, pairs))] for method in methods
    ]
    header = [f"precision / recall, {len(pairs)} pairs", *(f"{ratio:g}" for ratio in RATIOS)]
    print(markdown_table(header, rows))


def count(method: Method, pairs: list[HomographyPair]) -> list[tuple[int, int, int]]:
    """Return for each ratio: matches, right ones, right ones without a ratio test."""
    sums = np.zeros((len(RATIOS), 2), np.int64)
    for pair in pairs:
        seen = [source.read() for source in (pair.image0, pair.image1)]
        features = [method.extract(image.image) for image in seen]
        rows = features[0].descriptors, features[1].descriptors
        # Large images were reduced.
        homography = seen[1].matrix @ pair.homography @ np.linalg.inv(seen[0].matrix)
        for i, ratio in enumerate(RATIOS):
            found = match(*rows, ratio=ratio)
            points = features[0].points[found.index0], features[1].points[found.index1]
            sums[i] += len(found), np.count_nonzero(right(*points, homography))
    return [(int(number), int(good), int(sums[-1, 1])) for number, good in sums]


def right(
    points0: NDArray[np.float32], points1: NDArray[np.float32], homography: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which matches are right."""
    return homography_residuals(points0, points1, homography) <= MAX_ERROR


def cell(number: int, good: int, good_without: int) -> str:
    """Return precision / recall; a dash where there is nothing to divide by."""
    precision = f"{good / number:.2f}" if number else "-"
    recall = f"{good / good_without:.2f}" if good_without else "-"
    return f"{precision} / {recall}"


if __name__ == "__main__":
    main()
