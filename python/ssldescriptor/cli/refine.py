"""`ssldescriptor refine`: train networks of a model on what the model itself finds."""

from __future__ import annotations

import argparse
from typing import Any

from ssldescriptor.cli.arguments import positive
from ssldescriptor.cli.train import add_training_arguments, read_config
from ssldescriptor.cli.training_extra import import_training


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "refine",
        help="train one network of a model alone, or all for integers (needs the extra [train])",
        description="Train one network of a checkpoint alone, on keypoints that the model finds in "
        "both views of a pair; or a narrower dense network (--part dense) to answer as that of the "
        "checkpoint does; or all (--part rounding) to answer in integers as they do in floats. "
        "Settings are those of `train`; init=CKPT names the checkpoint.",
    )
    add_training_arguments(parser)
    parser.add_argument(
        "--part",
        choices=("patch_head", "frame_net", "dense", "rounding"),
        default="patch_head",
        help="which network; after the frame net the patch head wants to see the new frames; "
        "`dense` wants widths, e.g. model.head=32; `rounding` comes last, before "
        "`export --quantize`",
    )
    parser.add_argument(
        "--pairs", type=positive, default=5500, metavar="N", help="pairs of views to make"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Refine, and print the path of the new weights.

    Raises:
        CommandError: no photographs are named.
        FloatingPointError: the loss is not finite.
    """
    config = read_config(args)
    import_training("memory").keep_pages()
    print(import_training("refine").refine(config, args.pairs, args.part))
