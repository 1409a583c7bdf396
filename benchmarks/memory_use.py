"""Page faults of a call, and the memory that it needs beside its arguments and results."""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Callable
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")


def faults_per_call(run: Callable[[], object], calls: int = 5) -> float:
    """Return the minor page faults of one call, after one call to warm up."""
    run()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(calls):
        run()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / calls


def extra_megabytes(run: Callable[[], object]) -> float | None:
    """Return the peak of resident memory during a call over that before it, results included.

    None where the system does not tell (it is Linux that does).
    """
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)  # what was freed before must not serve the call
    try:
        CLEAR_REFS.write_text("5")  # the peak begins anew
    except OSError:
        return None
    before = _status_kilobytes("VmRSS")
    run()
    return (_status_kilobytes("VmHWM") - before) / 1024


def _status_kilobytes(field: str) -> int:
    for line in STATUS.read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise ValueError(f"{STATUS} has no {field}")
