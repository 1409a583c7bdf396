"""What the processor can do at most, measured on the spot: by peak.cpp, compiled for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("peak.cpp")


def measure_peaks() -> dict[str, float] | None:
    """Return multiply-adds per second of floats, int16 and int8, bytes read per second, in 1e9.

    None if there is no C++ compiler. Of int8 0 where the processor has no VNNI.

    Raises:
        subprocess.CalledProcessError: the compiler refuses the program.
    """
    compiler = os.environ.get("CXX") or shutil.which("c++")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder) / "peak")
        flags = ["-std=c++20", "-O3", "-march=native", "-ffp-contract=fast", "-Wno-psabi"]
        subprocess.run([compiler, *flags, str(SOURCE), "-o", program], check=True)
        done = subprocess.run([program], check=True, capture_output=True, text=True)
    peaks: dict[str, float] = json.loads(done.stdout)
    return peaks


def share_of_peak(size: int, dim: int, cpu_ms: float, gmacs: float) -> float:
    """Return the multiply-adds of size x size x dim in that time over those possible."""
    return size * size * dim / (cpu_ms * 1e6) / gmacs
