"""Features and matches as numpy's own files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.collections.h5 import FeatureFile, MatchFile
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.store import write_whole


def export_numpy(features: Path, matches: Path | None, output: Path) -> None:
    """Write features/NAME.npz for every image and matches/NAME0.npz for every first image.

    A file of features has what h5.FEATURES names, descriptors as (N, D). A file of matches has an
    (M, 2) int32 array of rows for each second image, by its name.

    Args:
        features: made by extract_collection.
        matches: made by match_collection, or None.
        output: a folder.

    Raises:
        ValueError: features and matches do not belong together.
        OSError: a file cannot be read or written.
    """
    with FeatureFile(features) as file:
        for name in progress(list(file.index()), "numpy features"):
            _save(output / "features" / f"{name}.npz", file.arrays(name))
        if matches is None:
            return
        with MatchFile(matches) as pairs:
            if pairs.facts["features"] != file.facts:
                raise ValueError(f"{matches} was not made from {features}")
            found = [list(part) for _, part in groupby(pairs.index(), key=lambda names: names[0])]
            for part in progress(found, "numpy matches"):
                table = {second: pairs.load((first, second)) for first, second in part}
                _save(output / "matches" / f"{part[0][0]}.npz", table)


def _save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    contents: dict[str, Any] = dict(arrays)
    np.savez(buffer, **contents)
    write_whole(path, buffer.getvalue())
