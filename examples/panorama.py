"""Join two overlapping photographs: python panorama.py [LEFT RIGHT] [--show].

Without arguments it cuts two overlapping views out of a photograph of scikit-image.
"""

from __future__ import annotations

import argparse
import sys

import cv2
import numpy as np
from numpy.typing import NDArray
from photographs import Scene, load_scene, read_pair, write_picture

from ssldescriptor import match_images

Image = NDArray[np.uint8]


def main() -> None:
    """Match, warp the right photograph onto the left one's plane, blend the overlap."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="left and right photograph")
    parser.add_argument("--output", default="panorama.png")
    parser.add_argument("--show", action="store_true", help="open a window")
    args = parser.parse_args()
    left, right = read_pair(parser, args.images) or overlapping_views()

    pair = match_images(right, left, ratio=0.8)
    if pair.transform is None:
        sys.exit(f"the photographs do not fit together: {len(pair.points0)} matches")
    print(f"{pair.inliers.sum()} of {len(pair.points0)} matches agree")
    panorama = join(left, right, pair.transform)
    print(f"panorama of {panorama.shape[1]} x {panorama.shape[0]} pixels")
    write_picture(args.output, panorama)
    if args.show:
        cv2.imshow("panorama", panorama)
        cv2.waitKey(0)


def overlapping_views() -> tuple[Image, Image]:
    """Return the left part of a photograph, and its right part from a turned camera."""
    photograph, seen, _ = load_scene(Scene("rocket", -8, 3, 4, 1.0, 1.2, 0.0))
    return photograph[:, :400], seen[:, 240:]


def join(left: Image, right: Image, right_to_left: NDArray[np.float64]) -> Image:
    """Draw both images on one canvas; where both have pixels, take their mean."""
    height, width = right.shape[:2]
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    spread = cv2.perspectiveTransform(corners, right_to_left)[0]
    spread = np.vstack([spread, [[0, 0], [left.shape[1], left.shape[0]]]])
    low, high = np.floor(spread.min(axis=0)), np.ceil(spread.max(axis=0))
    size = tuple(int(side) for side in high - low)
    move = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    layers = [
        (cv2.warpPerspective(image, matrix, size), cv2.warpPerspective(white, matrix, size) > 0)
        for image, matrix in ((left, move), (right, move @ right_to_left))
        for white in (np.full(image.shape[:2], 255, np.uint8),)
    ]
    total = sum(image.astype(np.float64) * covered[..., None] for image, covered in layers)
    count = sum(covered.astype(np.int64) for _, covered in layers)
    return np.asarray(total / np.maximum(count, 1)[..., None]).round().astype(np.uint8)


if __name__ == "__main__":
    main()
