"""Images at the OpenCV edge: what is accepted, how it becomes gray, which masks fit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeGuard

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.errors import BAD_ARGUMENT, UNMATCHED_SIZES, cv2_error

_WANTED = "a uint8 image of shape (H, W), (H, W, 1), (H, W, 3) BGR or (H, W, 4) BGRA is wanted"
_TO_GRAY = {3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}


def is_umat(value: object) -> TypeGuard[cv2.UMat]:
    """Tell whether `value` is OpenCV's transparent GPU array."""
    return isinstance(value, cv2.UMat)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Tell whether `value` selects the list-of-images form of a cv2.Feature2D method."""
    if isinstance(value, np.ndarray):
        return value.dtype == object and value.ndim == 1
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def as_numpy(value: object, name: str, wanted: str, func: str) -> NDArray[Any] | None:
    """Return a numpy array or a cv2.UMat as a numpy array, and None as it is.

    Args:
        value: What the user passed.
        name: The parameter, for the message.
        wanted: What it should be, for the message.
        func: The public method that the user called.

    Raises:
        cv2.error: Something else.
    """
    array = value.get() if is_umat(value) else value
    if array is None or isinstance(array, np.ndarray):
        return array
    raise cv2_error(
        BAD_ARGUMENT, func, f"{name} is of type {type(array).__name__}; {wanted} is wanted"
    )


def check_image(image: object, func: str) -> NDArray[np.uint8] | None:
    """Check an image as cv2.SIFT does.

    Args:
        image: What the user passed: a numpy array of any layout, a cv2.UMat, or None.
        func: The public method that the user called.

    Returns:
        The (H, W) or (H, W, C) uint8 array, or None where OpenCV sees an empty image.

    Raises:
        cv2.error: Not an array, not uint8, or not 1, 3 or 4 channels.
    """
    array = as_numpy(image, "image", "a numpy array or a cv2.UMat", func)
    if array is None or array.size == 0:
        return None
    if array.dtype != np.uint8:
        hint = ""
        if array.dtype.kind == "f":
            hint = "; for values in [0, 1] pass (255 * image).astype(numpy.uint8)"
        raise cv2_error(
            BAD_ARGUMENT, func, f"image has depth {array.dtype} (!=CV_8U); {_WANTED}{hint}"
        )
    if array.ndim > 3 or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise cv2_error(BAD_ARGUMENT, func, f"image has shape {array.shape}; {_WANTED}")
    return np.atleast_2d(array)


def to_gray(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert a checked image to gray, bit for bit as cv2.cvtColor does.

    Args:
        image: (H, W) or (H, W, C) uint8 with C = 1, 3 (BGR) or 4 (BGRA), any strides.

    Returns:
        (H, W) uint8, C-contiguous; the input itself where it already is that.
    """
    # cvtColor does not take every stride that numpy can make, for example negative ones.
    image = np.ascontiguousarray(image)
    if image.ndim == 2:
        return image
    if image.shape[2] == 1:
        return image[:, :, 0]
    return np.asarray(cv2.cvtColor(image, _TO_GRAY[image.shape[2]]), dtype=np.uint8)


def check_mask(mask: object, shape: tuple[int, int], func: str) -> NDArray[np.uint8] | None:
    """Check a detection mask against the image it belongs to.

    Args:
        mask: (H, W) or (H, W, 1) uint8, non-zero where keypoints may lie; None or an empty array
            for no mask. A larger mask is cut at the right and the bottom, as cv2 reads it.
        shape: (H, W) of the image.
        func: The public method that the user called.

    Returns:
        (H, W) uint8, C-contiguous, or None for no mask.

    Raises:
        cv2.error: Another type or number of channels, or a mask smaller than the image (which cv2
            itself reads out of bounds).
    """
    array = as_numpy(mask, "mask", "a numpy array, a cv2.UMat or None", func)
    if array is None or array.size == 0:
        return None
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.dtype != np.uint8 or array.ndim > 2:
        raise cv2_error(
            BAD_ARGUMENT,
            func,
            f"mask has incorrect type (!=CV_8UC1): it is {array.dtype} of shape {array.shape}; "
            "a uint8 array of the image's height and width is wanted",
        )
    array = np.atleast_2d(array)
    if array.shape[0] < shape[0] or array.shape[1] < shape[1]:
        raise cv2_error(
            UNMATCHED_SIZES,
            func,
            f"mask has shape {array.shape}, smaller than the image's {shape}; the same height and "
            "width are wanted",
        )
    return np.ascontiguousarray(array[: shape[0], : shape[1]])


def read_image(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Read a photograph from a file, as (H, W, 3) uint8 BGR.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not an image that OpenCV can read.
    """
    path = Path(path)
    # cv2.imread returns None for every kind of failure and warns on stderr; tell them apart here.
    data = path.read_bytes()
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise ValueError(f"{path} is not an image that OpenCV can read ({len(data)} bytes)")
    return np.asarray(image, dtype=np.uint8)
