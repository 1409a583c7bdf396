"""Where the time of a step goes: named stages, timed by context managers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_seconds: dict[str, float] = {}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the time that the block takes, wall clock, to a stage of the running step."""
    started = time.perf_counter()
    try:
        yield
    finally:
        _seconds[name] = _seconds.get(name, 0.0) + time.perf_counter() - started


def take_stages() -> dict[str, float]:
    """Return the seconds of every stage since the last call, and begin anew."""
    taken = dict(_seconds)
    _seconds.clear()
    return taken
