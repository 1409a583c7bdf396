"""Folders of photographs: finding, splitting, decoding once into memory."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


def find_images(folders: Sequence[str | Path]) -> list[Path]:
    """List the photographs under the folders, sorted by path.

    Raises:
        FileNotFoundError: a folder does not exist or holds no photograph.
    """
    paths: list[Path] = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise FileNotFoundError(f"--images: no such folder: {folder}")
        found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not found:
            raise FileNotFoundError(
                f"--images: no photograph ({', '.join(sorted(SUFFIXES))}) in {folder}"
            )
        paths += found
    return paths


def split(paths: Sequence[Path], validation_share: float) -> tuple[list[Path], list[Path]]:
    """Split by a hash of the file name: the parts stay the same as photographs are added."""
    limit = int(validation_share * 10_000)
    held_out = [zlib.crc32(p.name.encode()) % 10_000 < limit for p in paths]
    train = [p for p, out in zip(paths, held_out, strict=True) if not out]
    return train, [p for p, out in zip(paths, held_out, strict=True) if out]


def load_image(path: Path, short_side: int) -> NDArray[np.uint8] | None:
    """Decode a photograph to (H, W, 3) uint8 BGR with its short side at most `short_side` px.

    Returns None when the file cannot be decoded or is smaller than 64 px.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None or min(image.shape[:2]) < 64:
        return None
    scale = short_side / min(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8)


def load_images(
    paths: Sequence[Path], short_side: int
) -> tuple[list[NDArray[np.uint8]], list[Path]]:
    """Decode all photographs; the second list names those that could not be used."""
    images, rejected = [], []
    for path in paths:
        image = load_image(path, short_side)
        if image is None:
            rejected.append(path)
        else:
            images.append(image)
    if not images:
        raise ValueError(f"none of the {len(paths)} photographs could be decoded")
    return images, rejected
