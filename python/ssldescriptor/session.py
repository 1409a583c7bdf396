"""An onnxruntime session that also runs in a child of fork()."""

from __future__ import annotations

import os
from typing import Any, Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray


class Runs(Protocol):
    """What runs a model's networks: a session, or what stands for one in training."""

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.float32]]) -> list[Any]:
        """Return the named outputs for the named inputs."""
        ...


class Session:
    """Runs an ONNX model; re-entrant.

    A child of fork() has none of the threads of its parent's session, and would wait for them
    without end: with its first run it starts a session of its own.
    """

    def __init__(self, data: bytes, num_threads: int) -> None:
        """Load a model.

        Args:
            data: an ONNX file; kept, as a file may be gone or another one by the time of a fork.
            num_threads: inside a layer, the caller among them; 0 for all processors.

        Raises:
            Exception: not a model that onnxruntime can read; it has a type for every code.
        """
        self._data = data
        self._num_threads = num_threads
        self._lost: list[ort.InferenceSession] = []
        self.started = _start(data, num_threads)
        self._process = os.getpid()

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.float32]]) -> list[Any]:
        """Return the named outputs for the named inputs."""
        if self._process != os.getpid():
            self._lost.append(self.started)  # its end would wait for the threads, too
            self.started = _start(self._data, self._num_threads)
            self._process = os.getpid()
        found: list[Any] = self.started.run(outputs, inputs)
        return found


def _start(data: bytes, num_threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = num_threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    # Threads that spin between the many small layers take processor time from everybody else: with
    # two threads inside a layer, beside other work, a fifth more of it and nearly twice the time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # It warns that inputs with a default are not constants: that is what they are for.
    options.log_severity_level = 3
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
