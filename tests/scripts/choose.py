"""Features and matchers by name, as OpenCV's samples choose them, and how a script is started."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import cv2

from ssldescriptor import SSLDescriptor

NAMES = ("sift", "orb", "ssl", "ssl-binary")

FLANN_INDEX_KDTREE = 1
FLANN_INDEX_LSH = 6


def make_feature(name: str, count: int) -> Any:
    """Return a feature with a cap on its keypoints."""
    if name == "sift":
        return cv2.SIFT_create(count)
    if name == "orb":
        return cv2.ORB_create(nfeatures=count)
    if name == "ssl":
        return SSLDescriptor.create(count)
    if name == "ssl-binary":
        return SSLDescriptor.create(count, descriptor="binary")
    raise ValueError(f"unknown feature {name!r}, one of {', '.join(NAMES)} is wanted")


def make_flann(feature: Any) -> cv2.FlannBasedMatcher:
    """Return OpenCV's approximate matcher with the index that fits the feature's norm."""
    if feature.defaultNorm() == cv2.NORM_L2:
        index = {"algorithm": FLANN_INDEX_KDTREE, "trees": 5}
    else:
        index = {
            "algorithm": FLANN_INDEX_LSH,
            "table_number": 6,
            "key_size": 12,
            "multi_probe_level": 1,
        }
    return cv2.FlannBasedMatcher(index, {"checks": 50})


def main(run: Callable[[str], dict[str, float]]) -> None:
    """Run a script with the feature that the command line names and print its figures."""
    for name in sys.argv[1:] or ["ssl"]:
        figures = ", ".join(f"{key} {value:.3g}" for key, value in run(name).items())
        print(f"{name}: {figures}")
