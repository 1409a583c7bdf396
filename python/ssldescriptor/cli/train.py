"""`ssldescriptor train`: train a model on a folder of photographs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ssldescriptor.cli.errors import CommandError
from ssldescriptor.cli.training_extra import import_training


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "train",
        help="train a model on photographs (needs the extra [train])",
        description="Train a model on photographs; nothing else is needed. Any setting of the "
        "configuration can be given as key=value, e.g. steps=2000 data.short_side=320.",
    )
    add_training_arguments(parser)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.set_defaults(run=run)


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what makes the configuration of a run."""
    parser.add_argument(
        "--images",
        action="append",
        default=[],
        metavar="DIR",
        help="folder of photographs, searched recursively; may be repeated",
    )
    parser.add_argument("--config", type=Path, metavar="YAML", help="settings to start from")
    parser.add_argument("--output", metavar="DIR", help="folder of checkpoints and logs")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="settings to change")


def run(args: argparse.Namespace) -> None:
    """Train and print the path of the last checkpoint; under torchrun its first process does.

    Raises:
        CommandError: no photographs are named.
    """
    config = read_config(args)
    import_training("memory").keep_pages()
    path = import_training("train").train(config, resume=args.resume)
    if import_training("distributed").is_main():
        print(path)


def read_config(args: argparse.Namespace) -> Any:
    """Return the configuration that the arguments make.

    Raises:
        CommandError: no photographs are named.
    """
    overrides = list(args.overrides)
    # YAML knows no surrogate pairs, the way in which JSON escapes what is beyond 16 bits.
    if args.images:
        overrides.append(f"data.images={json.dumps(args.images, ensure_ascii=False)}")
    if args.output:
        overrides.append(f"output={json.dumps(args.output, ensure_ascii=False)}")
    config = import_training("config").load_config(args.config, overrides)
    if not config.data.images:
        raise CommandError("no photographs: give --images DIR")
    return config
