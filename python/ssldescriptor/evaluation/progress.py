"""A progress bar on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

Item = TypeVar("Item")

_WIDTH = 30


def progress(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items and show how far the loop is.

    A terminal sees one line that is drawn again at most ten times a second; a log file gets a line
    a minute and the last one.

    Args:
        items: the items.
        label: what is counted.
        total: how many there are, for items that do not know it.
    """
    if total is None:
        assert isinstance(items, Sized)
        total = len(items)
    started = drawn = time.monotonic()
    terminal = sys.stderr.isatty()
    start, end, interval = ("\r", "", 0.1) if terminal else ("", "\n", 60.0)
    for done, item in enumerate(items):
        now = time.monotonic()
        if now - drawn >= interval:
            drawn = now
            sys.stderr.write(start + bar(label, done, total, now - started) + end)
            sys.stderr.flush()
        yield item
    if total:
        line = bar(label, total, total, time.monotonic() - started)
        sys.stderr.write(start + line + "\n")


def bar(label: str, done: int, total: int, seconds: float) -> str:
    """Return one line: label, bar, counts, time since the start and time to go."""
    filled = _WIDTH * done // total
    line = f"{label:24} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total} {seconds:.0f} s"
    if 0 < done < total:
        line += f", {seconds / done * (total - done):.0f} s to go"
    return line.ljust(100)
