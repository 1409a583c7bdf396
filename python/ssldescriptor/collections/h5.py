"""Features and matches in HDF5 files, laid out as hloc (Sarlin et al., CVPR 2019) reads them.

A file is written from its first to its last byte in one go, in the order of the names and without
times, so that its bytes depend on nothing but its content. It is never changed afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.collections.parts import Arrays
from ssldescriptor.keypoints import Keypoints

FEATURES = ("keypoints", "scores", "sizes", "angles", "descriptors", "image_size", "uncertainty")
"""What is kept of an image; see ImageFeatures. Descriptors are (N, D) here, (D, N) in the file."""

MATCHES = ("matches0", "matching_scores0")
"""What is kept of a pair; see write_matches."""

Facts = Mapping[str, Any]
Self = TypeVar("Self", bound="H5File")


@dataclass(frozen=True, eq=False)
class ImageFeatures:
    """The features of one image.

    Attributes:
        keypoints: in pixels of the file, the centre of a pixel at the integer.
        descriptors: (N, D) float32 or uint8.
        image_size: width and height of the file's image.
    """

    keypoints: Keypoints
    descriptors: NDArray[Any]
    image_size: tuple[int, int]


def import_h5py() -> Any:
    """Import h5py.

    Raises:
        ValueError: it is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise ValueError(
            f"collections need h5py ({error}); get it with: pip install "
            "'ssldescriptor[collections]'"
        ) from error
    return h5py


def write_features(path: Path, facts: Facts, entries: Iterable[tuple[str, str, Arrays]]) -> None:
    """Write a file of features.

    Args:
        path: replaced if it is there.
        facts: what all images have in common, plain data.
        entries: name, key and FEATURES of each image, by name in ascending order.
    """
    with import_h5py().File(path, "w", libver="latest") as file:
        file.attrs["ssldescriptor"] = _to_text(facts)
        for name, key, arrays in entries:
            group = file.create_group(name)
            group.attrs["key"] = key
            for field in FEATURES[:-1]:
                content = arrays[field].T if field == "descriptors" else arrays[field]
                group.create_dataset(field, data=content)
            group["keypoints"].attrs["uncertainty"] = arrays["uncertainty"]


def write_matches(
    path: Path, facts: Facts, entries: Iterable[tuple[tuple[str, str], str, Arrays]]
) -> None:
    """Write a file of matches.

    Args:
        path: replaced if it is there.
        facts: what all pairs have in common, plain data.
        entries: names, key and MATCHES of each pair, by names in ascending order:
            matches0 (N0,) int32, the row of image 1 or -1, and matching_scores0 (N0,) float32.

    Raises:
        ValueError: two pairs have the same name in hloc's way of naming.
    """
    with import_h5py().File(path, "w", libver="latest") as file:
        file.attrs["ssldescriptor"] = _to_text(facts)
        for names, key, arrays in entries:
            place = pair_group(*names)
            if place in file:
                raise ValueError(
                    f"{names[0]} and {names[1]} have the same name as another pair once hloc has "
                    "made '-' of their '/'; rename a folder or an image"
                )
            group = file.create_group(place)
            group.attrs["key"], group.attrs["names"] = key, list(names)
            for field in MATCHES:
                group.create_dataset(field, data=arrays[field])


def pair_group(name0: str, name1: str) -> str:
    """Return how hloc names a pair of images."""
    return f"{name0.replace('/', '-')}/{name1.replace('/', '-')}"


class H5File:
    """A file of this module, open for reading; any number of processes may read it at once.

    Attributes:
        facts: what was written as such.
    """

    facts: dict[str, Any]
    _marker = ""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            OSError: missing, or no HDF5 file.
            ValueError: another program's, or of the other kind.
        """
        h5py = import_h5py()
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}")
        try:
            # No lock is needed: a file that exists is never changed, only replaced.
            self._file: Any = h5py.File(path, "r", locking=False)
        except OSError as error:
            raise OSError(f"{path} is no HDF5 file, or a damaged one: {error}") from error
        text = self._file.attrs.get("ssldescriptor")
        self.facts = json.loads(text) if isinstance(text, str) else {}
        if self.facts.get("content") != self._marker:
            self._file.close()
            raise ValueError(f"{path} holds no {self._marker} that this package wrote")

    def __enter__(self: Self) -> Self:
        """Return the open file."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self._file.close()

    def _groups_with(self, field: str) -> list[Any]:
        """Return the groups that have a dataset of this name, at any depth."""
        found: list[str] = []

        def visit(name: str, node: Any) -> None:
            # A folder of images may be called so, too: that is a group, without a shape.
            if name.endswith(f"/{field}") and hasattr(node, "shape"):
                found.append(name.removesuffix(f"/{field}"))

        self._file.visititems(visit)
        return sorted(found)


class FeatureFile(H5File):
    """Features of images by name."""

    _marker = "features"

    def index(self) -> dict[str, str]:
        """Return what identifies the features of each image, by name in ascending order."""
        return {name: self._file[name].attrs["key"] for name in self._groups_with("keypoints")}

    def arrays(self, name: str) -> Arrays:
        """Return FEATURES of an image, as they were given to write_features."""
        group = self._file[name]
        found = {field: group[field][()] for field in FEATURES[:-1]}
        found["descriptors"] = np.ascontiguousarray(found["descriptors"].T)
        found["uncertainty"] = np.asarray(group["keypoints"].attrs["uncertainty"])
        return found

    def load(self, name: str) -> ImageFeatures:
        """Return the features of an image."""
        found = self.arrays(name)
        keypoints = Keypoints(found["keypoints"], found["sizes"], found["angles"], found["scores"])
        width, height = found["image_size"].tolist()
        return ImageFeatures(keypoints, found["descriptors"], (width, height))

    def descriptors(self, name: str) -> NDArray[Any]:
        """Return the (N, D) descriptors of an image alone."""
        return np.ascontiguousarray(self._file[name]["descriptors"][()].T)


class MatchFile(H5File):
    """Matches of pairs of images by their names."""

    _marker = "matches"

    def index(self) -> dict[tuple[str, str], str]:
        """Return what identifies the matches of each pair, by names in ascending order."""
        found = {}
        for place in self._groups_with("matches0"):
            attributes = self._file[place].attrs
            name0, name1 = (str(name) for name in attributes["names"])
            found[name0, name1] = attributes["key"]
        return dict(sorted(found.items()))

    def arrays(self, names: tuple[str, str]) -> Arrays:
        """Return the arrays of a pair, as they were given to write_matches."""
        group = self._file[pair_group(*names)]
        return {field: group[field][()] for field in MATCHES}

    def load(self, names: tuple[str, str]) -> NDArray[np.int32]:
        """Return the (M, 2) rows of keypoints that match, ascending."""
        matches0 = self.arrays(names)["matches0"]
        rows = np.flatnonzero(matches0 >= 0)
        return np.stack([rows, matches0[rows]], axis=1).astype(np.int32)


def _to_text(facts: Facts) -> str:
    return json.dumps(facts, sort_keys=True)
