"""The two workers that share the parts of one image."""

import signal
import subprocess
import sys
import threading
import time

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import data

from ssldescriptor.features import FeatureExtractor
from ssldescriptor.options import FeatureOptions
from ssldescriptor.workers import Workers, num_processors, share_out


@pytest.mark.parametrize(
    ("threads", "wanted"),
    [(1, Workers(1, 1, 1)), (2, Workers(2, 1, 1)), (3, Workers(2, 1, 2)), (8, Workers(2, 4, 7))],
)
def test_threads_are_shared_out(threads: int, wanted: Workers) -> None:
    assert share_out(threads) == wanted


def test_no_number_means_all_processors() -> None:
    assert share_out(0) == share_out(num_processors())


def test_two_parts_run_side_by_side_and_keep_their_order() -> None:
    meeting = threading.Barrier(2, timeout=30)

    def meet(item: int) -> int:
        meeting.wait()
        return -item

    assert share_out(2).map(meet, range(4)) == [0, -1, -2, -3]


def test_the_caller_works_alone_where_no_thread_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert share_out(2).map(abs, [-3, -2, -1]) == [3, 2, 1]


# A pool of concurrent.futures refuses work as soon as the main thread has ended.
LATE = """
import atexit, threading, time
from ssldescriptor.workers import share_out

def work():
    print(share_out(2).map(abs, [-2, -1]), flush=True)

def later():
    threading.main_thread().join()
    work()

atexit.register(work)
threading.Thread(target=later).start()
"""


def test_it_works_after_the_main_thread_has_ended() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=True)
    assert done.stdout == "[2, 1]\n" * 2
    assert done.stderr == ""


def test_an_error_in_a_part_reaches_the_caller() -> None:
    def fail(item: int) -> None:
        if item == 3:
            raise ValueError("part 3")

    for threads in (1, 2):
        with pytest.raises(ValueError, match="part 3"):
            share_out(threads).map(fail, range(5))


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs signals to a thread")
def test_an_interrupt_waits_for_the_part_under_way() -> None:
    main = threading.main_thread()
    ended = []

    def work(item: int) -> None:
        if threading.current_thread() is not main:
            time.sleep(0.3)  # the caller waits by now
            signal.pthread_kill(main.ident, signal.SIGINT)
            time.sleep(0.3)
            ended.append(item)
        elif item == 0:
            time.sleep(0.1)  # so that the helper takes the other part

    with pytest.raises(KeyboardInterrupt):
        share_out(2).map(work, range(2))
    assert len(ended) == 1


@given(total=st.integers(0, 5000), most=st.integers(1, 2000), threads=st.integers(1, 4))
def test_parts_cover_everything_once(total: int, most: int, threads: int) -> None:
    workers = share_out(threads)
    parts = workers.parts(total, most)
    assert [i for part in parts for i in range(total)[part]] == list(range(total))
    assert all(0 < part.stop - part.start <= most for part in parts)
    assert len(parts) >= min(total, workers.count)


@pytest.mark.parametrize("threads", [2, 3, 5])
@pytest.mark.parametrize("count", [1, 300, 0])
def test_features_do_not_depend_on_the_threads(threads: int, count: int) -> None:
    gray = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    found = []
    for number in (1, threads):
        extractor = FeatureExtractor(FeatureOptions(num_threads=number))
        keypoints = extractor.detect(gray, max_keypoints=count)
        found.append((keypoints, extractor.describe(gray, keypoints)))
    (one, rows), (other, other_rows) = found
    for name in ("xy", "size", "angle", "score"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(rows, other_rows)
