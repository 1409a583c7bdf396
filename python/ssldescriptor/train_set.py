"""The train descriptors of one call or of several images, searched as one set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.rows import as_array, check_rows, check_same


@dataclass(frozen=True, eq=False)
class TrainSet:
    """Rows of all images, one image after the other.

    Attributes:
        rows: (M, D) float32 or uint8 as the core takes them, or packed by the core.
        counts: Rows of each image.
        dtype: Of the descriptors as the user gave them.
        dim: Their length.
        images: The list that a packed set was made of, or None.
        norm: Of cv2's, the one that it was packed for.
    """

    rows: NDArray[Any] | _core.FloatTrainSet | _core.ByteTrainSet
    counts: tuple[int, ...]
    dtype: np.dtype[Any]
    dim: int
    images: list[Any] | None = None
    norm: int | None = None

    @property
    def num_rows(self) -> int:
        """Rows of all images together."""
        return sum(self.counts)

    def fits(self, query: NDArray[Any]) -> bool:
        """Tell whether a query, as the user gave it, can be compared with the set."""
        return query.dtype == self.dtype and query.shape[1] == self.dim

    def is_of(self, images: list[Any], norm: int) -> bool:
        """Tell whether it was packed of this list; another thread may have changed it meanwhile."""
        return self.images is images and self.norm == norm

    def locate(self, index: NDArray[np.int32]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return (image, row within the image) of rows of the set."""
        ends = np.cumsum(self.counts)
        image = np.searchsorted(ends, index, side="right")
        return image, index - (ends - self.counts)[image]


def norm_name(norm: int) -> str | None:
    """Return what the core calls one of OpenCV's norms; None for bits, which have no other."""
    return {cv2.NORM_L2: "l2", cv2.NORM_L2SQR: "l2_squared"}.get(norm)


def make_train_set(image: object, query: NDArray[Any], norm: int, func: str) -> TrainSet:
    """Take the train descriptors of one call.

    Args:
        image: What the user gave.
        query: (N, D) as the user gave it.
        norm: See check_rows.
        func: The public method that the user called.

    Raises:
        cv2.error: The descriptors are missing, or are not like the query's.
    """
    array = as_array(image, "trainDescriptors", func)
    check_same(query, array, func)
    assert array is not None  # check_same
    if array.size == 0:
        array = array.reshape(0, query.shape[1])
    rows = check_rows(array, "trainDescriptors", norm, func)
    return TrainSet(rows, (len(rows),), query.dtype, query.shape[1])


def pack_train_set(
    images: list[Any], query: NDArray[Any], norm: int, func: str, num_threads: int
) -> TrainSet:
    """Pack the train descriptors of images, for many calls.

    Args:
        images: What the user gave for each image. The set looks at these arrays: they must not
            change while it is used, nor may the list.
        query: (N, D) as the user gave it; the images must be like it.
        norm: See check_rows.
        func: The public method that the user called.
        num_threads: Threads to use; 0 for all.

    Raises:
        cv2.error: An image's descriptors are missing, or are not like the query's.
    """
    singles = [make_train_set(image, query, norm, func) for image in images]
    parts: list[Any] = [single.rows for single in singles]
    counts = tuple(single.num_rows for single in singles)
    name = norm_name(norm)
    if name is None:
        rows: Any = _core.ByteTrainSet(parts, num_threads=num_threads)
    else:
        rows = _core.FloatTrainSet(parts, norm=name, num_threads=num_threads)
    return TrainSet(rows, counts, query.dtype, query.shape[1], images, norm)
