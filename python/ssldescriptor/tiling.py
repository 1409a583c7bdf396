"""The dense network on images of any size: tiles that overlap by what a pixel can see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.runtime import DenseMaps

FloatArray = NDArray[np.float32]

# A multiple of 32, so that tiles keep the phase of the strides, and more than the reach of the
# deepest layers: results inside a tile equal those of the whole image.
OVERLAP = 192
TILE = 1024


def dense_maps(run: Callable[[FloatArray], DenseMaps], contrast: FloatArray) -> DenseMaps:
    """Run a dense network over (H, W) float32, in tiles where the image is larger than one.

    Memory beyond the maps themselves is bounded by a tile of at most 1408 x 1408.
    """
    height, width = contrast.shape
    if height <= TILE + OVERLAP and width <= TILE + OVERLAP:
        return run(contrast)
    maps = DenseMaps(
        np.empty((height, width), np.float32),
        np.empty((-(-height // 4), -(-width // 4)), np.float32),
    )
    for top, bottom in _spans(height):
        for left, right in _spans(width):
            y, x = max(0, top - OVERLAP), max(0, left - OVERLAP)
            part = run(contrast[y : bottom + OVERLAP, x : right + OVERLAP])
            pairs = ((maps.peak, part.peak, 1), (maps.rank, part.rank, 4))
            for whole, piece, stride in pairs:
                rows = slice(top // stride, -(-bottom // stride))
                columns = slice(left // stride, -(-right // stride))
                inner = piece[..., (top - y) // stride :, (left - x) // stride :]
                target = whole[..., rows, columns]
                target[...] = inner[..., : target.shape[-2], : target.shape[-1]]
    return maps


def _spans(length: int) -> Iterator[tuple[int, int]]:
    for start in range(0, length, TILE):
        yield start, min(start + TILE, length)
