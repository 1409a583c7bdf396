"""Match two photographs with a few lines: python match_two_images.py [A B] [--show].

Without arguments it takes a photograph of scikit-image and a second view of it.
"""

from __future__ import annotations

import argparse

import cv2
from photographs import load_scene, read_pair, write_picture

from ssldescriptor import match_images
from ssldescriptor.drawing import draw_matches


def main() -> None:
    """Match, print how many matches agree with one geometry, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="two photographs")
    parser.add_argument("--output", default="matches.png")
    parser.add_argument("--show", action="store_true", help="open a window")
    args = parser.parse_args()
    image0, image1 = read_pair(parser, args.images) or load_scene()[:2]

    pair = match_images(image0, image1, ratio=0.8)
    print(f"{len(pair.points0)} matches, {pair.inliers.sum()} inliers")

    picture = draw_matches(image0, pair.points0, image1, pair.points1, good=pair.inliers)
    write_picture(args.output, picture)
    if args.show:
        cv2.imshow("matches", picture)
        cv2.waitKey(0)


if __name__ == "__main__":
    main()
