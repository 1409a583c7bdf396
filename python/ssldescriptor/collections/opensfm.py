"""Features and matches as OpenSfM keeps them in a project folder."""

from __future__ import annotations

import gzip
import io
import pickle
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.collections.h5 import FeatureFile, ImageFeatures, MatchFile
from ssldescriptor.collections.together import check_together
from ssldescriptor.decoding import decode_image
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.store import write_whole
from ssldescriptor.geometry import estimate

# Every OpenSfM since 2020 reads this version of its files.
FEATURES_VERSION = 1
MAX_ERROR = 3.0


def export_opensfm(features: Path, matches: Path, images: Path, output: Path) -> None:
    """Write features/ and matches/ of an OpenSfM project; `create_tracks` is the next step there.

    OpenSfM takes the matches that it finds in a project for verified ones. Those of a file that
    was made without verification are therefore checked here by a fundamental matrix.

    Args:
        features: made by extract_collection.
        matches: made by match_collection.
        images: the folder of the images; the keypoints' colours are looked up there.
        output: the project folder.

    Raises:
        ValueError: two images have one name once their folders are gone, as in OpenSfM; or features
            and matches do not belong together.
        OSError: a file cannot be read or written.
    """
    for folder in ("features", "matches"):
        (output / folder).mkdir(parents=True, exist_ok=True)
    with FeatureFile(features) as file, MatchFile(matches) as pairs:
        check_together(file, pairs)
        short = base_names(list(file.index()))
        for name in progress(list(short), "OpenSfM features"):
            content = feature_file(file.load(name), decode_image((images / name).read_bytes()))
            write_whole(output / "features" / f"{short[name]}.features.npz", content)
        verified = pairs.facts["verify"] != "none"
        found = {name: list(part) for name, part in groupby(pairs.index(), key=itemgetter(0))}
        # Of every image, also of one that is first in no pair: an older table would be read, too.
        for name in progress(list(short), "OpenSfM matches"):
            first = file.load(name)
            table = {}
            for names in found.get(name, []):
                rows = pairs.load(names)
                if not verified:
                    rows = agreeing(first, file.load(names[1]), rows)
                if len(rows):
                    table[short[names[1]]] = rows.astype(np.int64)
            content = gzip.compress(pickled(table), mtime=0)
            write_whole(output / "matches" / f"{short[name]}_matches.pkl.gz", content)


class _Pickler(pickle.Pickler):
    """Arrays by their numbers: as they are, numpy 1 cannot read what numpy 2 writes."""

    def reducer_override(self, value: Any) -> Any:
        """Return how to make an array of integers anew."""
        if isinstance(value, np.ndarray):
            return np.array, (value.tolist(), str(value.dtype))
        return NotImplemented


def pickled(table: dict[str, NDArray[np.int64]]) -> bytes:
    """Return a table of matches as OpenSfM reads it, with numpy 1 as well as 2."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=4).dump(table)
    return buffer.getvalue()


def base_names(names: list[str]) -> dict[str, str]:
    """Return OpenSfM's names of images: without folders.

    Raises:
        ValueError: two are the same.
    """
    short = {name: PurePosixPath(name).name for name in names}
    owners: dict[str, str] = {}
    for name, base in short.items():
        other = owners.setdefault(base, name)
        if other != name:
            raise ValueError(f"OpenSfM knows images without folders: {other} and {name} are one")
    return short


def feature_file(features: ImageFeatures, image: NDArray[np.uint8]) -> bytes:
    """Return OpenSfM's file of an image's features.

    Args:
        features: of the image.
        image: (H, W, 3) uint8 BGR, as decoded from the file.

    Raises:
        ValueError: the image has another size than the one that the features were made from.
    """
    width, height = features.image_size
    if image.shape[:2] != (height, width):
        raise ValueError(
            f"the features were made from an image of {width} x {height} pixels, this one has "
            f"{image.shape[1]} x {image.shape[0]}"
        )
    points = features.keypoints
    longer = max(width, height)
    # The origin is the image's centre, the unit its longer side.
    places = (points.xy + 0.5 - np.array([width, height]) / 2) / longer
    column, row = np.rint(points.xy).astype(np.intp).T
    colours = image[row.clip(0, height - 1), column.clip(0, width - 1), ::-1]
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        points=np.column_stack([places, points.size / longer, points.angle]).astype(np.float32),
        descriptors=features.descriptors,
        colors=colours,
        OPENSFM_FEATURES_VERSION=np.array(FEATURES_VERSION),
    )
    return buffer.getvalue()


def agreeing(
    first: ImageFeatures, second: ImageFeatures, rows: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Keep the (M, 2) matches that agree with a fundamental matrix."""
    points0, points1 = first.keypoints.xy[rows[:, 0]], second.keypoints.xy[rows[:, 1]]
    _, inliers = estimate(points0, points1, "fundamental", MAX_ERROR)
    return rows[inliers]
