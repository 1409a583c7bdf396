"""Which of a cv2.Feature2D method's overloads a call means, and what it hands back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.errors import ASSERTION_FAILED, BAD_ARGUMENT, cv2_error
from ssldescriptor.images import is_list, is_umat
from ssldescriptor.parameters import check_number


class _Unset:
    def __repr__(self) -> str:
        return "<not given>"


UNSET: Final[Any] = _Unset()
"""Default of arguments for which None is a value of its own."""


def choose_form(image: Any, images: Any, func: str) -> tuple[bool, Any]:
    """Tell whether one image was given or a list, by position or by either keyword.

    Returns:
        (is a list, the image or the images).

    Raises:
        cv2.error: Neither or both were given, or `images` is not a sequence.
    """
    if images is UNSET:
        if image is UNSET:
            raise cv2_error(BAD_ARGUMENT, func, "missing required argument 'image' (pos 1)")
        return is_list(image), image
    if image is not UNSET:
        raise cv2_error(BAD_ARGUMENT, func, "both 'image' and 'images' are given; one is wanted")
    if not is_list(images) and not isinstance(images, np.ndarray):
        raise cv2_error(
            BAD_ARGUMENT, func, f"images is of type {type(images).__name__}; a sequence is wanted"
        )
    return True, images


def pair_up(
    images: Sequence[Any], others: Any, name: str, func: str, *, optional: bool = False
) -> list[tuple[Any, Any]]:
    """Pair every image of a list with its mask, keypoints or descriptors.

    Args:
        images: The list of images.
        others: As many masks (or ...); None is an empty list.
        name: What `others` are, for the message.
        func: The public method that the user called.
        optional: Whether an empty list gives every image None.

    Raises:
        cv2.error: The counts differ.
    """
    others = () if others is None else others
    stacked = isinstance(others, np.ndarray) and others.ndim > 2
    if not is_list(others) and not stacked:
        raise cv2_error(
            BAD_ARGUMENT,
            func,
            f"{name} is of type {type(others).__name__}; a sequence with one entry per image is "
            "wanted",
        )
    if optional and len(others) == 0:
        return [(image, None) for image in images]
    if len(others) != len(images):
        raise cv2_error(
            ASSERTION_FAILED,
            func,
            f"{len(images)} images but {len(others)} {name} are given; one per image is wanted",
        )
    return list(zip(images, others, strict=True))


def check_keypoints(keypoints: Any, func: str) -> tuple[cv2.KeyPoint, ...]:
    """Check a sequence of cv2.KeyPoint; None is an empty one.

    Raises:
        cv2.error: Not a sequence, or something else in it.
    """
    if keypoints is None:
        return ()
    is_sized = hasattr(keypoints, "__len__") and isinstance(keypoints, Iterable)
    if not is_sized or isinstance(keypoints, Mapping | Set):  # neither has an order of its own
        raise cv2_error(
            BAD_ARGUMENT,
            func,
            f"keypoints is of type {type(keypoints).__name__}; a sequence of cv2.KeyPoint is "
            "wanted",
        )
    checked = tuple(keypoints)
    for index, keypoint in enumerate(checked):
        if not isinstance(keypoint, cv2.KeyPoint):
            raise cv2_error(
                BAD_ARGUMENT,
                func,
                f"keypoints[{index}] is of type {type(keypoint).__name__}; cv2.KeyPoint is wanted "
                "(cv2.KeyPoint.convert makes keypoints of points)",
            )
    return checked


def check_descriptors(descriptors: Any, func: str) -> None:
    """Check the array that the caller provides for the descriptors, before any work is done.

    Raises:
        cv2.error: Neither None nor a writeable array nor a cv2.UMat.
    """
    if descriptors is None or is_umat(descriptors):
        return
    if not isinstance(descriptors, np.ndarray):
        raise cv2_error(
            BAD_ARGUMENT,
            func,
            f"descriptors is of type {type(descriptors).__name__}; a numpy array is wanted",
        )
    if not descriptors.flags.writeable:
        raise cv2_error(
            BAD_ARGUMENT, func, "descriptors is an output, but the array given is read-only"
        )


def arrays_of_list(descriptors: Any, count: int, func: str) -> Sequence[Any]:
    """Return the arrays that the caller provides for the descriptors of a list of images.

    Args:
        descriptors: A sequence of them, or None. As in OpenCV a wrong number is no error: the
            arrays are left alone then.
        count: The number of images.
        func: The public method that the user called.

    Returns:
        One array, or None, for each image.

    Raises:
        cv2.error: Not a sequence.
    """
    if is_list(descriptors):
        return descriptors if len(descriptors) == count else [None] * count
    if descriptors is not None and not isinstance(descriptors, np.ndarray):
        raise cv2_error(
            BAD_ARGUMENT,
            func,
            f"descriptors is of type {type(descriptors).__name__}; a sequence is wanted",
        )
    return [None] * count


def read_flag(value: Any, name: str, func: str) -> bool:
    """Read a bool as OpenCV's bindings do: numbers count, and None is the default, False.

    Raises:
        cv2.error: Something else.
    """
    try:
        return value is not None and check_number(value, bool, name)
    except TypeError as error:
        raise cv2_error(BAD_ARGUMENT, func, str(error)) from None


def hand_out(rows: NDArray[Any] | None, descriptors: Any, *, as_umat: bool) -> Any:
    """Return descriptors in the array that the caller provided, if it fits, or in their own.

    Args:
        rows: (N, size) descriptors, or None for no keypoints.
        descriptors: None, or an array that is filled and returned when shape and dtype are right.
        as_umat: Return a cv2.UMat, as OpenCV does when any argument is one.
    """
    if as_umat:
        return cv2.UMat() if rows is None else cv2.UMat(rows)  # type: ignore[call-overload]
    if rows is None or descriptors is None:
        return rows
    if descriptors.shape != rows.shape or descriptors.dtype != rows.dtype:
        return rows
    np.copyto(descriptors, rows)
    return descriptors
