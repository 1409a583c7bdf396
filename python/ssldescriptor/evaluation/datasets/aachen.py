"""Read Aachen Day-Night v1.1 as hloc lays it out: photographs, reference model, queries.

Sattler et al., BMVC 2012; Zhang et al., IJCV 2021. See docs/evaluation.md.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from ssldescriptor.evaluation.datasets.pairs import read_pairs
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.mapping import (
    Camera,
    from_rigid,
    import_pycolmap,
    make_camera,
)
from ssldescriptor.evaluation.poses import Pose
from ssldescriptor.evaluation.sources import ImageSource

IMAGES = "images_upright"
MODEL = "3D-models/aachen_v_1_1"
QUERIES = "queries/*_time_queries_with_intrinsics.txt"


@dataclass(frozen=True, eq=False)
class DatabaseImage:
    """A photograph of the map with its camera and its pose from the world."""

    image: ImageSource
    camera: Camera
    pose: Pose


@dataclass(frozen=True, eq=False)
class Aachen:
    """The reference model's photographs by name, the queries, and which are to be matched."""

    database: dict[str, DatabaseImage]
    queries: dict[str, tuple[ImageSource, Camera]]
    map_pairs: list[tuple[str, str]]
    query_pairs: dict[str, list[str]]


def is_aachen(root: Path) -> bool:
    """Tell whether a folder looks like the set, complete or not."""
    return (root / MODEL).is_dir() or (root / IMAGES).is_dir()


def read_aachen(
    root: Path, pairs: Path, max_side: int, num_covisible: int, failures: Failures
) -> Aachen:
    """Read the set.

    Args:
        root: holds images_upright/, 3D-models/aachen_v_1_1/ and queries/.
        pairs: file of pairs "query database".
        max_side: see ImageSource.
        num_covisible: each photograph of the map is matched with so many that see most of its
            points.
        failures: takes lines that do not parse.

    Raises:
        FileNotFoundError: a part of the set is missing; names all that are.
    """
    lists = sorted(root.glob(QUERIES))
    missing = [p for p in (IMAGES, MODEL) if not (root / p).is_dir()]
    missing += [] if lists else [QUERIES]
    if missing:
        raise FileNotFoundError(f"{root} has no {', no '.join(missing)}")
    model = import_pycolmap().Reconstruction(str(root / MODEL))
    images = root / IMAGES
    database = {}
    for number in model.reg_image_ids():
        entry = model.image(number)
        source = ImageSource(entry.name, images / entry.name, max_side)
        pose = from_rigid(entry.cam_from_world())
        database[entry.name] = DatabaseImage(source, _camera(entry.camera), pose)
    queries = {}
    for path in lists:
        for name, camera in _query_cameras(path, failures).items():
            queries[name] = (ImageSource(name, images / name, max_side), camera)
    retrieved = read_pairs(pairs, set(queries), set(database), failures)
    return Aachen(database, queries, covisible_pairs(model, num_covisible), retrieved)


def covisible_pairs(model: Any, count: int) -> list[tuple[str, str]]:
    """List for each photograph of a model the `count` others that share most points with it."""
    shared: dict[int, Counter[int]] = {number: Counter() for number in model.reg_image_ids()}
    for point in model.points3D.values():
        numbers = sorted({element.image_id for element in point.track.elements})
        for i, j in combinations(numbers, 2):
            shared[i][j] += 1
            shared[j][i] += 1
    pairs = set()
    for number, others in shared.items():
        best = sorted(others.items(), key=lambda entry: (-entry[1], entry[0]))[:count]
        pairs |= {(min(number, other), max(number, other)) for other, _ in best}
    return [(model.image(i).name, model.image(j).name) for i, j in sorted(pairs)]


def _camera(camera: Any) -> Camera:
    params = tuple(float(value) for value in camera.params)
    return Camera(camera.model.name, camera.width, camera.height, params)


def _query_cameras(path: Path, failures: Failures) -> dict[str, Camera]:
    """Parse lines "name model width height params..."."""
    pycolmap, cameras = import_pycolmap(), {}
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = text.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            name, model, width, height, *params = words
            camera = Camera(model, int(width), int(height), tuple(map(float, params)))
            make_camera(pycolmap, camera, 1)
        except ValueError as error:
            failures.add("data", f"{path.name}, line {line}", error)
            continue
        cameras[name] = camera
    return cameras
