"""Folders of photographs: finding, naming, splitting, decoding once into memory."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.data.decoding import UnusableError, load_image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


class Rejected(NamedTuple):
    """A file that is of no use.

    Attributes:
        path: the file.
        reason: why, in words.
    """

    path: Path
    reason: str

    def __str__(self) -> str:
        text = f"{self.path}: {self.reason}"
        return text.encode("utf-8", "backslashreplace").decode()  # a name may be of any bytes


class Photographs(NamedTuple):
    """Decoded photographs.

    Attributes:
        images: (H, W, 3) uint8 BGR each.
        paths: their files, one for each image.
        rejected: the files that could not be used, and why.
    """

    images: list[NDArray[np.uint8]]
    paths: list[Path]
    rejected: list[Rejected]


def find_images(folders: Sequence[str | Path], option: str = "--images") -> list[Path]:
    """List the photographs under the folders, sorted by path.

    Linked folders are searched, too; each real folder once, under its own path where it has one
    there.

    Raises:
        FileNotFoundError: a folder does not exist or holds no photograph; names the option.
    """
    paths: list[Path] = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise FileNotFoundError(f"{option}: no such folder: {folder}")
        found = sorted(p for p in _files(folder) if p.suffix.lower() in SUFFIXES)
        if not found:
            raise FileNotFoundError(
                f"{option}: no photograph ({', '.join(sorted(SUFFIXES))}) in {folder}"
            )
        paths += found
    return paths


def _files(folder: Path) -> Iterator[Path]:
    # Links come after all that is really there, and may lead to more of them.
    entered: set[str] = set()
    waiting = [folder]
    for top in waiting:
        for root, folders, names in os.walk(top):
            real = os.path.realpath(root)
            if real in entered:
                folders.clear()
                continue
            entered.add(real)
            folders.sort()
            yield from (Path(root, name) for name in names)
            waiting += [path for name in folders if (path := Path(root, name)).is_symlink()]


def relative_names(paths: Sequence[Path], folders: Sequence[str | Path]) -> list[Path]:
    """Return the path of each photograph inside the first of the folders that holds it.

    Raises:
        ValueError: two photographs of different folders have the same name there.
    """
    names = []
    owner: dict[Path, Path] = {}
    for path in paths:
        name = next(path.relative_to(f) for f in map(Path, folders) if path.is_relative_to(f))
        if owner.setdefault(name, path) != path:
            raise ValueError(f"{owner[name]} and {path} have the same name within their folders")
        names.append(name)
    return names


def split(paths: Sequence[Path], validation_share: float) -> tuple[list[Path], list[Path]]:
    """Split by a hash of the file name: the parts stay the same as photographs are added."""
    limit = int(validation_share * 10_000)
    held_out = [zlib.crc32(os.fsencode(p.name)) % 10_000 < limit for p in paths]
    train = [p for p, out in zip(paths, held_out, strict=True) if not out]
    return train, [p for p, out in zip(paths, held_out, strict=True) if out]


def load_images(paths: Sequence[Path], short_side: int) -> Photographs:
    """Decode photographs, shrunk to `short_side` px, and say which could not be used and why.

    Raises:
        ValueError: none can be used; gives the first reason.
    """
    loaded = Photographs([], [], [])
    for path in paths:
        try:
            image = load_image(path, short_side)
        except UnusableError as error:
            loaded.rejected.append(Rejected(path, str(error)))
        else:
            loaded.images.append(image)
            loaded.paths.append(path)
    if not loaded.images:
        first = f"; {loaded.rejected[0]}" if loaded.rejected else ""
        raise ValueError(f"none of the {len(paths)} photographs can be used{first}")
    return loaded


def gray_sample(
    paths: Sequence[Path], count: int, short_side: int = 480
) -> list[NDArray[np.uint8]]:
    """Return at most `count` photographs, spread over the paths, as (H, W) uint8 gray.

    Raises:
        ValueError: none of them can be used.
    """
    spread = [paths[i] for i in sorted({i * len(paths) // count for i in range(count)})]
    photos = load_images(spread, short_side)
    return [np.asarray(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY), np.uint8) for p in photos.images]
