"""What an evaluation was made with; every result names it."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform

import cv2
import numpy as np
import onnxruntime

from ssldescriptor import __version__, _core


def environment(*packages: str) -> dict[str, str]:
    """Return the date and the versions of what the numbers depend on.

    Args:
        packages: further distributions; those that are not installed are left out.
    """
    versions = {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "ssldescriptor": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "onnxruntime": onnxruntime.__version__,
        "simd": _core.simd_level(),
    }
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
