"""Read images named on the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.cli.errors import CommandError
from ssldescriptor.decoding import silent_decoders
from ssldescriptor.images import read_image


def read_input(path: Path) -> NDArray[np.uint8]:
    """Return an image file as (H, W, 3) uint8 BGR.

    Raises:
        CommandError: missing, or not an image that OpenCV can decode; names the file.
    """
    try:
        with silent_decoders():
            return read_image(path)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from error
