"""Score a scene: a map from part of its photographs, the others located in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssldescriptor.evaluation.alignment import aligned_errors
from ssldescriptor.evaluation.datasets.cameras import CameraView
from ssldescriptor.evaluation.localizing import (
    locate,
    map_correspondences,
    pose_errors,
)
from ssldescriptor.evaluation.mapping import (
    MapImage,
    MatchTable,
    colmap_points,
    model_poses,
    pinhole,
    reconstruct,
    statistics,
    triangulate,
)
from ssldescriptor.evaluation.scoring import Scores, UnscorableError
from ssldescriptor.evaluation.store import Stored
from ssldescriptor.evaluation.tasks.matching import match_features

# Distance, in units of the world, and angle in degrees: those of visuallocalization.net, and a
# stricter one.
LIMITS = ((0.05, 1.0), (0.25, 2.0), (0.5, 5.0), (5.0, 10.0))


def score_scene(
    views: Sequence[CameraView],
    stored: Sequence[Stored],
    *,
    map_every: int,
    ratio: float,
    max_error: float,
) -> Scores:
    """Map, localize and reconstruct one scene.

    Args:
        views: its photographs with the true cameras.
        stored: their features.
        map_every: the first of every so many photographs makes the map, the others are located.
        ratio: limit of the ratio test; 1 for no test.
        max_error: of a located photograph's inliers, pixels.

    Returns:
        "queries": for each located photograph name, position and rotation_deg (errors; None without
        a pose), num_matches, num_inliers; "map": statistics of the points triangulated at the true
        poses; "sfm": statistics of a reconstruction from all photographs without true poses, with
        the median error of its camera centres after alignment ("position", None without one).

    Raises:
        UnscorableError: fewer than two photographs for the map, or none to locate.
    """
    known = list(range(0, len(views), map_every))
    asked = [i for i in range(len(views)) if i not in known]
    if len(known) < 2 or not asked:
        raise UnscorableError(f"{len(known)} photographs for the map and {len(asked)} to locate")
    table = match_table(stored, ratio)
    images = [_map_image(view, kept) for view, kept in zip(views, stored, strict=True)]
    place = {image: number for number, image in enumerate(known)}
    part = {(place[i], place[j]): r for (i, j), r in table.items() if {i, j} <= set(known)}
    model = triangulate([images[i] for i in known], part)
    queries = []
    for i in asked:
        seen = []
        for number, other in enumerate(known, 1):
            rows = table[i, other] if i < other else table[other, i][:, ::-1]
            seen.append((number, rows[:, 0], rows[:, 1]))
        chosen, places = map_correspondences(model, seen)
        image = images[i]
        found = locate(image.points[chosen], places, image.camera, max_error)
        errors = (None, None) if found.pose is None else pose_errors(found.pose, views[i].pose)
        query = {"name": image.name, "position": errors[0], "rotation_deg": errors[1]}
        matches = {"num_matches": found.num_matches, "num_inliers": found.num_inliers}
        queries.append(query | matches)
    return {"queries": queries, "map": statistics(model), "sfm": _structure(images, table)}


def match_table(stored: Sequence[Stored], ratio: float) -> MatchTable:
    """Match all pairs of photographs: rows of the first and of the second, (M, 2)."""
    table = {}
    for i, first in enumerate(stored):
        for j in range(i + 1, len(stored)):
            rows = match_features(first.features, stored[j].features, ratio=ratio)
            table[i, j] = np.stack(rows, axis=1)
    return table


def location_scores(queries: Sequence[Scores]) -> dict[str, float | None]:
    """Average over the photographs that were to be located.

    Returns:
        "located": share with a pose; "position" and "rotation_deg": medians, None when more than
        half have no pose; "within_0" ...: shares within both of each of LIMITS; num_queries.
    """
    found = [row for row in queries if row["position"] is not None]
    far = [np.inf] * (len(queries) - len(found))
    means: dict[str, float | None] = {"located": len(found) / len(queries) if queries else 0.0}
    for name in ("position", "rotation_deg"):
        median = float(np.median([row[name] for row in found] + far)) if queries else np.inf
        means[name] = median if np.isfinite(median) else None
    for i, (distance, angle) in enumerate(LIMITS):
        hits = sum(row["position"] <= distance and row["rotation_deg"] <= angle for row in found)
        means[f"within_{i}"] = hits / len(queries) if queries else 0.0
    return means | {"num_queries": len(queries)}


def _structure(images: Sequence[MapImage], table: MatchTable) -> Scores:
    """Reconstruct from matches alone; the true poses only judge the result."""
    model = reconstruct([MapImage(i.name, i.camera, i.points) for i in images], table)
    scores: Scores = {**statistics(model), "position": None}
    if model is not None:
        truth = {image.name: image.pose for image in images if image.pose is not None}
        errors = aligned_errors(model_poses(model), truth)
        scores["position"] = None if errors is None else float(np.median(errors))
    return scores


def _map_image(view: CameraView, stored: Stored) -> MapImage:
    """Put a photograph into COLMAP's pixels; the file's size follows from the prepared image's."""
    height, width = stored.shape
    size = round(width / stored.matrix[0, 0]), round(height / stored.matrix[1, 1])
    camera = pinhole(view.intrinsics, *size)
    return MapImage(view.image.name, camera, colmap_points(stored), view.pose)
