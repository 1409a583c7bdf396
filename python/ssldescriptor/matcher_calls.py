"""Which overload of a cv2.DescriptorMatcher method a call means, and its arguments by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any

import cv2
import numpy as np

from ssldescriptor.errors import BAD_ARGUMENT, cv2_error

# Between the descriptors and the mask, each method has its own parameter.
_EXTRA = {"match": (), "knnMatch": ("k",), "radiusMatch": ("maxDistance",)}
_OPTIONAL = {"mask": None, "masks": None, "compactResult": False}


def read_call(func: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Sort the arguments of match, knnMatch or radiusMatch by name.

    OpenCV has two forms of each: `match(queryDescriptors, trainDescriptors[, mask])` and, over the
    train descriptors that were added, `match(queryDescriptors[, masks])`. The second argument
    tells them apart: a number, a list or a tuple is not a descriptor array.

    Args:
        func: "match", "knnMatch" or "radiusMatch".
        args: As the user gave them.
        kwargs: As the user gave them.

    Returns:
        All parameters of the form; there is a "trainDescriptors" among them only in the first.

    Raises:
        cv2.error: Too many, unknown, doubled or missing arguments, or masks that are none.
    """
    second_is_array = len(args) > 1 and not isinstance(args[1], list | tuple | Number)
    pair = second_is_array or "trainDescriptors" in kwargs
    compact = () if func == "match" else ("compactResult",)
    if pair:
        names = ("queryDescriptors", "trainDescriptors", *_EXTRA[func], "mask", *compact)
    else:
        names = ("queryDescriptors", *_EXTRA[func], "masks", *compact)
    wanted = f"{func}({', '.join(names)})"
    if len(args) > len(names):
        raise cv2_error(
            BAD_ARGUMENT, func, f"{len(args)} positional arguments are given; {wanted} is wanted"
        )
    given = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in names:
            raise cv2_error(
                BAD_ARGUMENT, func, f"'{name}' is an invalid keyword argument; {wanted} is wanted"
            )
        if name in given:
            raise cv2_error(BAD_ARGUMENT, func, f"'{name}' is given by name and position")
        given[name] = value
    for position, name in enumerate(names, 1):
        if name in _OPTIONAL:
            given.setdefault(name, _OPTIONAL[name])
        elif name not in given:
            message = f"missing required argument '{name}' (pos {position}); {wanted} is wanted"
            raise cv2_error(BAD_ARGUMENT, func, message)
    if not pair:
        _check_masks(given["masks"], func)
    return given


def _check_masks(masks: Any, func: str) -> None:
    """Refuse what is no list of masks, above all train descriptors that came as a list.

    That must not wait for the train images: where none were added, nothing is searched.
    """
    if masks is None:
        return
    is_list = isinstance(masks, Sequence | np.ndarray) and not isinstance(masks, str | bytes)
    given = masks if is_list else [masks]
    arrays = [m is None or isinstance(m, np.ndarray | cv2.UMat) for m in given]
    if not is_list or not all(arrays):
        wrong = given[arrays.index(False)]
        raise cv2_error(
            BAD_ARGUMENT,
            func,
            f"masks holds {type(wrong).__name__}; a list with one mask per train image is "
            "wanted (train descriptors are given as an array, not as a list)",
        )


def read_count(k: Any, func: str) -> int:
    """Return `k` as an int of any sign: OpenCV looks at the sign only if there is work to do.

    Raises:
        cv2.error: Not an integer.
    """
    if k is None or isinstance(k, bool) or not hasattr(k, "__index__"):
        raise cv2_error(BAD_ARGUMENT, func, f"k is {k!r}; a positive integer is wanted")
    return int(k)


def read_distance(distance: Any, func: str) -> float:
    """Return `distance` as a float.

    Raises:
        cv2.error: Not a number.
    """
    try:
        if isinstance(distance, str | bytes):  # which float() would parse
            raise TypeError
        return float(distance)
    except (TypeError, ValueError) as error:
        message = f"maxDistance is {distance!r}; a positive number is wanted"
        raise cv2_error(BAD_ARGUMENT, func, message) from error
