"""`ssldescriptor convert`: features and matches for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ssldescriptor.cli.errors import CommandError
from ssldescriptor.cli.outputs import check_output
from ssldescriptor.collections.colmap import CAMERA_MODES, ColmapCameras, export_colmap
from ssldescriptor.collections.numpy_files import export_numpy
from ssldescriptor.collections.opensfm import export_opensfm

FORMATS = ("colmap", "opensfm", "numpy")


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "convert",
        help="features and matches for COLMAP, OpenSfM, numpy",
        description="Convert the files of `ssldescriptor extract` and `match-pairs`. hloc reads "
        "them as they are.",
    )
    parser.add_argument("features", type=Path, metavar="FEATURES", help="made by extract")
    parser.add_argument("matches", type=Path, nargs="?", metavar="MATCHES", help="by match-pairs")
    parser.add_argument("--to", choices=FORMATS, required=True)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="database of COLMAP; else a folder"
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="as given to extract")
    parser.add_argument(
        "--camera-mode", choices=CAMERA_MODES, default="auto", help="COLMAP: which images share one"
    )
    parser.add_argument("--camera-model", default="", metavar="NAME", help="COLMAP: PINHOLE, ...")
    parser.add_argument(
        "--camera-params", default="", metavar="P,P,...", help="COLMAP: of that model"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Convert, say where the result is."""
    if args.to == "numpy":
        export_numpy(args.features, args.matches, args.output)
    elif args.matches is None or args.images is None:
        raise CommandError(f"--to {args.to} needs a file of matches, and --images")
    elif args.to == "opensfm":
        export_opensfm(args.features, args.matches, args.images, args.output)
    else:
        check_output(args.output, args.features, args.matches)
        cameras = ColmapCameras(args.camera_mode, args.camera_model, args.camera_params)
        export_colmap(args.features, args.matches, args.images, args.output, cameras)
    print(f"written: {args.output}")
