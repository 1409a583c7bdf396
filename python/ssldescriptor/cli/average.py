"""`ssldescriptor average`: the weighted mean of training checkpoints."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ssldescriptor.cli.training_extra import import_training


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "average",
        help="average the weights of checkpoints (needs the extra [train])",
        description="Write the weighted mean of checkpoints that went on from a common start, "
        "to export it or to train on from it.",
    )
    parser.add_argument("checkpoints", type=Path, nargs="+", metavar="CKPT")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="CKPT")
    parser.add_argument(
        "--shares", type=float, nargs="+", metavar="S", help="of each checkpoint (default: equal)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Average, and print the path of the checkpoint."""
    average = import_training("averaging").average_checkpoints
    average(args.checkpoints, args.shares or [1.0] * len(args.checkpoints), args.output)
    print(args.output)
