"""Photographs to train on."""

from pathlib import Path

import cv2
import pytest
from skimage import data as photographs


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "coffee", "rocket"):
        cv2.imwrite(str(path / f"{name}.png"), getattr(photographs, name)()[..., ::-1])
    return path
