"""The command `ssldescriptor`: table of contents of the commands, and how they fail.

Exit codes: 0 done, 1 failed (one line on standard error says why), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import cv2

from ssldescriptor import __version__
from ssldescriptor.cli import (
    ablation,
    autoencoder,
    evaluate,
    export,
    info,
    match,
    run,
    stylize,
    train,
)
from ssldescriptor.cli.errors import CommandError

COMMANDS = (match, evaluate, run, info, train, stylize, autoencoder, ablation, export)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; after parsing, `run` is the chosen command's function."""
    parser = argparse.ArgumentParser(
        prog="ssldescriptor", description="A learned local feature for OpenCV scripts."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: arguments without the program's name; those of the process by default.

    Returns:
        The exit code 0 or 1; 130 after an interrupt.

    Raises:
        SystemExit: 2 for wrong usage, 0 for --help and --version, as argparse does.
    """
    args = build_parser().parse_args(argv)
    try:
        args.run(args)
    except KeyboardInterrupt:
        print(f"ssldescriptor {args.command}: interrupted", file=sys.stderr)
        return 130
    except (CommandError, OSError, ValueError, RuntimeError, MemoryError, cv2.error) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        print(f"ssldescriptor {args.command}: error: {reason}", file=sys.stderr)
        return 1
    return 0
