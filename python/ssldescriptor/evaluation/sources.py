"""An image file and what is done to it before features are looked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ssldescriptor.evaluation.transforms import (
    Image,
    Matrix,
    crop_image,
    limit_size,
    scale_image,
    turn_image,
)
from ssldescriptor.images import read_image

MAX_SIDE = 1600
# Of what is done to an image: a change makes all features anew.
PREPARATION = 2


@dataclass(frozen=True)
class Prepared:
    """An image (H, W, 3) uint8 BGR and the (3, 3) matrix from the file's pixels to its own."""

    image: Image
    matrix: Matrix


@dataclass(frozen=True)
class ImageSource:
    """One image of a data set.

    Attributes:
        name: how reports call it; equal names mean equal images.
        path: the file.
        crop: the part of the file to look at: left, top, right, bottom in pixels; None for all.
        max_side: larger images are then reduced to this many pixels on their longer side.
        scale: then resized by this factor.
        angle_deg: then turned counter-clockwise by this angle on a larger canvas.
    """

    name: str
    path: Path
    max_side: int = MAX_SIDE
    scale: float = 1.0
    angle_deg: float = 0.0
    crop: tuple[float, float, float, float] | None = None

    def read(self) -> Prepared:
        """Read and prepare the image.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no image, too small for the scale, or has nothing in the crop.
        """
        image, matrix = crop_image(read_image(self.path), self.crop)
        image, step = limit_size(image, self.max_side)
        matrix = step @ matrix
        if self.scale != 1:
            image, step = scale_image(image, self.scale)
            matrix = step @ matrix
        if self.angle_deg:
            image, step = turn_image(image, self.angle_deg)
            matrix = step @ matrix
        return Prepared(image, matrix)

    def key(self) -> str:
        """Return what identifies the prepared image: the file's bytes and all that is done to them.

        Raises:
            OSError: the file cannot be read.
        """
        content = hashlib.blake2b(self.path.read_bytes(), digest_size=12).hexdigest()
        steps = self.max_side, self.scale, self.angle_deg, self.crop
        return digest(content, PREPARATION, *steps)


def digest(*parts: object) -> str:
    """Return 24 hexadecimal digits that identify numbers, strings and arrays."""
    state = hashlib.blake2b(digest_size=12)
    for part in parts:
        array = isinstance(part, np.ndarray)
        state.update(np.asarray(part).tobytes() if array else repr(part).encode())
        state.update(b"|")
    return state.hexdigest()
