"""OpenCV's feature matching tutorial with one line changed: python opencv_tutorial_one_line.py.

The tutorial matches with BFMatcher and with FLANN; SSLMatcher is the third, it applies the ratio
test and the cross check together, which OpenCV refuses.
"""

from __future__ import annotations

import argparse
import sys

import cv2
from photographs import load_scene, read_pair, write_picture

from ssldescriptor import SSLDescriptor, SSLMatcher


def main() -> None:
    """Run the tutorial's three matchers on one pair of images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="two photographs")
    parser.add_argument("--output", default="tutorial.png")
    parser.add_argument("--show", action="store_true", help="open a window")
    args = parser.parse_args()
    img1, img2 = read_pair(parser, args.images) or load_scene()[:2]

    # The changed line; the tutorial says: sift = cv2.SIFT_create()
    sift = SSLDescriptor.create()
    kp1, des1 = sift.detectAndCompute(img1, None)
    kp2, des2 = sift.detectAndCompute(img2, None)

    if min(len(kp1), len(kp2)) < 2:
        sys.exit(f"{len(kp1)} and {len(kp2)} keypoints, the ratio test needs two")

    # Brute force with the ratio test, as in the tutorial.
    bf = cv2.BFMatcher()
    good = [[m] for m, n in bf.knnMatch(des1, des2, k=2) if m.distance < 0.75 * n.distance]
    print(f"BFMatcher: {len(good)} good matches")

    # FLANN with the ratio test, as in the tutorial.
    flann = cv2.FlannBasedMatcher({"algorithm": 1, "trees": 5}, {"checks": 50})
    close = [m for m, n in flann.knnMatch(des1, des2, k=2) if m.distance < 0.75 * n.distance]
    print(f"FLANN: {len(close)} good matches")

    # Ratio test and cross check in one exact pass.
    matches = SSLMatcher.create(crossCheck=True, ratio=0.75).match(des1, des2)
    print(f"SSLMatcher: {len(matches)} good matches")

    flags = cv2.DrawMatchesFlags_NOT_DRAW_SINGLE_POINTS
    # OpenCV's type stub forgets that the tutorial's None is allowed.
    img3 = cv2.drawMatchesKnn(img1, kp1, img2, kp2, good, None, flags=flags)  # type: ignore[call-overload]
    write_picture(args.output, img3)
    if args.show:
        cv2.imshow("tutorial", img3)
        cv2.waitKey(0)


if __name__ == "__main__":
    main()
