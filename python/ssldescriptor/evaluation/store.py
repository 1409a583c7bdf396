"""Features of images on disk, so that an interrupted run goes on where it stopped.

Every entry is named by what it was made from: the image's bytes, what was done to the image, and
the method with all its settings. A changed image, model or setting therefore never meets old
features, and several tasks share what is already there.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.methods import Features, Method
from ssldescriptor.evaluation.sources import digest


@dataclass(frozen=True)
class Stored:
    """What is kept of an image.

    Attributes:
        features: what the method found.
        shape: (height, width) of the prepared image.
        matrix: (3, 3) from the file's pixels to those of the prepared image.
        key: identifies features and image; see FeatureStore.
    """

    features: Features
    shape: tuple[int, int]
    matrix: NDArray[np.float64]
    key: str


@dataclass
class FeatureStore:
    """A folder of features, one subfolder a method.

    Attributes:
        folder: made when something is saved.
        fresh: ignore what was saved before this object was made.
    """

    folder: Path
    fresh: bool = False
    _written: set[Path] = field(default_factory=set)

    def path(self, method: Method, key: str) -> Path:
        """Return where the features of an image are kept."""
        return self.folder / method.folder / f"{key}.npz"

    def load(self, method: Method, key: str) -> Stored | None:
        """Return what was saved, or None: nothing, or a file that is damaged."""
        path = self.path(method, key)
        if self.fresh and path not in self._written:
            return None
        try:
            # From memory: numpy leaves a damaged file open.
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as table:
                features = Features(table["points"], table["descriptors"])
                height, width = table["shape"].tolist()
                matrix = table["matrix"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return Stored(features, (height, width), matrix, digest(method.folder, key))

    def save(self, method: Method, key: str, stored: Stored) -> None:
        """Save features whole or not at all."""
        path = self.path(method, key)
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            facts = json.dumps(method.facts, indent=1, sort_keys=True)
            write_whole(path.parent / "method.json", facts.encode())
        draft = path.with_name(f".{uuid.uuid4().hex}.npz")
        try:
            np.savez(
                draft,
                points=stored.features.points,
                descriptors=stored.features.descriptors,
                shape=np.array(stored.shape),
                matrix=stored.matrix,
            )
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        self._written.add(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it."""
    draft = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
