"""Reading what create() was given: our own options, and every spelling of OpenCV's features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from ssldescriptor.errors import BAD_ARGUMENT, cv2_error
from ssldescriptor.parameters import PARAMETERS, Value, check_number, check_parameters

DEFAULT_NFEATURES = 2048

OWN_NAMES = (
    "nfeatures",
    "model",
    "detector",
    "descriptor",
    "upright",
    "first_octave",
    "min_distance",
    "num_threads",
)

# Spellings of nfeatures in the features of OpenCV and their wrappers.
COUNT_NAMES = ("nFeatures", "maxFeatures", "max_features", "max_points", "maxPoints", "n_features")

# What follows nfeatures in OpenCV's positional forms.
_SIFT_ORDER = (
    "nOctaveLayers",
    "contrastThreshold",
    "edgeThreshold",
    "sigma",
    "descriptorType",
    "enable_precise_upscale",
)
_ORB_ORDER = (
    "scaleFactor",
    "nlevels",
    "edgeThreshold",
    "firstLevel",
    "WTA_K",
    "scoreType",
    "patchSize",
    "fastThreshold",
)


class CreateArguments(NamedTuple):
    """What create() was given beyond our own keywords.

    Attributes:
        nfeatures: Cap on the number of keypoints; 0 for all.
        descriptor: The form of descriptors asked for by descriptorType, or None.
        parameters: OpenCV's other parameters by name.
    """

    nfeatures: int
    descriptor: str | None
    parameters: dict[str, Value]


def read_arguments(
    nfeatures: object, positional: Sequence[object], keywords: Mapping[str, object]
) -> CreateArguments:
    """Read create()'s arguments as SIFT, ORB, AKAZE, KAZE, BRISK or SURF would take them.

    Args:
        nfeatures: The first argument; None means the default, and 0 or less means all.
        positional: What followed it: in ORB's order if the first is not an integer (scaleFactor)
            or there are more than SIFT takes, else in SIFT's.
        keywords: Every keyword that is not our own.

    Raises:
        cv2.error: An unknown keyword, a value given twice, or a value of the wrong type.
    """
    given = _name_positional(positional)
    for name, value in keywords.items():
        if name not in PARAMETERS and name not in (*COUNT_NAMES, "descriptorType"):
            raise cv2_error(BAD_ARGUMENT, "create", _unknown_keyword(name))
        if name in given:
            raise cv2_error(BAD_ARGUMENT, "create", f"argument '{name}' is given twice")
        given[name] = value
    counts = {name: given.pop(name) for name in COUNT_NAMES if name in given}
    is_default = isinstance(nfeatures, int) and nfeatures == DEFAULT_NFEATURES
    if counts and (len(counts) > 1 or not is_default):
        raise cv2_error(
            BAD_ARGUMENT, "create", f"the number of features is given twice, by {sorted(counts)}"
        )
    count = next(iter(counts.values()), nfeatures)
    try:
        depth = given.pop("descriptorType", None)
        return CreateArguments(read_count(count), _form_of_depth(depth), check_parameters(given))
    except (TypeError, ValueError) as error:
        raise cv2_error(BAD_ARGUMENT, "create", str(error)) from None


def read_count(value: object) -> int:
    """Read a number of features: None is the default, not positive is 0 (all)."""
    if value is None:
        return DEFAULT_NFEATURES
    return max(check_number(value, int, "nfeatures"), 0)


def _name_positional(positional: Sequence[object]) -> dict[str, object]:
    """Give names to what followed nfeatures."""
    is_orb = len(positional) > len(_SIFT_ORDER) or (
        len(positional) > 0 and isinstance(positional[0], float | np.floating)
    )
    order = _ORB_ORDER if is_orb else _SIFT_ORDER
    if len(positional) > len(order):
        raise cv2_error(
            BAD_ARGUMENT,
            "create",
            f"{1 + len(positional)} positional arguments given, at most {1 + len(order)} wanted",
        )
    given = dict(zip(order, positional, strict=False))
    # SIFT has two positional forms: the sixth is descriptorType or already the flag.
    if isinstance(given.get("descriptorType"), bool):
        given["enable_precise_upscale"] = given.pop("descriptorType")
    return given


def _form_of_depth(depth: object) -> str | None:
    """Map SIFT's descriptorType: bytes are our binary form, floats the float form."""
    if depth is None:
        return None
    forms = {cv2.CV_8U: "binary", cv2.CV_32F: "float"}
    form = forms.get(check_number(depth, int, "descriptorType"))
    if form is None:
        raise ValueError(f"descriptorType is {depth}; cv2.CV_8U or cv2.CV_32F is wanted")
    return form


def choose_descriptor(descriptor: str, asked: str | None) -> str:
    """Bring `descriptor` and OpenCV's descriptorType together.

    Args:
        descriptor: As given to create(); "float" is also its default.
        asked: The form that descriptorType means, or None where it is not given.

    Raises:
        ValueError: They contradict one another.
    """
    if asked is None or asked == descriptor or (asked, descriptor) == ("float", "sift"):
        return descriptor
    if (asked, descriptor) == ("binary", "float"):
        return asked
    raise ValueError(f"descriptor={descriptor!r} contradicts the descriptorType of {asked!r}")


def _unknown_keyword(name: str) -> str:
    accepted = sorted((*COUNT_NAMES, *PARAMETERS, "descriptorType"))
    return (
        f"'{name}' is an invalid keyword argument for SSLDescriptor.create(); known: "
        f"{', '.join(OWN_NAMES)}; accepted for OpenCV's sake: {', '.join(accepted)}"
    )
