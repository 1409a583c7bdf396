"""The settings that every evaluation has."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ssldescriptor.evaluation.sources import MAX_SIDE

DEFAULT_METHODS = ("sift", "rootsift", "orb", "akaze", "ssl")


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Settings of an evaluation.

    Attributes:
        data: folder of the data set.
        output: folder of the results, and of what is kept to resume.
        methods: see methods.make_method.
        keypoints: cap on the keypoints of one image.
        max_side: larger images are reduced to this many pixels on their longer side.
        model: name or ONNX file for the ssl methods that name none.
        num_threads: threads of OpenCV and of the ssl methods; 0 for all.
        fresh: make everything again instead of resuming.
    """

    data: str
    output: str
    methods: tuple[str, ...] = DEFAULT_METHODS
    keypoints: int = 2048
    max_side: int = MAX_SIDE
    model: str = "default"
    num_threads: int = 0
    fresh: bool = False

    def __post_init__(self) -> None:
        if not self.methods:
            raise ValueError("no methods given")
        for name in ("keypoints", "max_side"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)}, above 0 is wanted")
        if self.num_threads < 0:
            raise ValueError(f"num_threads={self.num_threads}, 0 or more is wanted")

    @property
    def root(self) -> Path:
        """The data set's folder.

        Raises:
            FileNotFoundError: there is none.
        """
        root = Path(self.data)
        if not root.is_dir():
            raise FileNotFoundError(f"no folder {root}; docs/evaluation.md tells how to get data")
        return root

    @property
    def folder(self) -> Path:
        """The folder of the results."""
        return Path(self.output)

    def resolved(self) -> dict[str, Any]:
        """Return all settings as plain data."""
        return {"task": task_name(self), **asdict(self), "methods": list(self.methods)}


def task_name(config: RunConfig) -> str:
    """Return "matching" for MatchingConfig."""
    return type(config).__name__.removesuffix("Config").lower()
