"""Read images named on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.cli.errors import CommandError
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


@contextmanager
def silent_decoders() -> Iterator[None]:
    """Keep libpng and the other decoders from writing to standard error themselves.

    A broken image is to give one line, the command's own. They write to the file descriptor, so
    replacing sys.stderr would not stop them.
    """
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
