"""Extractors of the user's own: a function named on the command line."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ssldescriptor.evaluation.extracted import Extractor, Features, Image, checked_features


def plugin_extractor(spec: str, num_keypoints: int) -> tuple[Extractor, dict[str, Any]]:
    """Build an extractor from the user's function.

    The function takes an (H, W, 3) uint8 BGR image and the cap on keypoints, and returns points
    (N, 2) in pixels, the centre of a pixel at the integer, and descriptors (N, D), floats or uint8
    for bits.

    Args:
        spec: "package.module:function" or "path/file.py:function".
        num_keypoints: passed on.

    Returns:
        The extractor, and what identifies it: its file's digest.

    Raises:
        ValueError: no such module, file or function.
    """
    place, _, name = spec.rpartition(":")
    module = _load(place)
    function = getattr(module, name, None)
    if not callable(function):
        raise ValueError(f"method {spec!r}: {place} has no function {name!r}")

    def extract(image: Image) -> Features:
        features = checked_features(*function(image, num_keypoints))
        if len(features.points) > num_keypoints:
            raise ValueError(f"{len(features.points)} points, at most {num_keypoints} are wanted")
        return features

    return extract, {"file": _file_digest(module)}


def _load(place: str) -> ModuleType:
    if not place.endswith(".py"):
        # As `python -m` does, which the installed command does not.
        if "" not in sys.path and str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))
        try:
            return importlib.import_module(place)
        except ImportError as error:
            raise ValueError(f"cannot import {place!r}: {error}") from error
    if not Path(place).is_file():
        raise ValueError(f"no file {place}")
    # Under a name that no package has; dataclasses, for example, look their module up by it.
    name = f"ssldescriptor_extractor_{Path(place).stem}"
    description = importlib.util.spec_from_file_location(name, place)
    assert description is not None
    assert description.loader is not None
    module = importlib.util.module_from_spec(description)
    sys.modules[name] = module
    description.loader.exec_module(module)
    return module


def _file_digest(module: ModuleType) -> str:
    path = getattr(module, "__file__", None)
    return hashlib.blake2b(Path(path).read_bytes(), digest_size=12).hexdigest() if path else ""
