"""`ssldescriptor match-pairs`: matches of many pairs of images."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from ssldescriptor.cli.arguments import positive, ratio
from ssldescriptor.cli.collection_arguments import add_engine, report
from ssldescriptor.cli.outputs import check_output
from ssldescriptor.collections.engine import make_engine
from ssldescriptor.collections.match import MODELS, MatchOptions, match_collection
from ssldescriptor.collections.pairs import WAYS, PairOptions


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "match-pairs",
        help="matches of many pairs of images",
        description="Match pairs of images whose features `ssldescriptor extract` has made, into "
        "one HDF5 file, as hloc reads it. A run that was killed goes on when it is started again.",
    )
    parser.add_argument("features", type=Path, metavar="H5", help="made by extract")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="H5", help="file of the matches"
    )
    parser.add_argument(
        "--select",
        nargs="+",
        choices=WAYS,
        metavar="WAY",
        help=f"which pairs: {', '.join(WAYS)}; several add up; default: retrieval, or with --pairs "
        "its pairs alone",
    )
    parser.add_argument("--pairs", default="", metavar="FILE", help="lines of two names")
    parser.add_argument(
        "--neighbours", type=positive, default=20, metavar="K", help="retrieval: look-alikes"
    )
    parser.add_argument(
        "--words", type=positive, default=64, metavar="N", help="retrieval: of the vocabulary"
    )
    parser.add_argument(
        "--window", type=positive, default=10, metavar="N", help="sequence: images that follow"
    )
    parser.add_argument("--ratio", type=ratio, metavar="R", help="ratio test; default: none")
    parser.add_argument(
        "--verify", choices=MODELS, default="none", help="keep what agrees with it; default: none"
    )
    parser.add_argument("--max-error", type=float, default=3.0, metavar="PX", help="of an inlier")
    add_engine(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Match, tell what was done."""
    check_output(args.output, args.features)
    ways = args.select or ([] if args.pairs else ["retrieval"])
    selection = PairOptions(tuple(ways), args.neighbours, args.words, args.window, args.pairs)
    options = MatchOptions(args.ratio, args.verify, args.max_error)
    with closing(make_engine(args.engine, args.workers)) as engine:
        summary = match_collection(
            args.features, args.output, options, selection, engine, overwrite=args.overwrite
        )
    report(args.output, summary, "pairs")
