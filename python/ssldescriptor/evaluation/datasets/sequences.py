"""Read homography sequences in the layout of HPatches.

A sequence is a folder with the images 1.*, 2.*, ... and one text file H_1_k for each further image:
nine numbers, the homography from image 1 to image k with pixel centres at integers. Folder names
begin with their source, up to the second underscore: v_ox_graf comes from v_ox.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """One further view of a sequence: its number, image (H, W, 3) uint8 BGR and (3, 3) H_0to1."""

    index: int
    image: Image
    homography: Matrix


@dataclass(frozen=True)
class Sequence:
    """A folder of views of one plane.

    Attributes:
        folder: where the images and homographies are.
        max_side: larger images are reduced to this many pixels on their longer side.
        turn: turn every further view by an angle that depends on nothing but its name.
    """

    folder: Path
    max_side: int = 1600
    turn: bool = False

    @property
    def name(self) -> str:
        """The folder's name, e.g. v_ox_graf."""
        return self.folder.name

    @property
    def source(self) -> str:
        """The data set it comes from: the name up to the second underscore."""
        return "_".join(self.name.split("_")[:2])

    def reference(self) -> Image:
        """Return image 1, (H, W, 3) uint8 BGR."""
        return limit_size(self._read(1), self.max_side)[0]

    def views(self) -> Iterator[View]:
        """Yield the further views in the order of their numbers."""
        from_original = limit_size(self._read(1), self.max_side)[1]
        for index in sorted(int(path.name.split("_")[-1]) for path in self.folder.glob("H_1_*")):
            image, scale = limit_size(self._read(index), self.max_side)
            homography = np.loadtxt(self.folder / f"H_1_{index}").reshape(3, 3)
            homography = scale @ homography @ np.linalg.inv(from_original)
            if self.turn:
                angle_deg = zlib.crc32(f"{self.name}{index}".encode()) % 360
                image, rotation = turn_image(image, angle_deg)
                homography = rotation @ homography
            yield View(index, image, homography)

    def _read(self, index: int) -> Image:
        for path in sorted(self.folder.glob(f"{index}.*")):
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if image is not None:
                return np.asarray(image, dtype=np.uint8)
        raise FileNotFoundError(f"no readable image {self.folder / str(index)}.*")


def read_sequences(root: str | Path, pattern: str = "*", *, turn: bool = False) -> list[Sequence]:
    """List the sequences under a folder, by name.

    Args:
        root: folder of sequence folders.
        pattern: shell pattern that a sequence's name must match.
        turn: see Sequence.

    Raises:
        FileNotFoundError: no sequence there matches.
    """
    folders = sorted(path.parent for path in Path(root).glob("*/H_1_2"))
    found = [Sequence(folder, turn=turn) for folder in folders if fnmatch(folder.name, pattern)]
    if not found:
        raise FileNotFoundError(
            f"no sequence {pattern!r} (a folder with 1.*, 2.*, H_1_2) in {root}"
        )
    return found


def limit_size(image: Image, max_side: int) -> tuple[Image, Matrix]:
    """Reduce an image so that its longer side is at most max_side pixels.

    Returns:
        The image and the (3, 3) matrix from its old to its new pixels: OpenCV's resize aligns the
        borders of the images, half a pixel outside the first centre.
    """
    scale = max_side / max(image.shape[:2])
    if scale >= 1:
        return image, np.eye(3)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ratio_x = small.shape[1] / image.shape[1]
    ratio_y = small.shape[0] / image.shape[0]
    matrix = [[ratio_x, 0, ratio_x / 2 - 0.5], [0, ratio_y, ratio_y / 2 - 0.5], [0, 0, 1]]
    return np.asarray(small, dtype=np.uint8), np.asarray(matrix)


def turn_image(image: Image, angle_deg: float) -> tuple[Image, Matrix]:
    """Turn an image counter-clockwise about its centre on a canvas that holds all of it.

    Returns:
        The turned image, black outside, and the (3, 3) matrix from old to new pixels.
    """
    height, width = image.shape[:2]
    rotation = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle_deg, 1.0)
    cosine, sine = abs(rotation[0, 0]), abs(rotation[0, 1])
    new_width = int(height * sine + width * cosine)
    new_height = int(height * cosine + width * sine)
    rotation[:, 2] += (new_width - width) / 2, (new_height - height) / 2
    turned = cv2.warpAffine(image, rotation, (new_width, new_height), flags=cv2.INTER_LINEAR)
    return np.asarray(turned, dtype=np.uint8), np.vstack([rotation, [0.0, 0.0, 1.0]])
