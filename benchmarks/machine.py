"""Say where and with what a measurement was made; every result file begins with it."""

from __future__ import annotations

import datetime
import os
import platform
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

import ssldescriptor


def environment(command: str) -> dict[str, str | int]:
    """Return date, command, versions and machine."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "command": command,
        "ssldescriptor": ssldescriptor.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "onnxruntime": onnxruntime.__version__,
        "simd": ssldescriptor._core.simd_level(),
        "processor": processor_name(),
        "processors": os.cpu_count() or 1,
    }


def processor_name() -> str:
    """Return the processor's model where Linux tells it, else its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows)) + "\n"


def footnote(made: dict[str, str | int]) -> str:
    """Return one line of Markdown that says how the numbers were made."""
    return (
        f"`{made['command']}`, {made['date']}, {made['processor']} ({made['simd']}), "
        f"OpenCV {made['opencv']}, onnxruntime {made['onnxruntime']}, numpy {made['numpy']}.\n"
    )
