"""Find a photograph's pose by what it sees of a map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor.evaluation.mapping import (
    SEED,
    Camera,
    Points,
    from_rigid,
    import_pycolmap,
    make_camera,
)
from ssldescriptor.evaluation.poses import Pose, rotation_error_deg

# Fewer correspondences determine no pose, or several.
MIN_MATCHES = 4


@dataclass(frozen=True, eq=False)
class Located:
    """What was found of a photograph.

    Attributes:
        pose: from the world; None if there is none.
        num_matches: keypoints that were matched with a point of the map.
        num_inliers: those that agree with the pose.
    """

    pose: Pose | None
    num_matches: int
    num_inliers: int


def observed_points(model: Any, image_id: int) -> NDArray[np.int64]:
    """Return for each keypoint of a map's image the id of its point, or -1 without one."""
    points = model.image(image_id).points2D
    return np.array([p.point3D_id if p.has_point3D() else -1 for p in points], dtype=np.int64)


def map_correspondences(
    model: Any, matches: Iterable[tuple[int, NDArray[np.intp], NDArray[np.intp]]]
) -> tuple[NDArray[np.intp], Points]:
    """Collect which keypoint of a query may be which point of the map.

    Args:
        model: a pycolmap.Reconstruction.
        matches: for images of the map their id, the rows of the query's keypoints that match, and
            row by row those of the image.

    Returns:
        (M,) rows of keypoints and (M, 3) places; each combination once.
    """
    found: set[tuple[int, int]] = set()
    for image_id, rows, others in matches:
        points = observed_points(model, image_id)[others] if len(others) else others
        seen = points >= 0
        found |= set(zip(rows[seen].tolist(), points[seen].tolist(), strict=True))
    ordered = sorted(found)
    places = [model.point3D(point).xyz for _, point in ordered]
    return np.array([row for row, _ in ordered], np.intp), np.reshape(places, (-1, 3))


def locate(points: ArrayLike, places: ArrayLike, camera: Camera, max_error: float) -> Located:
    """Estimate a pose from points and the places that they show.

    Args:
        points: (M, 2) pixels, COLMAP's.
        places: (M, 3) in the world, row by row.
        camera: the photograph's.
        max_error: in pixels.

    Returns:
        See Located.
    """
    pycolmap = import_pycolmap()
    source = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    target = np.asarray(places, dtype=np.float64).reshape(-1, 3)
    if len(source) < MIN_MATCHES:
        return Located(None, len(source), 0)
    options = pycolmap.AbsolutePoseEstimationOptions()
    options.ransac.max_error = max_error
    options.ransac.random_seed = SEED
    made = make_camera(pycolmap, camera, 1)
    result = pycolmap.estimate_and_refine_absolute_pose(source, target, made, options)
    if result is None:
        return Located(None, len(source), 0)
    return Located(from_rigid(result["cam_from_world"]), len(source), int(result["num_inliers"]))


def pose_errors(estimate: Pose, truth: Pose) -> tuple[float, float]:
    """Return the distance of the centres, in units of the world, and the angle in degrees."""
    distance = float(np.linalg.norm(estimate.centre() - truth.centre()))
    return distance, rotation_error_deg(estimate.rotation, truth.rotation)
