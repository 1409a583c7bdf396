"""What the tests of the command line share."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data


@pytest.fixture
def photographs(tmp_path: Path) -> tuple[Path, Path]:
    """A photograph, and the same moved 12 pixels to the left and 7 up, as files."""
    image = np.ascontiguousarray(data.coffee()[..., ::-1])
    paths = tmp_path / "a.png", tmp_path / "b.png"
    cv2.imwrite(str(paths[0]), image[:-7, :-12])
    cv2.imwrite(str(paths[1]), image[7:, 12:])
    return paths
