"""Read place recognition sets: two walks of the same way, or photographs with positions.

Two folders of images hold the database and the queries. Where the names begin with @, they are
@east@north@... in metres, and what was taken within 25 metres is right (Tokyo 24/7 and others, as
VPR-datasets-downloader writes them). Else the numbers in the names count, as in GardensPoint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.sources import MAX_SIDE, ImageSource

RADIUS_M = 25.0


@dataclass(frozen=True)
class PlaceSet:
    """Queries, the database, and for each query the right places in the database."""

    queries: list[ImageSource]
    database: list[ImageSource]
    relevant: list[set[int]]


def read_places(
    root: Path,
    failures: Failures,
    *,
    database: str = "",
    queries: str = "",
    tolerance: int = 2,
    max_side: int = MAX_SIDE,
) -> PlaceSet:
    """Read a set.

    Args:
        root: the folder that holds both folders.
        failures: takes queries that no image of the database answers, and names without a place.
        database: its folder; by default "database", else the first by name.
        queries: its folder; by default "queries", else the second by name.
        tolerance: numbers so far apart are still one place.
        max_side: see ImageSource.

    Raises:
        FileNotFoundError: a folder is missing or has no images.
    """
    folders = sorted(path.name for path in root.iterdir() if path.is_dir())
    if not database and not queries:
        if {"database", "queries"} <= set(folders):
            database, queries = "database", "queries"
        elif len(folders) >= 2:
            database, queries = folders[:2]
    if not (database and queries):
        raise FileNotFoundError(f"a folder of queries and one of the database are wanted in {root}")
    base = list_images(root / database, max_side)
    asked = list_images(root / queries, max_side)
    positions = asked[0].path.name.startswith("@")
    limit = RADIUS_M if positions else float(tolerance)
    base_at, base = _located(base, positions, failures)
    asked_at, asked = _located(asked, positions, failures)
    kept, relevant = [], []
    for image, place in zip(asked, asked_at, strict=True):
        distances = np.linalg.norm(np.reshape(base_at, (len(base), -1)) - place, axis=1)
        right = set(np.flatnonzero(distances <= limit).tolist())
        if right:
            kept.append(image)
            relevant.append(right)
        else:
            failures.add("data", image.name, "the database has no image of this place")
    return PlaceSet(kept, base, relevant)


def list_images(folder: Path, max_side: int = MAX_SIDE) -> list[ImageSource]:
    """List the images in a folder, by name, also in its subfolders.

    Raises:
        FileNotFoundError: no folder, or no images in it.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    images = [path for path in paths if path.suffix and cv2.haveImageWriter(path.name)]
    if not images:
        raise FileNotFoundError(f"no images in {folder}")
    names = [f"{folder.name}/{path.relative_to(folder)}" for path in images]
    return [ImageSource(n, path, max_side) for n, path in zip(names, images, strict=True)]


def _located(
    images: list[ImageSource], positions: bool, failures: Failures
) -> tuple[list[NDArray[np.float64]], list[ImageSource]]:
    places, kept = [], []
    for image in images:
        try:
            places.append(_place(image.path.stem, positions))
            kept.append(image)
        except ValueError as error:
            failures.add("data", image.name, str(error))
    return places, kept


def _place(stem: str, positions: bool) -> NDArray[np.float64]:
    """Return (east, north) in metres, or the last number in the name.

    Raises:
        ValueError: the name does not say.
    """
    if positions:
        parts = stem.split("@")
        try:
            return np.array([float(parts[1]), float(parts[2])])
        except (IndexError, ValueError):
            raise ValueError("the name is not of the form @east@north@...") from None
    numbers = re.findall(r"\d+", stem)
    if not numbers:
        raise ValueError("no number in the name")
    return np.array([float(numbers[-1])])
