"""Locate Aachen's queries in a map of its photographs, made anew from a method's own features."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssldescriptor.evaluation.datasets.aachen import Aachen, DatabaseImage
from ssldescriptor.evaluation.extraction import Extraction
from ssldescriptor.evaluation.localizing import Located, locate, map_correspondences
from ssldescriptor.evaluation.mapping import (
    MapImage,
    colmap_points,
    import_pycolmap,
    triangulate,
)
from ssldescriptor.evaluation.methods import Method
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.sources import digest
from ssldescriptor.evaluation.store import Stored
from ssldescriptor.evaluation.tasks.matching import match_features


@dataclass(frozen=True, eq=False)
class PhotoMap:
    """A map and what it was made from.

    Attributes:
        model: a pycolmap.Reconstruction; image i of `names` has the id i + 1.
        names: its photographs.
        views: their features.
        key: identifies all of it.
    """

    model: Any
    names: list[str]
    views: dict[str, Stored]
    key: str


def make_map(
    data: Aachen, method: Method, extraction: Extraction, ratio: float, folder: Path
) -> PhotoMap:
    """Triangulate a method's matches at the true poses, or take the map that lies on disk.

    Args:
        data: the set; photographs that could not be read are left out.
        method: whose features were extracted.
        extraction: where they are.
        ratio: limit of the ratio test.
        folder: where maps are kept.
    """
    found = {name: extraction.get(method, e.image) for name, e in data.database.items()}
    views = {name: view for name, view in sorted(found.items()) if view is not None}
    names = list(views)
    pairs = [pair for pair in data.map_pairs if pair[0] in views and pair[1] in views]
    entries = [data.database[name] for name in names]
    poses = [np.column_stack([e.pose.rotation, e.pose.translation]) for e in entries]
    cameras = [entry.camera for entry in entries]
    key = digest(
        names, pairs, cameras, np.array(poses), [view.key for view in views.values()], ratio
    )
    place = folder / f"{method.folder}-{key[:10]}"
    if place.is_dir() and not extraction.store.fresh:
        model = import_pycolmap().Reconstruction(str(place))
    else:
        model = _triangulate(entries, names, views, pairs, ratio)
        _write(model, place)
    return PhotoMap(model, names, views, key)


def locate_query(
    photo_map: PhotoMap, query: Stored, camera: Any, others: list[str], ratio: float, limit: float
) -> Located:
    """Match a query with photographs of the map and estimate its pose.

    Args:
        photo_map: see make_map.
        query: the query's features.
        camera: its Camera.
        others: names of photographs; those outside the map are passed over.
        ratio: limit of the ratio test.
        limit: error of an inlier, pixels.
    """
    numbers = {name: number for number, name in enumerate(photo_map.names, 1)}
    seen = [
        (
            numbers[other],
            *match_features(query.features, photo_map.views[other].features, ratio=ratio),
        )
        for other in others
        if other in numbers
    ]
    rows, places = map_correspondences(photo_map.model, seen)
    return locate(colmap_points(query)[rows], places, camera, limit)


def _triangulate(
    entries: list[DatabaseImage],
    names: list[str],
    views: dict[str, Stored],
    pairs: list[tuple[str, str]],
    ratio: float,
) -> Any:
    images = [
        MapImage(name, entry.camera, colmap_points(views[name]), entry.pose)
        for name, entry in zip(names, entries, strict=True)
    ]
    place = {name: number for number, name in enumerate(names)}
    table = {}
    for pair in progress(pairs, "matches of the map"):
        first, second = sorted(pair, key=lambda name: place[name])
        rows = match_features(views[first].features, views[second].features, ratio=ratio)
        table[place[first], place[second]] = np.stack(rows, axis=1)
    return triangulate(images, table)


def _write(model: Any, place: Path) -> None:
    """Write a map under a temporary name and rename it."""
    draft = place.with_name(f".{uuid.uuid4().hex}")
    draft.mkdir(parents=True)
    try:
        model.write(str(draft))
        shutil.rmtree(place, ignore_errors=True)
        draft.replace(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
