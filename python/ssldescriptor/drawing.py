"""Draw matched points of two images side by side."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Image = NDArray[np.uint8]

GOOD = (80, 200, 60)
BAD = (50, 50, 230)
GAP = 8
_TO_BGR = {1: cv2.COLOR_GRAY2BGR, 4: cv2.COLOR_BGRA2BGR}


def draw_matches(
    image0: Image,
    points0: ArrayLike,
    image1: Image,
    points1: ArrayLike,
    *,
    good: ArrayLike | None = None,
    max_lines: int = 200,
) -> Image:
    """Return both images side by side with a line for each match: green good, red bad.

    Args:
        image0: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) uint8, gray, BGR or BGRA, shown on the
            left.
        points0: (M, 2) pixels of image0, finite.
        image1: the same for the right.
        points1: (M, 2) pixels of image1, finite, row by row the partners of points0.
        good: (M,) bool; all are good when left out.
        max_lines: draw at most so many, evenly chosen over the rows.

    Returns:
        (max(H0, H1), W0 + gap + W1, 3) uint8 BGR.

    Raises:
        ValueError: the numbers of points or flags differ, a point is not finite, or an image is of
            another type or shape.
    """
    left = np.asarray(points0, dtype=np.float64).reshape(-1, 2)
    right = np.asarray(points1, dtype=np.float64).reshape(-1, 2)
    flags = np.ones(len(left), np.bool_) if good is None else np.asarray(good, np.bool_).ravel()
    if not len(left) == len(right) == len(flags):
        raise ValueError(f"got {len(left)} and {len(right)} points and {len(flags)} flags")
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        raise ValueError("a point is not finite; pixels of the images are wanted")
    canvas, offset = _side_by_side(_colour(image0), _colour(image1))
    count = min(len(left), max_lines)
    chosen = np.linspace(0, len(left) - 1, count).round().astype(int)
    # The bad lines lie below, so that they cannot hide the good ones.
    for row in sorted(chosen, key=lambda index: bool(flags[index])):
        start = _pixel(left[row])
        end = _pixel(right[row] + (offset, 0))
        colour = GOOD if flags[row] else BAD
        cv2.line(canvas, start, end, colour, 1, cv2.LINE_AA)
        cv2.circle(canvas, start, 2, colour, -1, cv2.LINE_AA)
        cv2.circle(canvas, end, 2, colour, -1, cv2.LINE_AA)
    return canvas


def add_caption(image: Image, text: str) -> Image:
    """Return the image with a dark strip above it that bears the text."""
    strip = np.full((26, image.shape[1], 3), 32, np.uint8)
    cv2.putText(strip, text, (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255,) * 3, 1, cv2.LINE_AA)
    return np.vstack([strip, image])


def _colour(image: Image) -> Image:
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise ValueError(
            f"an image is {image.dtype} of shape {image.shape}; uint8 of shape (H, W), (H, W, 1), "
            "(H, W, 3) BGR or (H, W, 4) BGRA is wanted"
        )
    if channels == 3:
        return image
    # cvtColor does not take every stride that numpy can make.
    contiguous = np.ascontiguousarray(image)
    return np.asarray(cv2.cvtColor(contiguous, _TO_BGR[channels]), dtype=np.uint8)


def _side_by_side(image0: Image, image1: Image) -> tuple[Image, int]:
    offset = image0.shape[1] + GAP
    height = max(image0.shape[0], image1.shape[0])
    canvas = np.zeros((height, offset + image1.shape[1], 3), np.uint8)
    canvas[: image0.shape[0], : image0.shape[1]] = image0
    canvas[: image1.shape[0], offset:] = image1
    return canvas, offset


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
