"""`ssldescriptor info`: what is installed, what it runs on, which model it uses."""

from __future__ import annotations

import argparse
import os
import platform
from typing import Any

import cv2
import numpy as np
import onnxruntime

from ssldescriptor import __version__, _core
from ssldescriptor.runtime import load_model


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser("info", help="print versions, instruction sets and the model")
    parser.add_argument("--model", default="default", metavar="M", help="name or ONNX file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Print one line a fact."""
    for key, value in {**environment(), **model_facts(args.model)}.items():
        print(f"{key + ':':24} {value}")


def environment() -> dict[str, str]:
    """Return versions, instruction sets and threads."""
    build = ", ".join(f"{key} {value}" for key, value in _core.build_config().items())
    return {
        "ssldescriptor": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "onnxruntime": onnxruntime.__version__,
        "core": build,
        "simd level": _core.simd_level(),
        "simd levels available": ", ".join(_core.simd_levels()),
        "processors": str(os.cpu_count()),
        "opencv threads": str(cv2.getNumThreads()),
    }


def model_facts(model: str) -> dict[str, str]:
    """Return where the model lies and what its file says about itself."""
    loaded = load_model(model, 1)
    facts = {"model": model, "model file": str(loaded.path)}
    for key, value in sorted(loaded.metadata.items()):
        # The training configuration takes many lines; it stays in the file.
        if key != "config":
            facts[f"model {key.replace('_', ' ')}"] = value
    return facts
