"""Two workers for the parts of one image: its scales, its halves of the keypoints.

The layers of the networks are small: two threads inside a layer take a quarter more processor time
than one, for the waking up. Two parts side by side take a tenth more, and two thirds to three
quarters of the time of one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Workers:
    """How the threads of one extractor are shared out.

    Attributes:
        count: Parts that are worked on at the same time: 1 or 2.
        sampling: Threads of the core for one part.
        layers: Threads of onnxruntime inside a layer, those of the callers among them; its helpers
            serve both parts.
    """

    count: int
    sampling: int
    layers: int

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Apply a function to all items; the results are in their order.

        The second thread lives as long as the call: there is none that a fork could lose.
        """
        items = list(items)
        if self.count == 1 or len(items) < 2:
            return [function(item) for item in items]
        with ThreadPoolExecutor(self.count) as pool:
            return list(pool.map(function, items))

    def parts(self, total: int, most: int) -> list[slice]:
        """Cut `total` items into slices of `most` or fewer, so that no worker is left idle."""
        size = max(min(most, -(-total // self.count)), 1)
        return [slice(start, min(start + size, total)) for start in range(0, total, size)]


def share_out(num_threads: int) -> Workers:
    """Share out threads; 0 for as many as there are processors."""
    threads = num_threads or num_processors()
    if threads == 1:
        return Workers(count=1, sampling=1, layers=1)
    return Workers(count=2, sampling=threads // 2, layers=threads - 1)


def num_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
