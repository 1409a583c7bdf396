"""The photographs of the examples, for their tests."""

import importlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

EXAMPLES = Path(__file__).parents[2] / "examples"
Scene = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float64]]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The first scene of the examples: photograph, second view, homography."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("photographs").load_scene()


@pytest.fixture
def folder(tmp_path: Path, scene: Scene) -> Path:
    """A folder with the scene's two photographs as a.png and b.png."""
    cv2.imwrite(str(tmp_path / "a.png"), scene[0])
    cv2.imwrite(str(tmp_path / "b.png"), scene[1])
    return tmp_path
