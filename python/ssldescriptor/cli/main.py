"""The command `ssldescriptor`: table of contents of the commands, and how they fail.

Exit codes: 0 done, 1 failed (one line on standard error says why), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import cv2

from ssldescriptor import __version__
from ssldescriptor.cli import (
    ablation,
    autoencoder,
    average,
    convert,
    evaluate,
    export,
    extract,
    info,
    match,
    match_pairs,
    refine,
    run,
    stylize,
    train,
)
from ssldescriptor.cli.errors import CommandError

COMMANDS = (
    match,
    extract,
    match_pairs,
    convert,
    evaluate,
    run,
    info,
    train,
    refine,
    stylize,
    autoencoder,
    ablation,
    average,
    export,
)
# Of a damaged input, a full disk, a training that diverged.
FAILURES = (
    CommandError,
    OSError,
    ValueError,
    RuntimeError,
    MemoryError,
    FloatingPointError,
    cv2.error,
)


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
        _flush()
    except KeyboardInterrupt:
        print(f"ssldescriptor {args.command}: interrupted", file=sys.stderr)
        return 130
    except FAILURES as error:
        _drop_unwritable_output()
        # Whoever read the output, such as head, has seen enough.
        if not isinstance(error, BrokenPipeError):
            print(f"ssldescriptor {args.command}: error: {_reason(error)}", file=sys.stderr)
        return 1
    return 0


def _flush() -> None:
    if sys.stdout is not None:  # it was closed before the start
        sys.stdout.flush()


def _drop_unwritable_output() -> None:
    """Keep Python from trying again at its exit, with a second message and an exit code of 120."""
    try:
        _flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reason(error: Exception) -> str:
    """Return one line; of the package's own cv2.error only what was given and what is wanted."""
    text = str(vars(error).get("err") or error) if isinstance(error, cv2.error) else str(error)
    return " ".join(text.split()) or type(error).__name__
