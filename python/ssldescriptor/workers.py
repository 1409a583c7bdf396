"""Two workers for the parts of one image: its scales, its halves of the keypoints.

The layers of the networks are small: two threads inside a layer take a quarter more processor time
than one, for the waking up. Two parts side by side take a tenth more, and two thirds to three
quarters of the time of one.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
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

        The caller works, too. The second thread lives as long as the call, also where that is
        interrupted: there is none that a fork could lose, and none that runs while the
        interpreter ends.
        """
        items = list(items)
        if self.count == 1 or len(items) < 2:
            return [function(item) for item in items]
        results: dict[int, Result] = {}
        errors: list[BaseException] = []
        left = deque(enumerate(items))
        ended = Event()  # Thread.join() takes a thread for ended when it is interrupted itself

        def work() -> None:
            while left and not errors:
                try:
                    i, item = left.popleft()
                except IndexError:  # the other one was faster
                    return
                try:
                    results[i] = function(item)
                except BaseException as error:
                    errors.append(error)

        def help_out() -> None:
            try:
                work()
            finally:
                ended.set()

        def wait() -> None:
            if helper.ident is not None:
                ended.wait()
                helper.join()

        helper = Thread(target=help_out)
        try:
            with suppress(RuntimeError):  # Python 3.12 starts none any more once it exits
                helper.start()
            work()
            wait()
        except BaseException:  # KeyboardInterrupt: those of the parts are in `errors`
            left.clear()
            wait()
            raise
        if errors:
            raise errors[0]
        return [results[i] for i in range(len(items))]

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
