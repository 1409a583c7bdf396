"""onnxruntime's session after fork()."""

import os
import subprocess
import sys

import pytest

CHILD = """
import os
import numpy as np
from ssldescriptor.models import resolve
from ssldescriptor.session import Session
session = Session(resolve("tiny").read_bytes(), num_threads=8)
image = np.random.default_rng(0).normal(size=(1, 1, 512, 512)).astype(np.float32)
def found():
    return [x.tolist() for x in session.run(["peak", "rank"], {"image": image})]
wanted = found()
child = os.fork()
if child == 0:
    os._exit(0 if found() == wanted else 3)  # as multiprocessing does
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), found() == wanted)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
def test_a_child_of_fork_runs_the_networks_as_its_parent() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, check=False, timeout=45
    )
    assert done.stdout == "0 True\n", done.stderr
