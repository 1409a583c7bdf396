"""`ssldescriptor ablation`: train several configurations alike and compare them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ssldescriptor.cli.arguments import positive
from ssldescriptor.cli.training_extra import import_training


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "ablation",
        help="train several configurations alike and compare them (needs the extra [train])",
        description="Train every configuration of a folder with every seed, one after the other, "
        "score each on photographs kept out of training, and write ablation.md, ablation.html and "
        "ablation.json. Settings of all runs can be given as key=value. A study that was "
        "interrupted goes on when it is started again.",
    )
    parser.add_argument(
        "--configs",
        type=Path,
        metavar="DIR",
        help="folder of YAML files; by default the study of the paper",
    )
    parser.add_argument(
        "--images",
        action="append",
        required=True,
        metavar="DIR",
        help="folder of photographs, searched recursively; may be repeated",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], metavar="N")
    parser.add_argument("--steps", type=positive, required=True, metavar="N", help="of every run")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--sequences", type=Path, metavar="DIR", help="HPatches-style folder to score on as well"
    )
    parser.add_argument(
        "--pairs", type=positive, default=60, metavar="N", help="of each kind, to score on"
    )
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="settings of all runs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Run what is left of the study and print its table."""
    ablation = import_training("ablation")
    import_training("memory").keep_pages()
    table = ablation.run_study(
        ablation.Study(
            configs=args.configs or import_training("configs").ABLATION,
            images=tuple(args.images),
            seeds=tuple(dict.fromkeys(args.seeds)),
            steps=args.steps,
            output=args.output,
            sequences=args.sequences,
            pairs=args.pairs,
            overrides=tuple(args.overrides),
        )
    )
    print(table.read_text(encoding="utf-8"))
    print(table)
