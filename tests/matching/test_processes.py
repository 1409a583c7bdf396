"""The matcher beside other threads and after fork()."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from tests.matching.helpers import rows_of

from ssldescriptor import _core


def test_other_threads_run_while_rows_are_matched() -> None:
    """The GIL is released: this thread wakes up again and again during one call."""
    a = rows_of("unit", 6000, 128, 0)
    events: list[str] = []

    def work() -> None:
        events.append("begin")
        _core.match(a, a, num_threads=1)
        events.append("end")

    thread = threading.Thread(target=work)
    thread.start()
    awake = 0
    while "end" not in events:
        time.sleep(0.001)
        awake += "begin" in events
    thread.join()
    assert awake >= 5


CHILD = """
import os, sys
import numpy as np
from ssldescriptor import _core
a = np.random.default_rng(0).normal(size=(3000, 32)).astype(np.float32)
sets = _core.FloatTrainSet([a[:1000], a[1000:]])
def found():
    results = [*_core.match(a, a[::-1].copy(), num_threads=3), *_core.match(a, sets, num_threads=0)]
    return [x.tolist() for x in results]
wanted = found()
child = os.fork()
if child == 0:
    same = found() == wanted
    os._exit(0 if same else 3)
_, status = os.waitpid(child, 0)
same = found() == wanted
print(os.waitstatus_to_exitcode(status), same)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
def test_a_child_of_fork_matches_as_its_parent() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "0 True\n", done.stderr


# As in a container that is at its limit of threads: that of memory leaves no room for a stack.
LIMITED = """
import resource, threading
import numpy as np
from ssldescriptor import _core

a = np.random.default_rng(0).normal(size=(4000, 32)).astype(np.float32)
b = a[::-1].copy()
wanted = _core.match(a, b, num_threads=1)
memory = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (memory + (6 << 20), resource.RLIM_INFINITY))
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(error)
found = _core.match(a, b, num_threads=3)
print(all((x == y).all() for x, y in zip(found, wanted)))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux")
def test_the_caller_works_alone_where_no_thread_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "can't start new thread\nTrue\n", done.stderr


def test_results_are_the_callers_own() -> None:
    """Working memory is kept between calls, results are not in it."""
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=(50, 8)).astype(np.float32) for _ in range(2))
    first = _core.match(a, b)
    copies = [x.copy() for x in first]
    _core.match(b, a)
    assert all((x == y).all() for x, y in zip(first, copies, strict=True))


SHARED = """
import gc, sys, threading
import numpy as np
from ssldescriptor import SSLMatcher

rng = np.random.default_rng(0)
images = [rng.standard_normal((4, 8)).astype(np.float32) for _ in range(300)]
before = [sys.getrefcount(image) for image in images]

def search():
    for _ in range(150):
        matcher = SSLMatcher(num_threads=1)
        matcher.add(images)
        matcher.match(images[0])

threads = [threading.Thread(target=search) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
gc.collect()
assert [sys.getrefcount(image) for image in images] == before
"""


def test_threads_share_train_images() -> None:
    """References are counted with the GIL only; else arrays are freed while they are used."""
    done = subprocess.run(
        [sys.executable, "-c", SHARED], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
