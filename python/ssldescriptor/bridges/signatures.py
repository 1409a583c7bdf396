"""What OpenCV's features take, and what of it SSLDescriptor.create() is given in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2

from ssldescriptor.arguments import read_count
from ssldescriptor.errors import BAD_ARGUMENT, cv2_error
from ssldescriptor.parameters import PARAMETERS, Value, check_number


@dataclass(frozen=True)
class Signature:
    """One feature of OpenCV.

    Attributes:
        names: Arguments of its create(), in order.
        form: Form of descriptors that stands in for its own.
        count: Which argument caps the number of keypoints, or None.
        default_count: The cap when it is not given; None for SSLDescriptor's own default.
        detects: Whether it finds keypoints, or only describes those of others.
        required: How many of the names have no default in OpenCV.
        defaults: Defaults of stored parameters that are others than PARAMETERS has.
    """

    names: tuple[str, ...]
    form: str
    count: str | None = None
    default_count: int | None = None
    detects: bool = True
    required: int = 0
    defaults: Mapping[str, Value] = field(default_factory=dict)


_SIFT = "nfeatures nOctaveLayers contrastThreshold edgeThreshold sigma descriptorType"
_ORB = "nfeatures scaleFactor nlevels edgeThreshold firstLevel WTA_K scoreType patchSize"
_AKAZE = "descriptor_type descriptor_size descriptor_channels threshold nOctaves nOctaveLayers"
_KAZE = "extended upright threshold nOctaves nOctaveLayers diffusivity"
_SURF = "hessianThreshold nOctaves nOctaveLayers extended upright"
_DISK = "modelPath maxKeypoints scoreThreshold imageSize backendId targetId"
_FREAK = "orientationNormalized scaleNormalized patternScale nOctaves selectedPairs"
_DAISY = "radius q_radius q_theta q_hist norm H interpolation use_orientation"
_VGG = "desc isigma img_normalize use_scale_orientation scale_factor dsc_normalize"


def _detector(
    names: str,
    form: str,
    count: str | None = None,
    default: int | None = None,
    required: int = 0,
    **defaults: Value,
) -> Signature:
    return Signature(
        tuple(names.split()), form, count, default, required=required, defaults=defaults
    )


def _describer(names: str, form: str, required: int = 0) -> Signature:
    return Signature(tuple(names.split()), form, detects=False, required=required)


SIGNATURES: Mapping[str, Signature] = {
    "SIFT": _detector(_SIFT + " enable_precise_upscale", "float", "nfeatures"),
    "ORB": _detector(_ORB + " fastThreshold", "binary", "nfeatures", 500, edgeThreshold=31),
    "AKAZE": _detector(_AKAZE + " diffusivity max_points", "binary", "max_points", nOctaveLayers=4),
    "KAZE": _detector(_KAZE, "float", nOctaveLayers=4),
    "BRISK": _detector("thresh octaves patternScale", "binary", threshold=30),
    "SURF": _detector(_SURF, "float"),
    "DISK": _detector(_DISK, "float", "maxKeypoints", required=1),
    "ALIKED": _detector("modelPath params", "float", required=1),
    "BriefDescriptorExtractor": _describer("bytes use_orientation", "binary"),
    "BEBLID": _describer("scale_factor n_bits", "binary", required=1),
    "TEBLID": _describer("scale_factor n_bits", "binary", required=1),
    "FREAK": _describer(_FREAK, "binary"),
    "LATCH": _describer("bytes rotationInvariance half_ssd_size sigma", "binary"),
    "BoostDesc": _describer("desc use_scale_orientation scale_factor", "binary"),
    "DAISY": _describer(_DAISY, "float"),
    "VGG": _describer(_VGG, "float"),
}
"""The features that patch_cv2() replaces. LUCID is not: its rows are neither L2 nor bit strings."""

# AKAZE's descriptor_type: 2 and 3 are KAZE's float rows, 2 and 4 are not turned.
_AKAZE_FLOAT = (2, 3)
_AKAZE_UPRIGHT = (2, 4)


def bind(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Give every argument of a feature's create() its name.

    Returns:
        The arguments by name; those that are None, OpenCV's way to say default, are left out.

    Raises:
        cv2.error: Too many, unknown, missing or given twice.
    """
    signature = SIGNATURES[name]
    names = signature.names
    if len(args) > len(names):
        message = f"{len(args)} arguments are given, at most {len(names)} are wanted"
        raise cv2_error(BAD_ARGUMENT, f"{name}_create", message)
    # SIFT has two positional forms: the sixth argument is descriptorType or already the flag.
    if name == "SIFT" and len(args) == 6 and isinstance(args[5], bool):
        names = (*names[:5], names[6])
    given = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        if key not in names and key not in signature.names:
            message = f"'{key}' is an invalid keyword argument; known: {', '.join(names)}"
            raise cv2_error(BAD_ARGUMENT, f"{name}_create", message)
        if key in given:
            message = f"argument '{key}' is given by name and by position"
            raise cv2_error(BAD_ARGUMENT, f"{name}_create", message)
        given[key] = value
    for key in names[: signature.required]:
        if key not in given:
            message = f"missing required argument '{key}' (pos {names.index(key) + 1})"
            raise cv2_error(BAD_ARGUMENT, f"{name}_create", message)
    return {key: value for key, value in given.items() if value is not None}


def translate(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the arguments of a feature's create() into those of SSLDescriptor.create().

    The cap on the number of keypoints, `upright`, and SIFT's and AKAZE's descriptor types act.
    Arguments that SSLDescriptor stores for their getters are passed on, all others are dropped.

    Raises:
        cv2.error: Arguments that OpenCV's own create() would refuse, too.
    """
    given = bind(name, args, kwargs)
    signature = SIGNATURES[name]
    ours: dict[str, Any] = {"descriptor": signature.form}
    if signature.count in given:
        ours["nfeatures"] = given[signature.count]
    elif signature.default_count is not None:
        ours["nfeatures"] = signature.default_count
    try:
        if "nfeatures" in ours:
            ours["nfeatures"] = read_count(ours["nfeatures"])
        if "upright" in given:
            ours["upright"] = check_number(given["upright"], bool, "upright")
        kind = check_number(given.get("descriptor_type", 5), int, "descriptor_type")
        depth = check_number(given.get("descriptorType", cv2.CV_32F), int, "descriptorType")
    except TypeError as error:
        raise cv2_error(BAD_ARGUMENT, f"{name}_create", str(error)) from None
    if name == "AKAZE":
        ours["descriptor"] = "float" if kind in _AKAZE_FLOAT else "binary"
        ours["upright"] = kind in _AKAZE_UPRIGHT
    if depth not in (cv2.CV_8U, cv2.CV_32F):
        message = f"descriptorType is {depth}; cv2.CV_8U or cv2.CV_32F is wanted"
        raise cv2_error(BAD_ARGUMENT, f"{name}_create", message)
    if depth == cv2.CV_8U:
        # SIFT's integers as bytes, to be compared by L2; ours are integers, too, but in float32.
        ours["descriptor"] = "sift"
    stored = signature.names if signature.detects else ()
    parameters = {key: given[key] for key in given if key in stored and key in PARAMETERS}
    if name == "BRISK" and "thresh" in given:
        parameters["threshold"] = given["thresh"]  # what getThreshold() gives back
    return {**ours, **signature.defaults, **parameters}
