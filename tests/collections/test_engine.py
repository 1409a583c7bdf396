"""Engines: everything is done, nothing piles up, errors come through."""

import threading
import time
from collections.abc import Iterator

import pytest

from ssldescriptor.collections.engine import AHEAD, LocalEngine, make_engine
from ssldescriptor.workers import num_processors


def test_every_item_is_done_once() -> None:
    done = list(LocalEngine(3).run(lambda x: x * x, range(50)))
    assert sorted(done) == [(x, x * x) for x in range(50)]
    assert list(LocalEngine(2).run(str, [])) == []


@pytest.mark.parametrize("workers", [1, 3])
def test_items_are_drawn_only_as_workers_become_free(workers: int) -> None:
    drawn, most = [], 0

    def items() -> Iterator[int]:
        for i in range(30):
            drawn.append(i)
            yield i

    for count, _ in enumerate(LocalEngine(workers).run(lambda x: x, items())):
        most = max(most, len(drawn) - count)
    assert len(drawn) == 30
    assert most <= AHEAD * workers


def test_workers_work_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=30)
    assert len(list(LocalEngine(2).run(lambda _: meeting.wait(), range(4)))) == 4


def test_an_error_of_the_work_ends_the_run() -> None:
    begun = []

    def work(x: int) -> None:
        begun.append(x)
        time.sleep(0.001)
        if x == 3:
            raise KeyError("three")

    with pytest.raises(KeyError, match="three"):
        list(LocalEngine(1).run(work, range(100)))
    assert len(begun) <= 3 + 1 + AHEAD


def test_engines_by_name() -> None:
    assert isinstance(make_engine("local", 2), LocalEngine)
    assert LocalEngine().num_workers == num_processors() >= 1
    with pytest.raises(ValueError, match="'spark' is unknown"):
        make_engine("spark")
    with pytest.raises(ValueError, match="-1 workers"):
        make_engine("local", -1)


def test_without_ray_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(ValueError, match=r"pip install 'ssldescriptor\[scale\]'"):
        make_engine("ray")
