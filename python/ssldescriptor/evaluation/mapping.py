"""Maps of points from matched photographs, made by COLMAP (Schoenberger and Frahm, CVPR 2016).

Needs the package pycolmap. COLMAP counts pixels from the image's corner: the centre of the first
pixel lies at 0.5. Everything in this file keeps to that; see colmap_points for the way there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor.evaluation.metrics import warp_points
from ssldescriptor.evaluation.poses import Pose
from ssldescriptor.evaluation.store import Stored

Points = NDArray[np.float64]
# By the positions of two images, the (M, 2) rows of keypoints that match.
MatchTable = Mapping[tuple[int, int], NDArray[np.intp]]
SEED = 0


@dataclass(frozen=True)
class Camera:
    """A camera model of COLMAP's by name, its image size and parameters in pixels."""

    model: str
    width: int
    height: int
    params: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class MapImage:
    """A photograph of a map.

    Attributes:
        name: unique.
        camera: see Camera.
        points: (N, 2) keypoints in COLMAP's pixels.
        pose: from the world; None where it is to be found.
    """

    name: str
    camera: Camera
    points: Points
    pose: Pose | None = field(default=None)


def import_pycolmap() -> Any:
    """Import pycolmap and let it report errors only.

    Raises:
        ValueError: it is not installed.
    """
    try:
        import pycolmap
    except ImportError as error:
        raise ValueError(
            f"localization needs pycolmap ({error}); get it with: pip install 'ssldescriptor[eval]'"
        ) from error
    pycolmap.logging.minloglevel = pycolmap.logging.FATAL.value
    return pycolmap


def colmap_points(stored: Stored) -> Points:
    """Return an image's keypoints (N, 2) in COLMAP's pixels of the file."""
    return warp_points(stored.features.points, np.linalg.inv(stored.matrix)) + 0.5


def pinhole(intrinsics: ArrayLike, width: int, height: int) -> Camera:
    """Return the camera of (3, 3) intrinsics without skew, pixel centres at integers."""
    matrix = np.asarray(intrinsics, dtype=np.float64)
    centre = matrix[0, 2] + 0.5, matrix[1, 2] + 0.5
    params = matrix[0, 0], matrix[1, 1], *centre
    return Camera("PINHOLE", width, height, tuple(float(value) for value in params))


def triangulate(images: Sequence[MapImage], matches: MatchTable) -> Any:
    """Triangulate the matches between photographs whose poses are known.

    Returns:
        A pycolmap.Reconstruction; image i of the list has the id i + 1.
    """
    pycolmap = import_pycolmap()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "database.db"
        known = _write_database(pycolmap, database, images, matches)
        options = _options(pycolmap, num_threads=-1)
        return pycolmap.triangulate_points(known, database, folder, folder, options=options)


def reconstruct(images: Sequence[MapImage], matches: MatchTable) -> Any | None:
    """Recover poses and points from matches alone; the intrinsics stay as they are.

    Returns:
        The pycolmap.Reconstruction with the most images, or None if nothing could be started.
    """
    pycolmap = import_pycolmap()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "database.db"
        _write_database(pycolmap, database, images, matches)
        # With several threads the same matches give another model at every run.
        options = _options(pycolmap, num_threads=1)
        found = pycolmap.incremental_mapping(database, folder, folder, options=options)
    return max(found.values(), key=lambda model: model.num_reg_images(), default=None)


def statistics(model: Any | None) -> dict[str, float]:
    """Return how many images and points a reconstruction has, and how good they are."""
    if model is None:
        return {"num_images": 0, "num_points": 0, "track_length": 0.0, "reprojection_error": 0.0}
    return {
        "num_images": model.num_reg_images(),
        "num_points": model.num_points3D(),
        "track_length": float(model.compute_mean_track_length()),
        "reprojection_error": float(model.compute_mean_reprojection_error()),
    }


def model_poses(model: Any) -> dict[str, Pose]:
    """Return the poses of a reconstruction's registered images by name."""
    images = (model.image(i) for i in model.reg_image_ids())
    return {image.name: from_rigid(image.cam_from_world()) for image in images}


def from_rigid(rigid: Any) -> Pose:
    """Convert pycolmap.Rigid3d."""
    return Pose(np.asarray(rigid.rotation.matrix()), np.asarray(rigid.translation))


def make_camera(pycolmap: Any, camera: Camera, camera_id: int) -> Any:
    """Convert to pycolmap.Camera.

    Raises:
        ValueError: an unknown model, or another number of parameters than it has.
    """
    size = {"width": camera.width, "height": camera.height}
    try:
        made = pycolmap.Camera(
            model=camera.model, **size, params=list(camera.params), camera_id=camera_id
        )
    except Exception as error:
        raise ValueError(f"camera model {camera.model!r} does not exist") from error
    if not made.verify_params():
        raise ValueError(
            f"camera model {camera.model} does not have {len(camera.params)} parameters"
        )
    made.has_prior_focal_length = True
    return made


def _write_database(
    pycolmap: Any, path: Path, images: Sequence[MapImage], matches: MatchTable
) -> Any:
    """Write COLMAP's database, verify the matches; return the poses as a reconstruction."""
    known = pycolmap.Reconstruction()
    with pycolmap.Database.open(path) as database:
        for number, image in enumerate(images, 1):
            camera = make_camera(pycolmap, image.camera, number)
            known.add_camera_with_trivial_rig(camera)
            made = pycolmap.Image(
                name=image.name, keypoints=image.points, camera_id=number, image_id=number
            )
            if image.pose is None:
                known.add_image_with_trivial_frame(made)
            else:
                matrix = np.column_stack([image.pose.rotation, image.pose.translation])
                known.add_image_with_trivial_frame(made, pycolmap.Rigid3d(matrix))
            database.write_camera(camera, use_camera_id=True)
            database.write_rig(known.rig(number), use_rig_id=True)
            database.write_image(made, use_image_id=True)
            database.write_frame(known.frame(number), use_frame_id=True)
            database.write_keypoints(number, image.points.astype(np.float32))
        for (i, j), rows in matches.items():
            if len(rows):
                database.write_matches(i + 1, j + 1, rows.astype(np.uint32))
    options = pycolmap.TwoViewGeometryOptions()
    options.ransac.random_seed = SEED
    pycolmap.geometric_verification(path, two_view_geometry_options=options)
    return known


def _options(pycolmap: Any, num_threads: int) -> Any:
    pycolmap.set_random_seed(SEED)
    options = pycolmap.IncrementalPipelineOptions()
    options.random_seed = SEED
    options.num_threads = num_threads
    options.min_model_size = 3
    options.extract_colors = False
    options.ba_refine_focal_length = False
    options.ba_refine_extra_params = False
    return options
