"""Descriptor arrays and masks at the OpenCV edge: what cv2.DescriptorMatcher accepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.errors import ASSERTION_FAILED, UNSUPPORTED_FORMAT, cv2_error
from ssldescriptor.images import as_numpy, is_umat

# OpenCV 5 reads a 1-D array as one row, OpenCV 4 as one column.
_ONE_DIMENSION_IS_A_ROW = int(cv2.__version__.split(".")[0]) >= 5


def as_array(descriptors: object, name: str, func: str) -> NDArray[Any] | None:
    """Return an (N, D) array of any dtype, or None where OpenCV sees an empty matrix.

    Args:
        descriptors: A numpy array of any layout, a cv2.UMat, or None.
        name: The parameter, for the message.
        func: The public method that the user called.

    Raises:
        cv2.error: Something else, or an array that is not two-dimensional.
    """
    array = as_numpy(descriptors, name, "a numpy array (N, D)", func)
    if array is None:
        return None
    if array.ndim == 1:
        array = array[None, :] if _ONE_DIMENSION_IS_A_ROW else array[:, None]
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim != 2:
        raise cv2_error(ASSERTION_FAILED, func, f"{name} has shape {array.shape}; (N, D) is wanted")
    return array


def check_rows(array: NDArray[Any], name: str, norm: int, func: str) -> NDArray[Any]:
    """Return descriptors as the core takes them.

    Args:
        array: (N, D), any dtype and strides.
        name: The parameter, for the message.
        norm: cv2.NORM_L2, cv2.NORM_L2SQR or cv2.NORM_HAMMING.
        func: The public method that the user called.

    Returns:
        (N, D) C-contiguous, of the same dtype.

    Raises:
        cv2.error: The dtype is neither float32 nor uint8, or float32 meets NORM_HAMMING.
    """
    if array.dtype not in (np.float32, np.uint8):
        hint = "; convert with .astype(numpy.float32)" if array.dtype.kind == "f" else ""
        raise cv2_error(
            ASSERTION_FAILED,
            func,
            f"{name} is {array.dtype} of shape {array.shape}; type == CV_32F || type == CV_8U, "
            f"that is float32 or uint8, is wanted{hint}",
        )
    if norm == cv2.NORM_HAMMING and array.dtype != np.uint8:
        raise cv2_error(
            UNSUPPORTED_FORMAT,
            func,
            f"{name} is float32, but this matcher was created for bits (cv2.NORM_HAMMING); for "
            "float descriptors change NORM_HAMMING to cv2.NORM_L2 where the matcher is created, or "
            'keep it and describe with SSLDescriptor.create(descriptor="binary")',
        )
    return np.ascontiguousarray(array)


def check_same(query: NDArray[Any], train: NDArray[Any] | None, func: str) -> None:
    """Check that query and train descriptors can be compared.

    Raises:
        cv2.error: They differ in dtype or length, or there is no train array.
    """
    if train is None:
        raise cv2_error(
            ASSERTION_FAILED,
            func,
            "trainDescriptors is None: no features were found in the train image; check for None "
            "before matching",
        )
    if query.dtype != train.dtype:
        raise cv2_error(
            ASSERTION_FAILED,
            func,
            f"queryDescriptors is {query.dtype} but trainDescriptors is {train.dtype}; both must "
            "come from one feature",
        )
    if train.size and query.shape[1] != train.shape[1]:
        raise cv2_error(
            ASSERTION_FAILED,
            func,
            f"queryDescriptors has shape {query.shape} but trainDescriptors {train.shape}; rows of "
            "one length are wanted",
        )


def check_mask(mask: object, shape: tuple[int, int], func: str) -> NDArray[np.uint8] | None:
    """Check a mask of allowed pairs.

    Args:
        mask: uint8 of `shape` or with a third axis of 1, non-zero where a pair is allowed; None or
            an empty array allows all.
        shape: (number of query rows, number of train rows).
        func: The public method that the user called.

    Returns:
        The C-contiguous mask, or None if everything is allowed.

    Raises:
        cv2.error: Another type or shape.
    """
    array = mask.get() if is_umat(mask) else mask
    if array is None or (isinstance(array, np.ndarray) and array.size == 0):
        return None
    if isinstance(array, np.ndarray) and array.shape == (*shape, 1):
        array = array[:, :, 0]
    if not isinstance(array, np.ndarray) or array.dtype != np.uint8 or array.shape != shape:
        what = (
            f"{array.dtype} of shape {array.shape}"
            if isinstance(array, np.ndarray)
            else f"of type {type(array).__name__}"
        )
        raise cv2_error(
            ASSERTION_FAILED,
            func,
            f"the mask is {what}; CV_8UC1, that is uint8, of shape {shape} (query rows, train "
            "rows) is wanted",
        )
    return np.ascontiguousarray(array)


def join_masks(
    masks: Sequence[Any] | None, num_query: int, counts: Sequence[int], func: str
) -> NDArray[np.uint8] | None:
    """Join one mask per train image into one mask.

    Args:
        masks: A sequence with a mask, an empty array or None for each image; None or an empty
            sequence allows all.
        num_query: Rows of the query.
        counts: Train rows of each image.
        func: The public method that the user called.

    Returns:
        (num_query, sum(counts)) uint8, or None if everything is allowed.

    Raises:
        cv2.error: A wrong number of masks, or a wrong mask.
    """
    if masks is None or len(masks) == 0:
        return None
    if len(masks) != len(counts):
        raise cv2_error(
            ASSERTION_FAILED,
            func,
            f"{len(masks)} masks are given for {len(counts)} train images; masks.size() == "
            "imageCount is wanted (train descriptors are given as an array, not as a list)",
        )
    checked = [
        check_mask(mask, (num_query, count), func)
        for mask, count in zip(masks, counts, strict=True)
    ]
    if all(mask is None for mask in checked):
        return None
    parts = [
        np.ones((num_query, count), np.uint8) if mask is None else mask
        for mask, count in zip(checked, counts, strict=True)
    ]
    return np.ascontiguousarray(np.hstack(parts))
