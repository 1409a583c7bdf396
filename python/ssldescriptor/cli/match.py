"""`ssldescriptor match`: match two photographs and draw the result."""

from __future__ import annotations

import argparse
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ssldescriptor import SSLDescriptor, __version__, match_images
from ssldescriptor.cli.arguments import add_feature_arguments, positive, ratio
from ssldescriptor.cli.errors import CommandError
from ssldescriptor.cli.inputs import read_input
from ssldescriptor.cli.outputs import (
    check_image_name,
    check_output,
    replacing,
    write_image,
    write_json,
)
from ssldescriptor.detectors import DETECTORS, make_detector
from ssldescriptor.drawing import draw_matches
from ssldescriptor.geometry import ImageMatches
from ssldescriptor.report.build import build_page
from ssldescriptor.report.content import page_content
from ssldescriptor.runtime import load_model

REPORTS = (".html", ".json")
THRESHOLD = 3.0


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "match",
        help="match two photographs",
        description="Match two photographs; the picture shows inliers green, other matches red.",
    )
    parser.add_argument("image0", type=Path, metavar="A", help="first photograph")
    parser.add_argument("image1", type=Path, metavar="B", help="second photograph")
    parser.add_argument("-o", "--output", type=Path, metavar="PNG", help="picture of the matches")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="FILE.html: a page to look into; FILE.json: the figures, for programs",
    )
    parser.add_argument("--detector", choices=DETECTORS, default="own", help="default: own")
    parser.add_argument("--nfeatures", type=positive, default=2048, metavar="N")
    parser.add_argument(
        "--ratio", type=ratio, metavar="R", help="ratio test, e.g. 0.8; default: none"
    )
    add_feature_arguments(parser)
    parser.add_argument(
        "--geometry",
        choices=("homography", "fundamental"),
        default="homography",
        help="what inliers agree with: a homography (planes, turning cameras; the default) or a "
        "fundamental matrix (scenes in depth)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Match, write what was asked for, print a summary."""
    if args.output:
        check_image_name(args.output)
    if args.report and args.report.suffix not in REPORTS:
        wanted = " or ".join(REPORTS)
        raise CommandError(f"cannot write {args.report}: a report ends in {wanted}")
    for output in filter(None, (args.output, args.report)):
        check_output(output, args.image0, args.image1)
    image0, image1 = read_input(args.image0), read_input(args.image1)
    with ExitStack() as outputs:
        # Opened before the work, so that an unwritable output costs no time.
        picture = outputs.enter_context(replacing(args.output)) if args.output else None
        report = outputs.enter_context(replacing(args.report)) if args.report else None
        started = time.perf_counter()
        detector = make_detector(args.detector, args.nfeatures)
        feature = SSLDescriptor.create(
            args.nfeatures,
            model=args.model,
            detector=detector,
            upright=args.upright,
            first_octave=args.first_octave,
            min_distance=args.min_distance,
        )
        pair = match_images(
            image0,
            image1,
            feature=feature,
            ratio=args.ratio,
            model=args.geometry,
            threshold=THRESHOLD,
        )
        summary = summarize(args, pair, time.perf_counter() - started)
        if picture:
            drawn = draw_matches(image0, pair.points0, image1, pair.points1, good=pair.inliers)
            write_image(picture, drawn, args.output)
        if report and args.report.suffix == ".json":
            write_json(report, summary)
        elif report:
            write_page(report, args, (image0, image1), pair, summary, detector)
    for key in ("keypoints", "matches", "inliers", "seconds"):
        print(f"{key + ':':10} {summary[key]}")


def write_page(
    path: Path,
    args: argparse.Namespace,
    images: tuple[Any, Any],
    pair: ImageMatches,
    summary: dict[str, Any],
    detector: Any,
) -> None:
    """Write the page to look into."""
    content = page_content(
        pair,
        geometry=args.geometry,
        ratio=args.ratio,
        threshold=THRESHOLD,
        settings=summary,
        detector=detector,
        upright=args.upright,
        grids=load_model(args.model, 1).grids,
    )
    # Names need not be UTF-8, the page is.
    names = [os.fsencode(name).decode("utf-8", "replace") for name in (args.image0, args.image1)]
    page = build_page(content, names, images)
    path.write_text(page, encoding="utf-8")


def summarize(args: argparse.Namespace, pair: ImageMatches, seconds: float) -> dict[str, Any]:
    """Return the report: what was asked, what was found."""
    return {
        "version": __version__,
        "images": [str(args.image0), str(args.image1)],
        "model": args.model,
        "detector": args.detector,
        "nfeatures": args.nfeatures,
        "upright": args.upright,
        "first_octave": args.first_octave,
        "min_distance": args.min_distance,
        "ratio": args.ratio,
        "keypoints": [len(pair.keypoints0), len(pair.keypoints1)],
        "matches": len(pair.points0),
        "inliers": int(pair.inliers.sum()),
        "geometry": args.geometry,
        "threshold": THRESHOLD,
        "matrix": None if pair.transform is None else pair.transform.tolist(),
        "seconds": round(seconds, 3),
    }
