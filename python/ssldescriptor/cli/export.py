"""`ssldescriptor export`: turn a training checkpoint into the ONNX file that the package runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ssldescriptor.cli.outputs import replacing
from ssldescriptor.cli.training_extra import import_training

# That the scales of integers are set by.
PHOTOGRAPHS = 24


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "export",
        help="turn a checkpoint into an ONNX model (needs the extra [train])",
        description="Write the ONNX model of a checkpoint and check it against torch.",
    )
    parser.add_argument("checkpoint", type=Path, metavar="CKPT", help="checkpoint of a training")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="ONNX")
    parser.add_argument("--training-data", default="not stated", help="for the model's metadata")
    parser.add_argument("--licence", default="not stated", help="for the model's metadata")
    parser.add_argument(
        "--quantize",
        type=Path,
        metavar="DIR",
        help="write eight-bit integers, with scales that fit photographs of this folder",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Export, and print the path of the model."""
    export = import_training("export").export
    calibration = [] if args.quantize is None else _calibration(args.quantize)
    with replacing(args.output) as draft:
        export(
            args.checkpoint,
            draft,
            training_data=args.training_data,
            licence=args.licence,
            calibration=calibration,
        )
    print(args.output)


def _calibration(folder: Path) -> Any:
    images = import_training("data.images")
    return images.gray_sample(images.find_images([folder], "--quantize"), PHOTOGRAPHS)
