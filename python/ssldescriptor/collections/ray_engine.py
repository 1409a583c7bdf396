"""The same work on Ray: on this machine, or on the cluster that RAY_ADDRESS names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ssldescriptor.collections.engine import (
    AHEAD,
    Item,
    Result,
    WorkerDiedError,
    stream,
)
from ssldescriptor.workers import num_processors

# How often an item may take its worker with it before it counts as failed.
MAX_RETRIES = 3
# Ray waits half a minute for its own processes; on a busy machine they may need longer.
STARTS = 4
# Results are names and numbers; Ray's own default would be a third of the memory.
OBJECT_STORE_BYTES = 100_000_000


class RayEngine:
    """Ray tasks, one processor each; an item whose worker dies is done again by another."""

    def __init__(self, num_workers: int = 0) -> None:
        """Import Ray.

        Args:
            num_workers: items at a time; 0 for one a processor of the machine or cluster.

        Raises:
            ValueError: Ray is not installed.
        """
        # Ray would otherwise report to its makers, and warn about a change to come.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        try:
            import ray
        except ImportError as error:
            raise ValueError(
                f"the engine needs Ray ({error}); get it with: pip install 'ssldescriptor[scale]'"
            ) from error
        self._ray: Any = ray
        self.num_workers = num_workers
        self._started = False

    def run(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result | WorkerDiedError]]:
        """See Engine; the first run starts Ray, unless it is running."""
        ray = self._ray
        if not ray.is_initialized():
            self._start()
        shared = ray.put(work)
        task = ray.remote(num_cpus=1, max_retries=MAX_RETRIES)(call)
        workers = self.num_workers or int(ray.cluster_resources().get("CPU", 1))

        def submit(item: Item) -> Any:
            return task.remote(shared, item)

        def first(waiting: list[Any]) -> Any:
            return ray.wait(waiting, num_returns=1)[0]

        for item, handle in stream(items, submit, first, AHEAD * workers):
            yield item, self._result(handle)

    def close(self) -> None:
        """See Engine."""
        if self._started:
            self._ray.shutdown()
            self._started = False

    def _start(self) -> None:
        settings: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if not os.environ.get("RAY_ADDRESS"):
            settings |= {
                "num_cpus": self.num_workers or num_processors(),
                "include_dashboard": False,
                "object_store_memory": OBJECT_STORE_BYTES,
            }
        for left in reversed(range(STARTS)):
            try:
                self._ray.init(**settings)
                break
            except Exception as error:  # Ray has no type of its own for it
                self._ray.shutdown()
                if not left or "timed out during startup" not in str(error):
                    raise
        self._started = True

    def _result(self, handle: Any) -> Any:
        """Return what the task returned; an error of the work is raised as it was."""
        errors = self._ray.exceptions
        try:
            return self._ray.get(handle)
        except errors.RayTaskError as error:
            raise error.cause from error
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError):
            return WorkerDiedError(f"its worker died {MAX_RETRIES + 1} times")


def call(work: Callable[[Item], Result], item: Item) -> Result:
    """Do one item; what a Ray task runs."""
    return work(item)
