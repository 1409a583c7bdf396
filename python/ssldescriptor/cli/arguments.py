"""What the arguments of several commands have in common."""

from __future__ import annotations

import argparse
import math

from ssldescriptor.options import FIRST_OCTAVES


def add_feature_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which model looks at the images, and how."""
    parser.add_argument("--model", default="default", metavar="M", help="name or ONNX file")
    parser.add_argument("--upright", action="store_true", help="ignore the keypoints' angles")
    parser.add_argument(
        "--first-octave",
        type=int,
        choices=FIRST_OCTAVES,
        default=0,
        help="finest scale of the keypoints; -1: the image enlarged, as SIFT does",
    )
    parser.add_argument(
        "--min-distance",
        type=distance,
        default=0.0,
        metavar="PX",
        help="leave out keypoints nearer than this to a better one; 2 suits a ratio test",
    )


def positive(text: str) -> int:
    """Parse a whole number above zero."""
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def distance(text: str) -> float:
    """Parse a finite number of pixels, zero or more."""
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a distance, 0 or more pixels")
    return value


def ratio(text: str) -> float:
    """Parse a ratio in (0, 1]."""
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not in (0, 1]")
    return value
