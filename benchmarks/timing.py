"""Time several calls fairly: they take turns, so that a busy moment of the machine hits all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

Runs = dict[str, Callable[[], object]]


def interleaved(
    runs: Runs,
    rounds: int,
    clock: Callable[[], float] = time.process_time,
    *,
    warm_up: bool = True,
    pause: float = 0.0,
) -> dict[str, list[float]]:
    """Return the times of every round in milliseconds.

    Args:
        runs: calls without arguments, by name.
        rounds: how often each is timed.
        clock: seconds; by default processor time, of all threads together.
        warm_up: whether a first round, not timed, precedes.
        pause: seconds before each call, until the threads of the one before sleep: OpenCV's wait
            actively for a while, and the time would be charged to the next.
    """
    times: dict[str, list[float]] = {name: [] for name in runs}
    for n in range(-warm_up, rounds):
        for name, run in runs.items():
            time.sleep(pause)
            started = clock()
            run()
            if n >= 0:
                times[name].append(1000 * (clock() - started))
    return times


def summarize(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return median, extremes, and the median over rounds of the ratio to the first call."""
    first = next(iter(times.values()))
    return {
        name: {
            "median": round(statistics.median(values), 3),
            "min": round(min(values), 3),
            "max": round(max(values), 3),
            "ratio": round(statistics.median(np.divide(values, first).tolist()), 4),
        }
        for name, values in times.items()
    }
