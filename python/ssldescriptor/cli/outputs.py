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
from ssldescriptor.decoding import silent_decoders


def check_output(path: Path, *inputs: Path | None) -> None:
    """Make sure before the work that the output can be written, and is none of the inputs.

    Raises:
        CommandError: it is a folder or an input, or its folder is missing.
    """
    if any(given is not None and given.resolve() == path.resolve() for given in inputs):
        raise CommandError(f"{path} is an input: it would be overwritten")
    if path.is_dir():
        raise CommandError(f"cannot write {path}: it is a folder")
    if not path.absolute().parent.is_dir():
        raise CommandError(f"cannot write {path}: there is no folder {path.absolute().parent}")


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
    # OpenCV is asked about the ending alone: it crashes on names that are not UTF-8.
    ending = path.suffix
    if not ending or not ending.isascii() or not cv2.haveImageWriter(ending):
        raise CommandError(f"cannot write {path}: unknown image format {ending!r}, try .png")
    try:  # OpenCV 4.8 raises where later ones return False
        holds_colours, _ = cv2.imencode(ending, np.zeros((1, 1, 3), np.uint8))
    except cv2.error:
        holds_colours = False
    if not holds_colours:
        raise CommandError(f"cannot write {path}: the format holds no colours, try .png")


def write_image(draft: Path, image: NDArray[np.uint8], path: Path) -> None:
    """Write an image in the format that `path` names.

    Args:
        draft: the file to write.
        image: (H, W, 3) uint8 BGR.
        path: whose place the draft takes; errors name it.

    Raises:
        CommandError: the format does not hold an image of this size, or the disk is full.
    """
    try:
        with silent_decoders():
            encoded, content = cv2.imencode(path.suffix, image)
    except cv2.error:
        encoded = False
    if not encoded:
        size = f"{image.shape[1]} x {image.shape[0]} pixels"
        raise CommandError(f"cannot write {path}: {path.suffix} does not hold {size}, try .png")
    try:
        draft.write_bytes(content.tobytes())
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from error


def write_json(path: Path, content: Any) -> None:
    """Write plain data as indented JSON."""
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
