"""Errors at the OpenCV edge: `cv2.error`, because that is what OpenCV scripts catch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import cv2

P = ParamSpec("P")
R = TypeVar("R")

# The codes of cv::Error that this package uses, with OpenCV's own names for them.
ERROR = -2
BAD_ARGUMENT = -5
OBJECT_NOT_FOUND = -204
UNMATCHED_SIZES = -209
UNSUPPORTED_FORMAT = -210
NOT_IMPLEMENTED = -213
ASSERTION_FAILED = -215

_NAMES = {
    ERROR: "Unspecified error",
    BAD_ARGUMENT: "Bad argument",
    OBJECT_NOT_FOUND: "Requested object was not found",
    UNMATCHED_SIZES: "Sizes of input arguments do not match",
    UNSUPPORTED_FORMAT: "Unsupported format or combination of formats",
    NOT_IMPLEMENTED: "The function/feature is not implemented",
    ASSERTION_FAILED: "Assertion failed",
}


def cv2_error(code: int, func: str, message: str) -> cv2.error:
    """Make a `cv2.error` that reads like OpenCV's own; the caller raises it.

    OpenCV keeps `code`, `func`, `err`, `file`, `line` and `msg` on the class, where they describe
    whatever failed last in C++. Here they are set on the instance and describe this error.

    Args:
        code: One of the codes of this module (negative, as in cv::Error).
        func: The public method that the user called, for example "detectAndCompute".
        message: What was given and what is wanted, in one sentence.

    Returns:
        The exception, not yet raised.
    """
    text = f"SSLDescriptor error: ({code}:{_NAMES[code]}) {message} in function '{func}'\n"
    error = cv2.error(text)
    error.code = code
    error.func = func
    error.err = message
    error.file = ""
    error.line = -1
    error.msg = text
    return error


def overloaded(method: Callable[P, R]) -> Callable[P, R]:
    """Make arguments that are missing, unknown or too many a `cv2.error` instead of a TypeError.

    So does OpenCV in the methods of which it has overloads; scripts catch `cv2.error` alone.
    """
    signature = inspect.signature(method)
    name = method.__name__
    wanted = f"{name}({', '.join(list(signature.parameters)[1:])})"

    @wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise cv2_error(BAD_ARGUMENT, name, f"{error}; {wanted} is wanted") from None
        return method(*args, **kwargs)

    return checked
