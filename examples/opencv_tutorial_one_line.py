"""OpenCV's feature matching tutorial with one line changed: python opencv_tutorial_one_line.py.

The tutorial matches with BFMatcher and with FLANN; SSLMatcher is the third, it applies the ratio
test and the cross check together, which OpenCV refuses.
"""

from __future__ import annotations

import argparse
import sys

import cv2

from ssldescriptor import SSLDescriptor, SSLMatcher
from ssldescriptor.images import read_image


def main() -> None:
    """Run the tutorial's three matchers on one pair of images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="two photographs")
    parser.add_argument("--output", default="tutorial.png")
    parser.add_argument("--show", action="store_true", help="open a window")
    args = parser.parse_args()
    if args.images:
        img1, img2 = (read_image(path) for path in args.images)
    else:
        from photographs import load_scene

        img1, img2, _ = load_scene()

    # The changed line; the tutorial says: sift = cv2.SIFT_create()
    sift = SSLDescriptor.create()
    kp1, des1 = sift.detectAndCompute(img1, None)
    kp2, des2 = sift.detectAndCompute(img2, None)

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
    if not cv2.imwrite(args.output, img3):
        sys.exit(f"cannot write {args.output}")
    if args.show:
        cv2.imshow("tutorial", img3)
        cv2.waitKey(0)


if __name__ == "__main__":
    main()
