"""Files of images to arrays, for programs that go through many of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.jpeg import is_cut_short

_lock = threading.Lock()
_inside = 0
_kept = -1


def decode_image(data: bytes) -> NDArray[np.uint8]:
    """Decode an image file as it lies on the disk, whatever its EXIF orientation says.

    COLMAP, hloc and OpenSfM count pixels in the same way.

    Returns:
        (H, W, 3) uint8 BGR.

    Raises:
        ValueError: empty, cut short, damaged, or of a kind that OpenCV cannot decode.
        cv2.error: refused by OpenCV, for example for its size.
    """
    if not data:
        raise ValueError("an empty file")
    if is_cut_short(data):
        raise ValueError("cut short: the JPEG data has no end")
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    with silent_decoders():
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if image is None:
        raise ValueError("no image, a damaged one, or of a kind that OpenCV cannot decode")
    return np.asarray(image, np.uint8)


@contextmanager
def silent_decoders() -> Iterator[None]:
    """Keep libpng and the other decoders from writing to standard error themselves.

    A broken image is to give one line, the command's own. They write to the file descriptor, so
    replacing sys.stderr would not stop them. Threads may be inside at the same time; the last one
    to leave restores what was there.
    """
    global _inside, _kept  # noqa: PLW0603, the file descriptor is the process's, too
    with _lock:
        if _inside == 0:
            _kept = _silenced()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _kept != -1:
                os.dup2(_kept, 2)
                os.close(_kept)


def _silenced() -> int:
    """Point standard error at nothing; return what it was, or -1 where it is closed."""
    try:
        kept = os.dup(2)
    except OSError:
        return -1
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    return kept
