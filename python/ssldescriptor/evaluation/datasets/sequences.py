"""Read homography sequences in the layout of HPatches.

A sequence is a folder with the images 1.*, 2.*, ... and one text file H_1_k for each further image:
nine numbers, the homography from image 1 to image k with pixel centres at integers. Folder names
begin with their source, up to the second underscore: v_ox_graf comes from v_ox. HPatches' own names
have one underscore; their sources are i (illumination) and v (viewpoint).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.sources import MAX_SIDE, ImageSource

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HomographyPair:
    """Image 1 of a sequence, a further image, and the map between them.

    Attributes:
        name: sequence and number, e.g. v_ox_graf/3.
        source: over which pairs scores are averaged.
        image0: image 1 of the sequence.
        image1: the further image.
        homography: (3, 3) H_0to1 between the files' pixels.
    """

    name: str
    source: str
    image0: ImageSource
    image1: ImageSource
    homography: Matrix

    @property
    def truth(self) -> Matrix:
        """All numbers that the scores depend on, beside the images."""
        return self.homography


@dataclass(frozen=True)
class Sequence:
    """A folder of views of one plane.

    Attributes:
        folder: where the images and homographies are.
        max_side: larger images are reduced to this many pixels on their longer side.
    """

    folder: Path
    max_side: int = MAX_SIDE

    @property
    def name(self) -> str:
        """The folder's name, e.g. v_ox_graf."""
        return self.folder.name

    @property
    def source(self) -> str:
        """The data set it comes from; see the module's first lines."""
        parts = self.name.split("_")
        return "_".join(parts[:2]) if len(parts) > 2 else parts[0]

    def image(self, index: int) -> ImageSource:
        """Return image number `index`.

        Raises:
            FileNotFoundError: the folder has none that OpenCV knows.
        """
        paths = sorted(self.folder.glob(f"{index}.*"))
        # A file that is broken is kept: reading it tells what is wrong.
        readable = [path for path in paths if cv2.haveImageReader(str(path))]
        images = [path for path in paths if cv2.haveImageWriter(path.name)]
        for path in [*readable, *images]:
            return ImageSource(f"{self.name}/{index}", path, self.max_side)
        raise FileNotFoundError(f"no image {index}.* in {self.name}")

    def pairs(self, failures: Failures) -> list[HomographyPair]:
        """List the pairs in the order of their numbers; what is missing or broken is noted."""
        try:
            first = self.image(1)
        except FileNotFoundError as error:
            failures.add("data", self.name, error)
            return []
        names = [path.name for path in self.folder.iterdir()]
        found = [re.fullmatch(r"(\d+)\..*|H_1_(\d+)", name) for name in names]
        numbers = {int(match[1] or match[2]) for match in found if match} - {1}
        pairs = []
        for number in sorted(numbers):
            name = f"{self.name}/{number}"
            try:
                homography = read_homography(self.folder / f"H_1_{number}")
                image = self.image(number)
            except (OSError, ValueError) as error:
                failures.add("data", name, error)
                continue
            pairs.append(HomographyPair(name, self.source, first, image, homography))
        return pairs


def turned(pair: HomographyPair) -> HomographyPair:
    """Turn the second image by an angle that depends on nothing but the pair's name."""
    angle_deg = zlib.crc32(pair.name.replace("/", "").encode()) % 360
    name = f"{pair.image1.name} turned by {angle_deg}"
    image = replace(pair.image1, name=name, angle_deg=angle_deg)
    return replace(pair, name=f"{pair.name} turned", image1=image)


def read_homography(path: Path) -> Matrix:
    """Read nine numbers as a (3, 3) matrix.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not nine finite numbers, or a matrix without inverse.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no homography {path.name} in {path.parent.name}")
    try:
        numbers = [float(word) for word in path.read_text().replace(",", " ").split()]
    except ValueError:
        numbers = []
    if len(numbers) != 9 or not np.isfinite(numbers).all():
        raise ValueError(f"{path.parent.name}/{path.name} does not hold nine finite numbers")
    matrix = np.array(numbers).reshape(3, 3)
    if np.linalg.matrix_rank(matrix) < 3:
        raise ValueError(f"{path.parent.name}/{path.name} has no inverse")
    return matrix


def read_sequences(root: str | Path, pattern: str = "*") -> list[Sequence]:
    """List the sequences under a folder, by name.

    Args:
        root: folder of sequence folders.
        pattern: shell pattern that a sequence's name must match.

    Raises:
        FileNotFoundError: no sequence there matches.
    """
    marks = [*Path(root).glob("*/H_1_*"), *Path(root).glob("*/1.*")]
    folders = sorted({path.parent for path in marks})
    found = [Sequence(folder) for folder in folders if fnmatch(folder.name, pattern)]
    if not found:
        raise FileNotFoundError(
            f"no sequence {pattern!r} (a folder with 1.*, 2.*, H_1_2) in {root}"
        )
    return found
