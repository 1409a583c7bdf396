"""`ssldescriptor run`: run an unmodified OpenCV script with SSLDescriptor in SIFT's place."""

from __future__ import annotations

import argparse
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

from ssldescriptor import patch_cv2
from ssldescriptor.cli.arguments import add_feature_arguments
from ssldescriptor.cli.errors import CommandError
from ssldescriptor.formats import NAMES


def add_parser(commands: Any) -> None:
    """Declare the command's arguments; all that follows the script is the script's."""
    parser = commands.add_parser("run", help="run a script of SIFT, ORB, ... with SSLDescriptor")
    parser.add_argument(
        "--only",
        action="append",
        metavar="NAME",
        help="replace this feature alone, such as SIFT; may be repeated",
    )
    parser.add_argument("--descriptor", choices=NAMES, help="one form for all features")
    parser.add_argument("--nfeatures", type=int, help="cap on keypoints, whatever the script says")
    parser.add_argument("--keep-keypoints", action="store_true", help="replace descriptors only")
    add_feature_arguments(parser)
    parser.add_argument("script", help="a Python file")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the script")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Run the script as Python does, with its own exit code; its errors keep their traceback.

    Raises:
        CommandError: There is no such file.
        SystemExit: 1 after an error of the script, or what the script exits with.
    """
    if not Path(args.script).is_file():
        raise CommandError(f"there is no script {args.script}")
    patch = patch_cv2(
        args.only,
        descriptor=args.descriptor,
        keep_keypoints=args.keep_keypoints,
        nfeatures=args.nfeatures,
        **({"upright": True} if args.upright else {}),  # else what the script says
        first_octave=args.first_octave,
        min_distance=args.min_distance,
        model=args.model,
    )
    argv, path = sys.argv, list(sys.path)
    sys.argv = [args.script, *args.arguments]
    sys.path.insert(0, str(Path(args.script).resolve().parent))
    try:
        with patch:
            runpy.run_path(args.script, run_name="__main__")
    except Exception:
        traceback.print_exc()
        raise SystemExit(1) from None
    finally:
        sys.argv, sys.path[:] = argv, path
