"""Memory of the process: counting page faults, advice on them, and doing without."""

import mmap
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from ssldescriptor.training import memory
from ssldescriptor.training.memory import PageFaults, Usage, allocator_advice, keep_pages

# Blocks of 2 to 40 MB, as a step allocates them; prints the faults of the last rounds.
STEPS = """
import numpy as np
from ssldescriptor.training.memory import keep_pages, usage
{call}
def step():
    blocks = [np.ones((2 + 2 * n) << 17) for n in range(20)]
for _ in range(2):
    step()
before = usage().faults
for _ in range(3):
    step()
print(usage().faults - before)
"""


def test_a_crawling_allocator_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    calm, crawling = Usage(100, 0.2, 9.0), Usage(1_000_100, 3.0, 9.0)
    start = Usage(100, 0.0, 0.0)
    assert allocator_advice(start, calm, 10) is None
    advice = str(allocator_advice(start, crawling, 10))
    assert "25% of the processor time" in advice
    assert "100,000 page faults" in advice
    assert "LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=" in advice
    # Many cheap faults, or much system time without them, are something else.
    assert allocator_advice(start, Usage(1_000_100, 0.2, 9.0), 10) is None
    assert allocator_advice(start, Usage(100, 5.0, 9.0), 10) is None


def test_faults_are_counted_once_the_process_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SETTLED", 2)
    monkeypatch.setattr(memory, "WATCHED", 3)
    clock = iter([Usage(10**9, 0.0, 0.0), Usage(10**9 + 60_000, 1.0, 1.0)])
    monkeypatch.setattr(memory, "usage", lambda: next(clock))
    watch = PageFaults()
    advice = [watch.after_step() for _ in range(9)]
    assert [step for step, text in enumerate(advice, 1) if text] == [5]
    assert "20,000 page faults a step" in str(advice[4])


def test_faults_and_memory_are_measured() -> None:
    before = memory.usage()
    with mmap.mmap(-1, 2**26) as block:
        np.frombuffer(block, np.uint8)[:] = 1
        after = memory.usage()
        assert memory.peak_gigabytes() > 2**-4
    assert after.faults > before.faults
    assert after.user >= before.user


def faults(call: str) -> int:
    command = [sys.executable, "-c", STEPS.format(call=call)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
def test_pages_that_are_kept_are_not_faulted_in_again() -> None:
    assert faults("") > 10_000
    assert faults("assert keep_pages()") < 100


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.platform, "libc_ver", lambda: ("", ""))
    monkeypatch.setattr(memory, "ctypes", SimpleNamespace())
    assert not keep_pages()
