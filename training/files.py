"""Write files whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a name beside `path`; what is written there takes its place when the block succeeds.

    Raises:
        OSError: it cannot be written, e.g. because the disk is full; nothing is left behind.
    """
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        os.replace(draft, path)
    except OSError as error:
        raise OSError(error.errno, f"cannot write {path}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Write to a temporary file beside `path`, then rename it over `path`.

    Raises:
        OSError: it cannot be written, e.g. because the disk is full; nothing is left behind.
    """
    with replacing(path) as draft:
        draft.write_bytes(content)


def write_picture(path: Path, image: NDArray[np.uint8]) -> None:
    """Write (H, W, 3) uint8 BGR in the kind that the name tells, JPEG with full colour.

    Raises:
        ValueError: OpenCV knows no such kind of picture.
        OSError: it cannot be written; nothing is left behind.
    """
    options = []
    if path.suffix.lower() in {".jpg", ".jpeg"}:
        full_colour = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        options = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, full_colour]
    if not path.suffix or not cv2.haveImageWriter(path.name):
        raise ValueError(f"cannot write {path}: unknown kind of picture, try .jpg or .png")
    done, data = cv2.imencode(path.suffix, image, options)
    if not done:
        raise ValueError(f"cannot write {path}: OpenCV cannot encode it")
    write_whole(path, data.tobytes())
