"""The train descriptors of several images, searched as one set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.rows import as_array, check_rows, check_same


@dataclass(frozen=True, eq=False)
class TrainSet:
    """Rows of all images, one image after the other.

    Attributes:
        rows: (M, D) float32 or uint8, as the core takes them.
        counts: Rows of each image.
    """

    rows: NDArray[Any]
    counts: tuple[int, ...]

    def locate(self, index: NDArray[np.int32]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return (image, row within the image) of rows of the set."""
        ends = np.cumsum(self.counts)
        image = np.searchsorted(ends, index, side="right")
        return image, index - (ends - self.counts)[image]


def make_train_set(
    images: list[Any], query: NDArray[Any], norm: int, func: str, name: str = "trainDescriptors"
) -> TrainSet:
    """Join the train descriptors of images that fit a query.

    Args:
        images: What the user gave for each image.
        query: (N, D) as the user gave it.
        norm: See check_rows.
        func: The public method that the user called.
        name: The parameter that held the images.

    Raises:
        cv2.error: An image's descriptors are missing, or are not like the query's.
    """
    parts = []
    for image in images:
        array = as_array(image, name, func)
        check_same(query, array, func)
        assert array is not None  # check_same
        if array.size == 0:
            array = array.reshape(0, query.shape[1])
        parts.append(check_rows(array, name, norm, func))
    rows = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return TrainSet(rows, tuple(len(part) for part in parts))
