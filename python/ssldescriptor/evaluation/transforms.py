"""Crop, reduce, enlarge and turn images, each with the matrix from old to new pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]


def crop_image(image: Image, box: tuple[float, float, float, float] | None) -> tuple[Image, Matrix]:
    """Cut a part out of an image.

    Args:
        image: (H, W, 3) uint8.
        box: left, top, right, bottom in pixels, rounded to whole ones, the last two exclusive, and
            cut at the image's borders; None for all.

    Returns:
        The part and the (3, 3) matrix from the image's to the part's pixels.

    Raises:
        ValueError: nothing is left.
    """
    if box is None:
        return image, np.eye(3)
    left, top = (max(0, round(value)) for value in box[:2])
    part = image[top : max(0, round(box[3])), left : max(0, round(box[2]))]
    if part.size == 0:
        raise ValueError(f"the box {box} leaves nothing of an image of shape {image.shape}")
    return np.ascontiguousarray(part), np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])


def scale_image(image: Image, scale: float) -> tuple[Image, Matrix]:
    """Change an image's size.

    Args:
        image: (H, W, 3) uint8.
        scale: new size over old size, above 0.

    Returns:
        The image and the (3, 3) matrix from its old to its new pixels: OpenCV's resize aligns the
        borders of the images, half a pixel outside the first centre.

    Raises:
        ValueError: nothing would be left of the image.
    """
    if scale == 1:
        return image, np.eye(3)
    height, width = (round(length * scale) for length in image.shape[:2])
    if min(height, width) < 1:
        raise ValueError(f"an image of shape {image.shape} vanishes at scale {scale}")
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    # By the size, not by the factors: with these OpenCV does not align the lower right borders.
    resized = cv2.resize(image, (width, height), interpolation=way)
    ratio_x, ratio_y = width / image.shape[1], height / image.shape[0]
    matrix = [[ratio_x, 0, ratio_x / 2 - 0.5], [0, ratio_y, ratio_y / 2 - 0.5], [0, 0, 1]]
    return np.asarray(resized, dtype=np.uint8), np.asarray(matrix)


def limit_size(image: Image, max_side: int) -> tuple[Image, Matrix]:
    """Reduce an image so that its longer side is at most max_side pixels.

    Returns:
        The image and the (3, 3) matrix from its old to its new pixels; see scale_image.
    """
    return scale_image(image, min(1.0, max_side / max(image.shape[:2])))


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
