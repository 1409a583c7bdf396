"""Memory of the process: its peak, and keeping pages, which else are given back and forth."""

from __future__ import annotations

import ctypes
import platform
import sys
from typing import NamedTuple

if sys.platform != "win32":
    import resource

ADVICE = (
    "advice: {share:.0%} of the processor time goes into fresh memory pages ({faults:,.0f} page "
    "faults a step). With glibc: preload no other allocator, and in a program of your own call "
    "ssldescriptor.training.memory.keep_pages() first, as the command does. Elsewhere: start with "
    "LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=dirty_decay_ms:20000,muzzy_decay_ms:20000"
)
# Parameters of glibc's mallopt (malloc.h): when free memory is given back, how much is asked for at
# a time, how many blocks may have a mapping of their own.
TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4
NEVER, CHUNK = 2**31 - 1, 2**28
MIN_FAULTS = 5_000
MIN_SHARE = 0.1
SETTLED = 5
WATCHED = 10


class Usage(NamedTuple):
    """Of this process since it started.

    Attributes:
        faults: pages that the kernel had to provide, each of them zeroed.
        system: seconds of processor time in the kernel.
        user: seconds outside of it.
    """

    faults: int
    system: float
    user: float


def usage() -> Usage:
    """Return what the process has used; zeros where the system does not tell."""
    if sys.platform == "win32":
        return Usage(0, 0.0, 0.0)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Usage(used.ru_minflt, used.ru_stime, used.ru_utime)


def peak_gigabytes() -> float:
    """Return the largest resident memory of this process so far; 0 where it is not told."""
    if sys.platform == "win32":
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)


def keep_pages() -> bool:
    """Let the C library keep what is freed for the next block; return whether it will.

    For the whole process, and so for commands to call. glibc maps every large block anew and gives
    it back when it is free, and the kernel zeroes its pages each time. With this a step of the
    default model took no page faults instead of 120,000 and 0.97 s instead of 1.40 s of processor
    time in float32, 0.70 s instead of 0.76 s in bfloat16. A preloaded allocator is left alone;
    other C libraries have no such setting.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    library = ctypes.CDLL(None)
    settings = ((MMAP_MAX, 0), (TRIM_THRESHOLD, NEVER), (TOP_PAD, CHUNK))
    return all([library.mallopt(*setting) == 1 for setting in settings])


class PageFaults:
    """Watches some steps of a process, once it has settled, for a crawling allocator.

    Where `keep_pages` is not called or does nothing, a step allocates its activations anew:
    115,000 faults and a quarter of the processor time at a batch of 10 pairs.
    """

    def __init__(self) -> None:
        self._steps = 0
        self._before = Usage(0, 0.0, 0.0)

    def after_step(self) -> str | None:
        """Count a step; return a line of advice after the last one watched, if it is needed."""
        self._steps += 1
        if self._steps == SETTLED:
            self._before = usage()
        if self._steps != SETTLED + WATCHED:
            return None
        return allocator_advice(self._before, usage(), WATCHED)


def allocator_advice(before: Usage, after: Usage, steps: int) -> str | None:
    """Return a line of advice when fresh pages take too much of the steps in between."""
    faults = (after.faults - before.faults) / steps
    system, user = after.system - before.system, after.user - before.user
    share = system / max(system + user, 1e-9)
    if faults < MIN_FAULTS or share < MIN_SHARE:
        return None
    return ADVICE.format(share=share, faults=faults)
