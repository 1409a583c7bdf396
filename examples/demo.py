"""Compare SIFT, ORB and SSLDescriptor on the same photographs: what `make demo` runs.

Without arguments it takes scikit-image's photographs and a second view of each by a known
homography in another light, so that a correct match is a measured fact. With two photographs of
your own (python demo.py ONE TWO) nobody knows the truth: the inliers of a robust fit have to do.

Every method gets the same keypoint cap, mutual nearest neighbours, the same ratio test, one thread.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from photographs import SCENES, load_scene, read_pair, write_picture

from ssldescriptor import SSLDescriptor
from ssldescriptor.drawing import add_caption, draw_matches
from ssldescriptor.evaluation.methods import as_features
from ssldescriptor.evaluation.metrics import estimate_homography, match_errors
from ssldescriptor.evaluation.tasks.matching import match_features
from ssldescriptor.evaluation.transforms import limit_size

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]

NUM_KEYPOINTS = 2048
MAX_RATIO = 0.8
MAX_ERROR = 3.0
MAX_SIDE = 3000
METHODS: dict[str, Callable[[], Any]] = {
    "SIFT": lambda: cv2.SIFT.create(NUM_KEYPOINTS),
    "ORB": lambda: cv2.ORB.create(NUM_KEYPOINTS),
    "SSLDescriptor": lambda: SSLDescriptor.create(NUM_KEYPOINTS, num_threads=1),
}


@dataclass(frozen=True)
class Result:
    """What one method found on one pair; `correct` is None where the truth is not known."""

    method: str
    keypoints: tuple[int, int]
    points0: NDArray[np.float32]
    points1: NDArray[np.float32]
    correct: NDArray[np.bool_] | None
    inliers: NDArray[np.bool_]
    time_ms: float

    def row(self) -> list[str]:
        """Return the table's cells."""
        correct = "unknown" if self.correct is None else str(self.correct.sum())
        counts = [f"{self.keypoints[0]} + {self.keypoints[1]}", str(len(self.points0))]
        return [self.method, *counts, correct, str(self.inliers.sum()), f"{self.time_ms:.0f} ms"]


def main() -> None:
    """Compare, print one table a pair, write one picture a pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="two photographs of your own")
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="folder of pictures")
    args = parser.parse_args()
    pair = read_pair(parser, args.images)
    cv2.setNumThreads(1)
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"error: cannot make the folder {args.out}: {error.strerror}")
    print(
        f"Each method: at most {NUM_KEYPOINTS} keypoints, mutual nearest neighbours, "
        f"ratio {MAX_RATIO}, one thread.\ncorrect: within {MAX_ERROR:g} px of the true place; "
        "inliers: of a homography by MAGSAC;\ntime: detect, describe and match both photographs, "
        "fastest of three."
    )
    if pair:
        compare("your photographs", *pair, None, args.out / "your-photographs.jpg")
        return
    for scene in SCENES:
        compare(scene.name, *load_scene(scene), args.out / f"{scene.name}.jpg")


def compare(title: str, image0: Image, image1: Image, truth: Matrix | None, path: Path) -> None:
    """Run every method on one pair; print the table and write the picture."""
    results = [measure(name, image0, image1, truth) for name in METHODS]
    print(f"\n{title}")
    print_table([result.row() for result in results])
    picture = np.vstack([draw(image0, image1, result) for result in results])
    write_picture(str(path), limit_size(picture, MAX_SIDE)[0])
    print(f"picture: {path}")


def measure(name: str, image0: Image, image1: Image, truth: Matrix | None) -> Result:
    """Detect, describe, match, and judge the matches."""
    feature, times = METHODS[name](), []
    for _ in range(3):
        started = time.perf_counter()
        found0 = as_features(*feature.detectAndCompute(image0, None))
        found1 = as_features(*feature.detectAndCompute(image1, None))
        index0, index1 = match_features(found0, found1, ratio=MAX_RATIO)
        times.append(1000 * (time.perf_counter() - started))
    points0, points1 = found0.points[index0], found1.points[index1]
    correct = None if truth is None else match_errors(points0, points1, truth) <= MAX_ERROR
    inliers = estimate_homography(points0, points1, MAX_ERROR)[1]
    counts = (len(found0.points), len(found1.points))
    return Result(name, counts, points0, points1, correct, inliers, min(times))


def draw(image0: Image, image1: Image, result: Result) -> Image:
    """Return the pair with its matches: green right, red wrong."""
    good = result.inliers if result.correct is None else result.correct
    picture = draw_matches(image0, result.points0, image1, result.points1, good=good)
    word = "inliers" if result.correct is None else "correct"
    return add_caption(picture, f"{result.method}: {good.sum()} {word} of {len(good)} matches")


def print_table(rows: list[list[str]]) -> None:
    """Print the rows in aligned columns."""
    table = [["method", "keypoints", "matches", "correct", "inliers", "time"], *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "  ".join([row[0].ljust(widths[0]), *cells]))


if __name__ == "__main__":
    main()
