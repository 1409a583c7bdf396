"""Features and matches as numpy's own files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.collections.h5 import FeatureFile, MatchFile
from ssldescriptor.collections.together import check_together
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.store import write_whole


def export_numpy(features: Path, matches: Path | None, output: Path) -> None:
    """Write features/NAME.npz and matches/NAME.npz for every image.

    A file of features has what h5.FEATURES names, descriptors as (N, D). A file of matches has an
    (M, 2) int32 array of rows for each image that was matched as its second, by its name.

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
            check_together(file, pairs)
            found = {name: list(part) for name, part in groupby(pairs.index(), key=itemgetter(0))}
            # Of every image, also of one that is first in no pair: an older file would stay.
            for name in progress(list(file.index()), "numpy matches"):
                table = {second: pairs.load((name, second)) for _, second in found.get(name, [])}
                _save(output / "matches" / f"{name}.npz", table)


def _save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    contents: dict[str, Any] = dict(arrays)
    np.savez(buffer, **contents)
    write_whole(path, buffer.getvalue())
