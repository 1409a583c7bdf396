"""Stylized copies of photographs: their names, and reading them beside the photographs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.data.decoding import UnusableError, load_image
from ssldescriptor.training.data.images import Rejected, find_images

COPY_NAME = re.compile(r"(?P<name>.+)\.[a-z0-9]+-\d+\.(jpg|png)")


def copy_name(name: Path, method: str, number: int) -> Path:
    """Return where a copy lies in its folder: `a/b.png` -> `a/b.png.transport-0.jpg`."""
    return name.with_name(f"{name.name}.{method}-{number}.jpg")


def load_copies(
    folder: Path, names: Sequence[Path], images: Sequence[NDArray[np.uint8]], short_side: int
) -> tuple[list[list[NDArray[np.uint8]]], list[Rejected]]:
    """Read the stylized copies of photographs.

    Args:
        folder: made by `ssldescriptor stylize`.
        names: of the photographs, relative to their own folder.
        images: the photographs, (H, W, 3) uint8 BGR.
        short_side: to which they were shrunk, pixels.

    Returns:
        The copies of each photograph, none for some, and the files that cannot be used: damaged,
        or of another size than the photograph, pixel for pixel the same being the point.

    Raises:
        FileNotFoundError: no such folder, or nothing in it.
        ValueError: no photograph has a usable copy.
    """
    files: dict[Path, list[Path]] = {}
    for path in find_images([folder], "data.stylized"):
        if match := COPY_NAME.fullmatch(path.name):
            files.setdefault(path.relative_to(folder).with_name(match["name"]), []).append(path)
    copies: list[list[NDArray[np.uint8]]] = []
    rejected: list[Rejected] = []
    for name, image in zip(names, images, strict=True):
        copies.append([])
        for path in files.get(name, []):
            try:
                copies[-1].append(_load(path, image, short_side))
            except UnusableError as error:
                rejected.append(Rejected(path, str(error)))
    if not any(copies):
        first = f"; {rejected[0]}" if rejected else f", e.g. for {names[0]}"
        raise ValueError(f"data.stylized: no usable copy of the photographs in {folder}{first}")
    return copies, rejected


def _load(path: Path, photo: NDArray[np.uint8], short_side: int) -> NDArray[np.uint8]:
    copy = load_image(path, max(photo.shape))
    if copy.shape != photo.shape:
        given, wanted = (f"{a.shape[1]} x {a.shape[0]} px" for a in (copy, photo))
        raise UnusableError(
            f"{given} where the photograph has {wanted}; stylize into another folder, with "
            f"--short-side {short_side}"
        )
    return copy
