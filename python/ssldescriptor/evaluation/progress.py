"""A progress bar on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

_WIDTH = 30


def progress(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Yield the items and show how far the loop is.

    A terminal sees one line that is drawn again at most ten times a second; a log file gets the
    last state only.
    """
    started, drawn = time.monotonic(), 0.0
    terminal = sys.stderr.isatty()
    for done, item in enumerate(items):
        now = time.monotonic()
        if terminal and now - drawn >= 0.1:
            drawn = now
            sys.stderr.write("\r" + bar(label, done, len(items), now - started))
            sys.stderr.flush()
        yield item
    if items:
        line = bar(label, len(items), len(items), time.monotonic() - started)
        sys.stderr.write(("\r" if terminal else "") + line + "\n")


def bar(label: str, done: int, total: int, seconds: float) -> str:
    """Return one line: label, bar, counts, time since the start and time to go."""
    filled = _WIDTH * done // total
    line = f"{label:24} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total} {seconds:.0f} s"
    if 0 < done < total:
        line += f", {seconds / done * (total - done):.0f} s to go"
    return line.ljust(100)
