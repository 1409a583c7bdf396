"""Options of the package's parts: frozen, documented, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ssldescriptor.foreign import Detector
from ssldescriptor.formats import NAMES

# --- features ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class FeatureOptions:
    """What a FeatureExtractor is made of.

    Attributes:
        model: Name of a model that the package brings, or path of an ONNX file.
        upright: Ignore angles, for images that are never turned.
        num_threads: Threads to use; 0 for all.
    """

    model: str | Path = "default"
    upright: bool = False
    num_threads: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.model, str | Path):
            raise TypeError(f"model is {self.model!r}; a name or a path is wanted")
        if isinstance(self.num_threads, bool) or not isinstance(self.num_threads, int):
            raise TypeError(f"num_threads is {self.num_threads!r}; an integer is wanted")
        if self.num_threads < 0:
            raise ValueError(f"num_threads is {self.num_threads}; 0 (all) or more is wanted")


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
