"""Settings as named fields, the way OpenCV's features write theirs, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ssldescriptor.arguments import COUNT_NAMES, read_count
from ssldescriptor.foreign import detector_name
from ssldescriptor.options import DescriptorOptions
from ssldescriptor.parameters import PARAMETERS, Value, check_number, check_parameters
from ssldescriptor.persistence import Field

NAME = "Feature2D.SSLDescriptor"


def to_fields(options: DescriptorOptions, parameters: Mapping[str, Value]) -> dict[str, Field]:
    """Name every setting; a detector is named only, it cannot be stored."""
    return {
        "name": NAME,
        "nfeatures": options.nfeatures,
        "descriptor": options.descriptor,
        "detector": detector_name(options.detector),
        "model": str(options.features.model),
        "upright": int(options.features.upright),
        "first_octave": options.features.first_octave,
        "min_distance": options.features.min_distance,
        "num_threads": options.features.num_threads,
        **parameters,
    }


def from_fields(
    fields: Mapping[str, Field], options: DescriptorOptions, parameters: Mapping[str, Value]
) -> tuple[DescriptorOptions, dict[str, Value]]:
    """Apply fields of our own or of a feature of OpenCV to settings.

    Args:
        fields: What was read; a setting that is not among them stays as it is.
        options: The settings so far.
        parameters: OpenCV's parameters so far.

    Returns:
        The new settings and parameters.

    Raises:
        TypeError, ValueError: Not the fields of a feature, a wrong value, or another detector than
            that of `options`.
    """
    name = fields.get("name")
    if not isinstance(name, str) or not name.startswith("Feature2D."):
        raise ValueError(f"these are not the settings of a feature: name is {name!r}")
    counts = [fields[key] for key in ("nfeatures", *COUNT_NAMES) if key in fields]
    options = replace(options, nfeatures=read_count([*counts, options.nfeatures][0]))
    stored = {key: fields[key] for key in fields if key in PARAMETERS}
    merged = {**parameters, **check_parameters(stored)}
    return (_apply_own(fields, options) if name == NAME else options), merged


def _apply_own(fields: Mapping[str, Field], options: DescriptorOptions) -> DescriptorOptions:
    """Apply the fields that only our own files have."""
    detector = detector_name(options.detector)
    if fields.get("detector", detector) != detector:
        raise ValueError(
            f"the settings are for detector={fields['detector'] or None!s}, but this object was "
            f"created with detector={detector or None!s}; create it with that detector"
        )
    # Types are checked by the options themselves.
    given: dict[str, Any] = dict(fields)
    features = replace(
        options.features,
        model=given.get("model", options.features.model),
        upright=check_number(given.get("upright", options.features.upright), bool, "upright"),
        first_octave=given.get("first_octave", options.features.first_octave),
        min_distance=given.get("min_distance", options.features.min_distance),
        num_threads=given.get("num_threads", options.features.num_threads),
    )
    descriptor = given.get("descriptor", options.descriptor)
    return replace(options, descriptor=descriptor, features=features)
