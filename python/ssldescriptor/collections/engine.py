"""Run a piece of work over many items, in this process or on Ray.

Results come back in any order, and no more items are under way than the workers can take: neither
items nor results pile up in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol, TypeVar

from ssldescriptor.workers import num_processors

Item = TypeVar("Item")
Result = TypeVar("Result")
Handle = TypeVar("Handle")

ENGINES = ("local", "ray")
# Items under way for one worker: one that it works on, one that waits, so that it never does.
AHEAD = 2


class WorkerDiedError(RuntimeError):
    """A worker process was killed by an item again and again; other items are not touched."""


class Engine(Protocol):
    """Anything that runs work over items."""

    def run(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result | WorkerDiedError]]:
        """Yield every item with what the work made of it, in any order.

        Args:
            work: may be called by several threads, or be pickled and called elsewhere, more than
                once for an item whose worker died: what it writes has to be the same again.
            items: drawn as workers become free.

        Raises:
            Exception: whatever the work raised; no further items are begun.
        """
        ...

    def close(self) -> None:
        """Stop what the engine has started; with contextlib.closing, at the end of a block."""
        ...


def make_engine(name: str, num_workers: int = 0) -> Engine:
    """Build an engine.

    Args:
        name: "local" or "ray".
        num_workers: items at a time; 0 for one a processor.

    Raises:
        ValueError: another name, a negative number, or Ray is not installed.
    """
    if num_workers < 0:
        raise ValueError(f"{num_workers} workers are wanted; 0 (one a processor) or more are")
    if name == "local":
        return LocalEngine(num_workers)
    if name == "ray":
        from ssldescriptor.collections.ray_engine import RayEngine

        return RayEngine(num_workers)
    raise ValueError(f"engine {name!r} is unknown; {' or '.join(ENGINES)} is wanted")


class LocalEngine:
    """Threads of this process: networks, core and files all run without Python's lock."""

    def __init__(self, num_workers: int = 0) -> None:
        """Take the number of threads; 0 for one a processor."""
        self.num_workers = num_workers or num_processors()

    def run(
        self, work: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result | WorkerDiedError]]:
        """See Engine."""
        with ThreadPoolExecutor(self.num_workers) as pool:

            def submit(item: Item) -> Future[Result]:
                return pool.submit(work, item)

            def first(waiting: Iterable[Future[Result]]) -> Iterable[Future[Result]]:
                return wait(waiting, return_when=FIRST_COMPLETED).done

            try:
                for item, future in stream(items, submit, first, AHEAD * self.num_workers):
                    yield item, future.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        """See Engine; the threads end with every run."""


def stream(
    items: Iterable[Item],
    submit: Callable[[Item], Handle],
    first: Callable[[list[Handle]], Iterable[Handle]],
    limit: int,
) -> Iterator[tuple[Item, Handle]]:
    """Keep at most `limit` items under way.

    Args:
        items: what to submit.
        submit: begins an item, returns a handle.
        first: waits until some of the handles are done, returns these.
        limit: above 0.

    Yields:
        Items and their handles, done, in the order in which they are.
    """
    under_way: dict[Any, Item] = {}
    for item in items:
        under_way[submit(item)] = item
        if len(under_way) >= limit:
            yield from [(under_way.pop(handle), handle) for handle in first(list(under_way))]
    while under_way:
        yield from [(under_way.pop(handle), handle) for handle in first(list(under_way))]
