"""`ssldescriptor extract`: features of every image of a folder."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from ssldescriptor.cli.arguments import add_feature_arguments, positive
from ssldescriptor.cli.collection_arguments import add_engine, report
from ssldescriptor.cli.outputs import check_output
from ssldescriptor.collections.engine import make_engine
from ssldescriptor.collections.extract import ExtractOptions, extract_collection
from ssldescriptor.detectors import DETECTORS
from ssldescriptor.formats import NAMES


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "extract",
        help="features of every image of a folder",
        description="Bring the features of all images under a folder into one HDF5 file, as hloc "
        "reads it. A run that was killed goes on when it is started again; docs/collections.md "
        "tells more.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="images, at any depth")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="H5", help="file of the features"
    )
    parser.add_argument("--nfeatures", type=positive, default=2048, metavar="N", help="an image")
    parser.add_argument("--detector", choices=DETECTORS, default="own", help="default: own")
    parser.add_argument("--descriptor", choices=NAMES, default="float", help="default: float")
    add_feature_arguments(parser)
    parser.add_argument(
        "--max-side", type=int, default=1600, metavar="PX", help="reduce larger images; 0: never"
    )
    add_engine(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Extract, tell what was done and what could not be used."""
    check_output(args.output)
    given = vars(args)
    options = ExtractOptions(**{name: given[name] for name in ExtractOptions.__dataclass_fields__})
    with closing(make_engine(args.engine, args.workers)) as engine:
        summary = extract_collection(
            args.folder, args.output, options, engine, overwrite=args.overwrite
        )
    report(args.output, summary, "images")
