"""What the tests of the evaluation share: small data sets made of one photograph."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

Image = np.ndarray


@pytest.fixture(scope="session")
def photograph() -> Image:
    """A photograph of 300 x 200 pixels, BGR."""
    return cv2.resize(np.ascontiguousarray(data.coffee()[..., ::-1]), (300, 200))


@pytest.fixture
def make_sequence(tmp_path: Path, photograph: Image) -> Callable[[str], Path]:
    """Write sequence NAME of three images, each moved by 6 and 4 pixels against the last."""

    def make(name: str) -> Path:
        folder = tmp_path / "sequences" / name
        folder.mkdir(parents=True)
        for k in (1, 2, 3):
            x, y = 6 * (k - 1), 4 * (k - 1)
            cv2.imwrite(str(folder / f"{k}.png"), photograph[y : y + 180, x : x + 270])
            if k > 1:
                np.savetxt(folder / f"H_1_{k}", [[1, 0, -x], [0, 1, -y], [0, 0, 1]])
        return folder

    return make
