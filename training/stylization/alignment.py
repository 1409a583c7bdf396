"""How far the edges of a stylized copy lie from those of its photograph."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Array = NDArray[np.float64]

BLOCK = 48
REACH = 3
MIN_STRENGTH = 0.7
MIN_SIMILARITY = 0.6


def edge_displacements(original: Image, copy: Image) -> Array:
    """Measure how far edges moved, block by block.

    Each block of the original's edges, which do not care which side is the brighter, is looked
    for in the copy's within 3 px; the peak of the normalised correlation is refined by a parabola
    in x and in y. Where two edges are near each other and only one lost its contrast, a block
    seems to move by some tenths of a pixel: single blocks are rough, their median is not.

    Args:
        original: (H, W, 3) uint8 BGR.
        copy: the same size.

    Returns:
        (N, 2) displacements (x, y) in pixels of the blocks of 48 px that have edges in both
        pictures; blocks without (mean root of the gradient under 0.7, gray levels a pixel, or
        correlation under 0.6) tell nothing and are left out.

    Raises:
        ValueError: the sizes differ.
    """
    if original.shape != copy.shape:
        raise ValueError(f"sizes differ: {original.shape} and {copy.shape}")
    edges, others = _edges(original), _edges(copy)
    found = []
    for y in range(REACH, original.shape[0] - BLOCK - REACH + 1, BLOCK):
        for x in range(REACH, original.shape[1] - BLOCK - REACH + 1, BLOCK):
            block = edges[y : y + BLOCK, x : x + BLOCK]
            around = others[y - REACH : y + BLOCK + REACH, x - REACH : x + BLOCK + REACH]
            if block.mean() < MIN_STRENGTH:
                continue
            similarity = np.asarray(
                cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED), np.float32
            )
            row, column = np.unravel_index(int(similarity.argmax()), similarity.shape)
            if similarity[row, column] < MIN_SIMILARITY:
                continue
            dx = column - REACH + _peak(similarity[row], int(column))
            dy = row - REACH + _peak(similarity[:, column], int(row))
            found.append((dx, dy))
    return np.array(found, np.float64).reshape(-1, 2)


def _edges(image: Image) -> NDArray[np.float32]:
    """Return the root of the gradient magnitude over all channels, so that weak edges count too."""
    # Divided by 8: gray levels a pixel.
    dx, dy = (cv2.Sobel(image, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
    return np.asarray(np.sqrt(np.sqrt((dx * dx + dy * dy).mean(2))), np.float32)


def _peak(values: NDArray[np.float32], at: int) -> float:
    """Return where in -0.5..0.5 a parabola through a maximum and its neighbours peaks."""
    if not 0 < at < len(values) - 1:
        return 0.0
    left, middle, right = (float(v) for v in values[at - 1 : at + 2])
    bend = left - 2 * middle + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0
