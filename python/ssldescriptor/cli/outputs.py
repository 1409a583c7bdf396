"""Write output files whole or not at all."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.cli.errors import CommandError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new empty file beside `path` that takes its place when the block succeeds.

    Enter it before the work, so that an unwritable output is reported before time is spent.

    Raises:
        CommandError: the folder is missing or not writable, or `path` is a folder.
    """
    if path.is_dir():
        raise CommandError(f"cannot write {path}: it is a folder")
    draft = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        draft.touch(exist_ok=False)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from error
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def check_image_name(path: Path) -> None:
    """Make sure that OpenCV can write this kind of image.

    Raises:
        CommandError: unknown or missing ending, or a format without colours.
    """
    if not path.suffix or not cv2.haveImageWriter(path.name):
        raise CommandError(f"cannot write {path}: unknown image format {path.suffix!r}, try .png")
    try:  # OpenCV 4.8 raises where later ones return False
        holds_colours, _ = cv2.imencode(path.suffix, np.zeros((1, 1, 3), np.uint8))
    except cv2.error:
        holds_colours = False
    if not holds_colours:
        raise CommandError(f"cannot write {path}: the format holds no colours, try .png")


def write_image(path: Path, image: NDArray[np.uint8]) -> None:
    """Write an image.

    Raises:
        CommandError: OpenCV could not write it.
    """
    if not cv2.imwrite(str(path), image):
        raise CommandError(f"cannot write {path}")


def write_json(path: Path, content: Any) -> None:
    """Write plain data as indented JSON."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
