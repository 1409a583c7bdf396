"""Features and matches as a COLMAP database, by pycolmap."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssldescriptor.collections.h5 import FeatureFile, MatchFile
from ssldescriptor.collections.parts import put_in_place
from ssldescriptor.collections.together import check_together
from ssldescriptor.evaluation.mapping import SEED, Camera, import_pycolmap, make_camera
from ssldescriptor.evaluation.progress import progress

CAMERA_MODES = ("auto", "single", "per-folder", "per-image")


@dataclass(frozen=True)
class ColmapCameras:
    """What is known of the cameras.

    Attributes:
        mode: of CAMERA_MODES: which images have one camera; "auto" goes by what EXIF says of them.
        model: a camera model of COLMAP's by name; "" for COLMAP's default.
        params: its parameters with commas, in COLMAP's pixels; "" for a guess from EXIF.
    """

    mode: str = "auto"
    model: str = ""
    params: str = ""

    def __post_init__(self) -> None:
        if self.mode not in CAMERA_MODES:
            raise ValueError(f"camera mode {self.mode!r}; {', '.join(CAMERA_MODES)} are known")
        if self.params and not self.model:
            raise ValueError("parameters of a camera need its model")


def export_colmap(
    features: Path, matches: Path, images: Path, output: Path, cameras: ColmapCameras
) -> None:
    """Write a database that COLMAP's mapper can start from: matches are verified by COLMAP.

    Descriptors stay out of it: COLMAP's own are of another length and kind.

    Args:
        features: made by extract_collection.
        matches: made by match_collection.
        images: the folder of the images; cameras are guessed from their EXIF data.
        output: the database; replaced as a whole.
        cameras: what is known of them.

    Raises:
        ValueError: an image that COLMAP cannot read, a camera that does not exist, features and
            matches that do not belong together, or pycolmap is not installed.
        OSError: a file cannot be read or written.
    """
    pycolmap = import_pycolmap()
    with tempfile.TemporaryDirectory(prefix=".colmap-", dir=output.absolute().parent) as folder:
        draft = Path(folder) / "database.db"
        with FeatureFile(features) as file, MatchFile(matches) as pairs:
            check_together(file, pairs)
            ids = _write_images(pycolmap, draft, images, file, cameras)
            with pycolmap.Database.open(draft) as database:
                for names in progress(list(pairs.index()), "COLMAP matches"):
                    rows = pairs.load(names)
                    if len(rows):
                        first, second = ids[names[0]], ids[names[1]]
                        database.write_matches(first, second, rows.astype(np.uint32))
        options = pycolmap.TwoViewGeometryOptions()
        options.ransac.random_seed = SEED
        pycolmap.geometric_verification(draft, two_view_geometry_options=options)
        # The log of a COLMAP that was killed would be replayed into the new database.
        for ending in ("-wal", "-shm", "-journal"):
            output.with_name(output.name + ending).unlink(missing_ok=True)
        put_in_place(draft, output)


def _write_images(
    pycolmap: Any, draft: Path, images: Path, features: FeatureFile, cameras: ColmapCameras
) -> dict[str, int]:
    """Write images, cameras and keypoints; return the ids of the images by name."""
    names = list(features.index())
    options = _reader_options(pycolmap, cameras)
    mode = getattr(pycolmap.CameraMode, cameras.mode.upper().replace("-", "_"))
    missing = [name for name in names if not (images / name).is_file()]
    if missing:
        raise FileNotFoundError(f"{images} has no image {missing[0]}")
    pycolmap.Database.open(draft).close()  # import_images wants a database that exists
    pycolmap.import_images(draft, images, mode, image_names=names, options=options)
    with pycolmap.Database.open(draft) as database:
        ids = {image.name: image.image_id for image in database.read_all_images()}
        for name in progress(names, "COLMAP keypoints"):
            if name not in ids:
                raise ValueError(f"COLMAP cannot read {images / name}")
            # The centre of COLMAP's first pixel lies at a half.
            points = features.load(name).keypoints.xy + np.float32(0.5)
            database.write_keypoints(ids[name], points)
    return ids


def _reader_options(pycolmap: Any, cameras: ColmapCameras) -> Any:
    """Return pycolmap.ImageReaderOptions; a camera that does not exist is a ValueError."""
    options = pycolmap.ImageReaderOptions()
    if cameras.model:
        if cameras.model not in pycolmap.CameraModelId.__members__:
            raise ValueError(f"camera model {cameras.model!r} does not exist")
        options.camera_model = cameras.model
    if cameras.params:
        params = tuple(float(value) for value in cameras.params.split(","))
        make_camera(pycolmap, Camera(cameras.model, 1, 1, params), 1)
    options.camera_params = cameras.params
    return options
