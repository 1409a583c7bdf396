"""Find a known object in a photograph: python find_object.py [OBJECT SCENE] [--show].

OpenCV's tutorial "Feature Matching + Homography" with SSLDescriptor in the place of SIFT. Without
arguments the object is the cup on scikit-image's photograph of a coffee.
"""

from __future__ import annotations

import argparse
import sys

import cv2
import numpy as np
from numpy.typing import NDArray
from photographs import load_scene, read_pair, write_picture

from ssldescriptor import SSLDescriptor, SSLMatcher

Image = NDArray[np.uint8]

MIN_MATCHES = 10


def main() -> None:
    """Match the object, estimate its homography, outline it in the scene."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="the object and the scene")
    parser.add_argument("--output", default="object.png")
    parser.add_argument("--show", action="store_true", help="open a window")
    args = parser.parse_args()
    target, scene = read_pair(parser, args.images) or cup_and_scene()

    feature = SSLDescriptor.create()
    kp1, des1 = feature.detectAndCompute(target, None)
    kp2, des2 = feature.detectAndCompute(scene, None)
    if not (kp1 and kp2):
        sys.exit(f"not found: {len(kp1)} and {len(kp2)} keypoints")
    matches = SSLMatcher.create(crossCheck=True, ratio=0.8).match(des1, des2)
    if len(matches) < MIN_MATCHES:
        sys.exit(f"not found: {len(matches)} matches, {MIN_MATCHES} are needed")

    src = np.array([kp1[m.queryIdx].pt for m in matches], np.float32)
    dst = np.array([kp2[m.trainIdx].pt for m in matches], np.float32)
    homography, mask = cv2.findHomography(src, dst, cv2.USAC_MAGSAC, 3.0)
    if homography is None:
        sys.exit("not found: no homography fits the matches")
    print(f"found: {int(mask.sum())} of {len(matches)} matches agree")

    height, width = target.shape[:2]
    corners = [[[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]]
    outline = cv2.perspectiveTransform(np.array(corners, np.float32), homography)[0]
    print("corners:", [[round(float(x)), round(float(y))] for x, y in outline])
    cv2.polylines(scene, [outline.astype(np.int32)], True, (60, 200, 80), 3, cv2.LINE_AA)
    write_picture(args.output, scene)
    if args.show:
        cv2.imshow("object", scene)
        cv2.waitKey(0)


def cup_and_scene() -> tuple[Image, Image]:
    """Return the cup, cut out of a photograph, and a second view of the photograph."""
    photograph, scene, _ = load_scene()
    return photograph[70:340, 150:450], scene


if __name__ == "__main__":
    main()
