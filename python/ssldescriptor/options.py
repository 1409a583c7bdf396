"""Options of the package's parts: frozen, documented, checked when they are made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2

from ssldescriptor.foreign import Detector
from ssldescriptor.formats import NAMES
from ssldescriptor.parameters import check_number

FIRST_OCTAVES = range(-1, 3)


def _check_num_threads(num_threads: object) -> None:
    """Check a number of threads; 0 is all."""
    if isinstance(num_threads, bool) or not isinstance(num_threads, int):
        raise TypeError(f"num_threads is {num_threads!r}; an integer is wanted")
    if num_threads < 0:
        raise ValueError(f"num_threads is {num_threads}; 0 (all) or more is wanted")


# --- features ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class FeatureOptions:
    """What a FeatureExtractor is made of.

    Attributes:
        model: Name of a model that the package brings, or path of an ONNX file.
        upright: Ignore angles, for images that are never turned.
        num_threads: Threads to use; 0 for all.
        first_octave: Own keypoints are looked for from the image shrunk by 2**first_octave on.
        min_distance: Own keypoints nearer than this to a better one are left out; pixels.
    """

    model: str | Path = "default"
    upright: bool = False
    num_threads: int = 0
    first_octave: int = 0
    min_distance: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.model, str | Path):
            raise TypeError(f"model is {self.model!r}; a name or a path is wanted")
        check_number(self.upright, bool, "upright")
        _check_num_threads(self.num_threads)
        if isinstance(self.first_octave, bool) or not isinstance(self.first_octave, int):
            raise TypeError(f"first_octave is {self.first_octave!r}; an integer is wanted")
        if self.first_octave not in FIRST_OCTAVES:
            known = ", ".join(map(str, FIRST_OCTAVES))
            raise ValueError(f"first_octave is {self.first_octave}; one of {known} is wanted")
        if isinstance(self.min_distance, bool) or not isinstance(self.min_distance, int | float):
            raise TypeError(f"min_distance is {self.min_distance!r}; a number of pixels is wanted")
        if not 0 <= self.min_distance < math.inf:
            raise ValueError(f"min_distance is {self.min_distance}; 0 pixels or more are wanted")


# --- descriptor --------------------------------------------------------------------------------


@dataclass(frozen=True)
class DescriptorOptions:
    """What an SSLDescriptor is made of.

    Attributes:
        nfeatures: Cap on the number of keypoints of an image; 0 for all.
        descriptor: Form of the descriptors: "float", "sift" or "binary".
        detector: Object that finds the keypoints, or None for the model's own.
        features: The model and how it runs.
    """

    nfeatures: int = 2048
    descriptor: str = "float"
    detector: Detector | None = None
    features: FeatureOptions = FeatureOptions()

    def __post_init__(self) -> None:
        if self.nfeatures < 0:
            raise ValueError(f"nfeatures is {self.nfeatures}; 0 (all) or more is wanted")
        if self.descriptor not in NAMES:
            raise ValueError(f"descriptor={self.descriptor!r}; one of {', '.join(NAMES)} is wanted")
        if self.detector is not None and (
            isinstance(self.detector, type) or not isinstance(self.detector, Detector)
        ):
            raise TypeError(
                f"detector is {self.detector!r}; an object with detect(image, mask), "
                "such as cv2.SIFT_create(), is wanted"
            )


# --- matcher -----------------------------------------------------------------------------------

_NORMS = {
    cv2.NORM_L2: "NORM_L2",
    cv2.NORM_L2SQR: "NORM_L2SQR",
    cv2.NORM_HAMMING: "NORM_HAMMING",
}
_NORM_NAMES = {
    "BruteForce": cv2.NORM_L2,
    "BruteForce-SL2": cv2.NORM_L2SQR,
    "BruteForce-Hamming": cv2.NORM_HAMMING,
    "BruteForce-HammingLUT": cv2.NORM_HAMMING,
}


def norm_of_name(name: str) -> int:
    """Return the norm that cv2.DescriptorMatcher.create means by a name.

    Raises:
        ValueError: OpenCV has no such matcher, or this package has not.
    """
    if name not in _NORM_NAMES:
        raise ValueError(f"matcher {name!r} is unknown; one of {', '.join(_NORM_NAMES)} is wanted")
    return _NORM_NAMES[name]


@dataclass(frozen=True)
class MatcherOptions:
    """What an SSLMatcher is made of.

    Attributes:
        norm_type: cv2.NORM_L2, cv2.NORM_L2SQR or cv2.NORM_HAMMING.
        cross_check: Keep only mutual nearest pairs.
        ratio: Largest distance over second smallest distance, or None for no test.
        num_threads: Threads to use; 0 for all.
    """

    norm_type: int = cv2.NORM_L2
    cross_check: bool = False
    ratio: float | None = None
    num_threads: int = 0

    def __post_init__(self) -> None:
        if self.norm_type not in _NORMS:
            known = ", ".join(f"cv2.{name} ({norm})" for norm, name in _NORMS.items())
            raise ValueError(f"normType is {self.norm_type!r}; one of {known} is wanted")
        if self.ratio is not None and not isinstance(self.ratio, int | float):
            raise TypeError(f"ratio is {self.ratio!r}; a number above 0, or None, is wanted")
        if self.ratio is not None and not 0 < self.ratio < math.inf:
            raise ValueError(f"ratio is {self.ratio}; a number above 0, or None, is wanted")
        _check_num_threads(self.num_threads)
