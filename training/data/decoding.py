"""One photograph from its file to BGR: orientation, bit depth, colour model, size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.jpeg import jpeg_header

MIN_SIDE = 64
MIN_DEVIATION = 2.0
REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4,
           2: cv2.IMREAD_REDUCED_COLOR_2, 1: cv2.IMREAD_COLOR}  # fmt: skip


class UnusableError(ValueError):
    """Why a file is of no use as a photograph; the message is the reason."""


def load_image(path: Path, short_side: int) -> NDArray[np.uint8]:
    """Decode a photograph and shrink it; small ones are not enlarged.

    OpenCV turns it as its EXIF orientation says, scales 16 bits to 8, and brings gray and CMYK to
    BGR. A JPEG file is decoded at 1/2, 1/4 or 1/8 where that is enough, so that 100 megapixels
    take some megabytes; other files take 3 to 6 bytes a pixel for as long as they are decoded.

    Args:
        path: the file.
        short_side: of the result at most, pixels.

    Returns:
        (H, W, 3) uint8 BGR.

    Raises:
        UnusableError: unreadable, damaged, smaller than 64 px, or blank.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnusableError(f"cannot be read: {error.strerror}") from error
    image = _decode(data, short_side)
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise UnusableError(f"{width} x {height} px, at least {MIN_SIDE} both ways needed")
    scale = short_side / min(height, width)
    if scale < 1:
        shrunk = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.asarray(shrunk, np.uint8)
    if cv2.meanStdDev(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))[1].item() < MIN_DEVIATION:
        raise UnusableError("blank: nothing to be seen in it")
    return image


def _decode(data: bytes, short_side: int) -> NDArray[np.uint8]:
    if not data:
        raise UnusableError("an empty file")
    factor = 1
    header = jpeg_header(data)
    if header is not None:
        if data.find(b"\xff\xd9", header.scan) < 0:
            raise UnusableError("cut short: the JPEG data has no end")
        factor = next((f for f in (8, 4, 2) if header.short_side >= f * short_side), 1)
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED[factor])
    except cv2.error as error:
        raise UnusableError(f"OpenCV cannot decode it: {error.err}") from error
    if image is None:
        raise UnusableError("no image, a damaged one, or of a kind that OpenCV cannot decode")
    return np.asarray(image, np.uint8)
