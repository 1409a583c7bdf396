"""Which images a folder holds, and in which order they were taken."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

SUFFIXES = frozenset(
    ".bmp .jp2 .jpeg .jpg .pbm .pgm .png .ppm .tif .tiff .webp".split()  # noqa: SIM905
)


def list_images(folder: Path) -> list[str]:
    """Find the image files under a folder by the endings of their names.

    Hidden files and folders are left out, links to folders are not followed.

    Returns:
        Names relative to the folder with forward slashes, in the order of their characters.

    Raises:
        OSError: the folder is missing or cannot be read.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder of images")

    def fail(error: OSError) -> None:
        raise error

    names = []
    for root, folders, files in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        here = Path(root).relative_to(folder)
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                names.append((here / name).as_posix())
    return sorted(names)


def sequences(names: Sequence[str]) -> list[list[int]]:
    """Tell which images follow one another: those of one folder, numbers in names as numbers.

    Returns:
        For each folder the positions of its images in `names`, in their order.
    """
    folders: dict[PurePosixPath, list[int]] = {}
    for i, name in enumerate(names):
        folders.setdefault(PurePosixPath(name).parent, []).append(i)
    return [sorted(part, key=lambda i: natural_key(names[i])) for part in folders.values()]


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts frame9 before frame10."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((1, int(p), p) if p.isdigit() and p.isascii() else (0, 0, p) for p in parts)
