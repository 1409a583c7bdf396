"""Parameters that OpenCV's features have and this one does not need: kept, handed back, unused.

Scripts pass them to create(), set them in loops and print them. All of them are accepted, checked
for their type and stored, so that a getter answers what the setter was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import numpy as np

Value = int | float | bool

# Name -> (type, OpenCV's default). Where features share a name, the first one's default is taken;
# patch_cv2() gives that of the feature it replaces.
PARAMETERS: dict[str, tuple[type[Any], Value]] = {
    # SIFT
    "nOctaveLayers": (int, 3),
    "contrastThreshold": (float, 0.04),
    "edgeThreshold": (float, 10.0),
    "sigma": (float, 1.6),
    "enable_precise_upscale": (bool, False),
    # ORB
    "scaleFactor": (float, 1.2),
    "nlevels": (int, 8),
    "firstLevel": (int, 0),
    "WTA_K": (int, 2),
    "scoreType": (int, 0),
    "patchSize": (int, 31),
    "fastThreshold": (int, 20),
    # AKAZE, KAZE, SURF
    "descriptor_type": (int, 5),
    "descriptor_size": (int, 0),
    "descriptor_channels": (int, 3),
    "threshold": (float, 0.001),
    "nOctaves": (int, 4),
    "diffusivity": (int, 1),
    "extended": (bool, False),
    "hessianThreshold": (float, 100.0),
    # BRISK
    "thresh": (int, 30),
    "octaves": (int, 3),
    "patternScale": (float, 1.0),
}

# Floats of SIFT and AKAZE, integers of ORB and BRISK: an integer stays one, so that it can be used
# as a count of pixels.
_FLOAT_OR_INT = ("edgeThreshold", "threshold")

T = TypeVar("T", int, float, bool)


def check_number(value: Any, kind: type[T], name: str) -> T:
    """Convert a number as OpenCV's bindings do, numpy scalars included.

    Raises:
        TypeError: A float or a bool where an integer is wanted, or no number at all.
    """
    is_bool = isinstance(value, bool | np.bool_)
    is_int = isinstance(value, int | np.integer) and not is_bool
    is_float = isinstance(value, float | np.floating)
    fits = {int: is_int, float: is_int or is_float, bool: is_int or is_bool}
    if fits[kind]:
        return kind(value)
    wanted = {int: "an integer", float: "a number", bool: "a bool"}[kind]
    raise TypeError(
        f"argument '{name}' is {value!r} of type {type(value).__name__}; {wanted} is wanted"
    )


def _check_parameter(value: Any, kind: type[T], name: str) -> Value:
    """Do the same as check_number, but leave integers where some features have them."""
    checked = check_number(value, kind, name)
    is_int = name in _FLOAT_OR_INT and isinstance(value, int | np.integer)
    return int(value) if is_int else checked


def check_parameters(given: Mapping[str, object]) -> dict[str, Value]:
    """Check values by name; None means OpenCV's default and is left out."""
    return {
        name: _check_parameter(value, PARAMETERS[name][0], name)
        for name, value in given.items()
        if value is not None
    }


def _accessors(name: str, kind: type[T]) -> tuple[Callable[[Any], T], Callable[..., None]]:
    """Make the getter and the setter of one stored parameter."""

    def getter(self: OpenCVParameters) -> T:
        return cast(T, self._parameters.get(name, PARAMETERS[name][1]))

    def setter(self: OpenCVParameters, value: object = None, /, **keyword: object) -> None:
        if keyword:
            if set(keyword) != {name} or value is not None:
                raise TypeError(f"the one argument is '{name}', got {', '.join(sorted(keyword))}")
            value = keyword[name]
        checked = _check_parameter(value, kind, name)
        # A new dictionary: copies of this object, and threads in the middle of a call, keep theirs.
        self._parameters = {**self._parameters, name: checked}

    getter.__doc__ = f"Return `{name}` as it was set; it does not act."
    setter.__doc__ = f"Store `{name}`; it does not act."
    return getter, setter


class OpenCVParameters:
    """Getters and setters of SIFT, ORB, AKAZE, KAZE, BRISK and SURF that do not act."""

    _parameters: Mapping[str, Value]

    getNOctaveLayers, setNOctaveLayers = _accessors("nOctaveLayers", int)
    getContrastThreshold, setContrastThreshold = _accessors("contrastThreshold", float)
    getEdgeThreshold, setEdgeThreshold = _accessors("edgeThreshold", float)
    getSigma, setSigma = _accessors("sigma", float)
    getScaleFactor, setScaleFactor = _accessors("scaleFactor", float)
    getNLevels, setNLevels = _accessors("nlevels", int)
    getFirstLevel, setFirstLevel = _accessors("firstLevel", int)
    getWTA_K, setWTA_K = _accessors("WTA_K", int)
    getScoreType, setScoreType = _accessors("scoreType", int)
    getPatchSize, setPatchSize = _accessors("patchSize", int)
    getFastThreshold, setFastThreshold = _accessors("fastThreshold", int)
    getDescriptorType, setDescriptorType = _accessors("descriptor_type", int)
    getDescriptorSize, setDescriptorSize = _accessors("descriptor_size", int)
    getDescriptorChannels, setDescriptorChannels = _accessors("descriptor_channels", int)
    getThreshold, setThreshold = _accessors("threshold", float)
    getNOctaves, setNOctaves = _accessors("nOctaves", int)
    getDiffusivity, setDiffusivity = _accessors("diffusivity", int)
    getExtended, setExtended = _accessors("extended", bool)
    getHessianThreshold, setHessianThreshold = _accessors("hessianThreshold", float)
    getOctaves, setOctaves = _accessors("octaves", int)
    getPatternScale, setPatternScale = _accessors("patternScale", float)
