"""What the commands over collections have in common."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ssldescriptor.collections.engine import ENGINES
from ssldescriptor.collections.outputs import Summary, write_skipped

# So many skipped images are named on the terminal, all of them in the file.
MAX_NAMED = 10


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Declare how the work is run."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="local",
        help="this process, or Ray: on this machine, or on the cluster that RAY_ADDRESS names",
    )
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="items at a time; 0: one a processor"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace what the output holds",
    )


def report(output: Path, summary: Summary, noun: str) -> None:
    """Print what was done; what was skipped goes to standard error and beside the output."""
    skipped = write_skipped(output, summary.skipped)
    for name, reason in sorted(summary.skipped.items())[:MAX_NAMED]:
        print(f"skipped {name}: {reason}", file=sys.stderr)
    if len(summary.skipped) > MAX_NAMED:
        print(f"skipped {len(summary.skipped) - MAX_NAMED} more: see {skipped}", file=sys.stderr)
    print(summary.line(noun))
    print(f"written: {output}")
