"""How an SSLMatcher is set up, filled with train images, stored and copied."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import index
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.errors import BAD_ARGUMENT, OBJECT_NOT_FOUND, cv2_error, overloaded
from ssldescriptor.options import MatcherOptions, norm_of_name
from ssldescriptor.parameters import check_number
from ssldescriptor.persistence import Field, read_settings, write_file, write_settings
from ssldescriptor.train_set import TrainSet

NAME = "SSLMatcher"

Self = TypeVar("Self", bound="MatcherSettings")


class MatcherSettings:
    """The part of SSLMatcher that is `cv2.Algorithm`, with its options and train images."""

    def __init__(
        self,
        normType: int | str | None = cv2.NORM_L2,
        crossCheck: bool = False,
        *,
        ratio: float | None = None,
        num_threads: int = 0,
    ) -> None:
        """Create a matcher.

        Args:
            normType: cv2.NORM_L2 or cv2.NORM_L2SQR for float descriptors (uint8 ones are taken as
                numbers), cv2.NORM_HAMMING for uint8 descriptors that hold bits; or one of the
                names of cv2.DescriptorMatcher.create: "BruteForce", "BruteForce-SL2",
                "BruteForce-Hamming". Its integers (4 for "BruteForce-Hamming") are not known:
                here 4 is cv2.NORM_L2.
            crossCheck: Let match(), and knnMatch() with k = 1, return only mutual nearest pairs.
            ratio: Let match(), and knnMatch() with k = 1, return only pairs whose distance is at
                most `ratio` times the distance to the second nearest train descriptor (a squared
                norm is tested by the squared ratio). A lone train descriptor passes.
            num_threads: Threads to use; 0 for all.

        Raises:
            cv2.error: Another norm, or an option out of range.
        """
        given = cv2.NORM_L2 if normType is None else normType
        try:
            norm = norm_of_name(given) if isinstance(given, str) else index(given)
            self._options = MatcherOptions(
                norm,
                bool(crossCheck),
                None if ratio is None else check_number(ratio, float, "ratio"),
                check_number(num_threads, int, "num_threads"),
            )
        except (TypeError, ValueError) as error:
            raise cv2_error(BAD_ARGUMENT, "create", str(error)) from error
        self._images: list[Any] = []
        self._packed: TrainSet | None = None  # the images, made by the first search

    @classmethod
    def create(cls: type[Self], *args: Any, **kwargs: Any) -> Self:
        """Do the same as SSLMatcher(...); see there for the arguments."""
        return cls(*args, **kwargs)

    @overloaded
    def add(self, descriptors: Sequence[Any] | NDArray[Any] | None) -> None:
        """Add train images.

        Args:
            descriptors: A list with an (M, D) array for each image. A single array is read as a
                list of its rows, as OpenCV does: write `add([descriptors])`. The arrays are not
                copied: they must not change until clear().

        Raises:
            cv2.error: Not a sequence, or something else than arrays in it.
        """
        if descriptors is None:
            return
        if isinstance(descriptors, str) or not isinstance(descriptors, Sequence | np.ndarray):
            given = type(descriptors).__name__
            message = f"descriptors is of type {given}; a list with an array per image is wanted"
            raise cv2_error(BAD_ARGUMENT, "add", message)
        for position, item in enumerate(descriptors):
            if not (item is None or isinstance(item, np.ndarray | cv2.UMat)):
                given = type(item).__name__
                message = f"descriptors[{position}] is of type {given}; a numpy array is wanted"
                raise cv2_error(BAD_ARGUMENT, "add", message)
        # Downloaded once, so that a matcher with them can be pickled.
        added = [d.get() if isinstance(d, cv2.UMat) else d for d in descriptors]
        self._images = self._images + added  # a new list: what was packed knows its own
        self._packed = None

    def getTrainDescriptors(self) -> tuple[Any, ...]:
        """Return the arrays that were added, not copied."""
        return tuple(self._images)

    def train(self) -> None:
        """Do nothing; the first search packs the images."""

    def clear(self) -> None:
        """Forget the train images."""
        self._images = []
        self._packed = None

    def empty(self) -> bool:
        """Tell whether no train image was added."""
        return not self._images

    def isMaskSupported(self) -> bool:
        """Return True, as cv2.BFMatcher does; with crossCheck only radiusMatch takes a mask."""
        return True

    def setPairInfo(
        self, queryKpts: Any, trainKpts: Any, queryImageSize: Any = (), trainImageSize: Any = ()
    ) -> None:
        """Do nothing: OpenCV 5's LightGlueMatcher wants keypoints before match(), this does not."""

    def clearPairInfo(self) -> None:
        """Do nothing; see setPairInfo."""

    def clone(self: Self, emptyTrainData: bool = False) -> Self:
        """Return a matcher with the same options and copies of the train images, or with none."""
        twin = type(self).__new__(type(self))
        twin._options = self._options
        twin._images = [] if emptyTrainData else [_copy(image) for image in self._images]
        twin._packed = None
        return twin

    def __copy__(self: Self) -> Self:
        twin = self.clone(emptyTrainData=True)
        twin._images = list(self._images)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_packed": None}

    def getDefaultName(self) -> str:
        """Return "SSLMatcher"."""
        return NAME

    @overloaded
    def write(
        self,
        fileName: str | os.PathLike[str] | cv2.FileStorage | None = None,
        name: str = "",
        *,
        fs: cv2.FileStorage | None = None,
    ) -> None:
        """Write the options to a file, or as the map `name` into an open cv2.FileStorage.

        Train images are not written, as OpenCV does not.

        Raises:
            cv2.error: The file cannot be written.
        """
        write_settings(self._fields(), fileName, name, fs)

    def save(self, filename: str | os.PathLike[str]) -> None:
        """Do the same as write(filename)."""
        write_file(filename, self._fields(), "save")

    @overloaded
    def read(
        self,
        fileName: str | os.PathLike[str] | cv2.FileNode | None = None,
        *,
        arg1: cv2.FileNode | None = None,
    ) -> None:
        """Read options that write() or save() stored; the object is unchanged if that fails.

        Raises:
            cv2.error: No such file or node, or not the options of an SSLMatcher.
        """
        fields: Mapping[str, Any] = read_settings(fileName, arg1)
        if fields.get("name") != NAME:
            message = f"these are not the options of a matcher: name is {fields.get('name')!r}"
            raise cv2_error(OBJECT_NOT_FOUND, "read", message)
        try:
            self._options = replace(
                self._options,
                norm_type=fields["normType"],
                cross_check=bool(fields["crossCheck"]),
                ratio=fields["ratio"] or None,
                num_threads=fields["num_threads"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise cv2_error(BAD_ARGUMENT, "read", f"the options are incomplete: {error}") from error
        self._packed = None  # another norm packs otherwise

    def _fields(self) -> dict[str, Field]:
        return {
            "name": NAME,
            "normType": self._options.norm_type,
            "crossCheck": int(self._options.cross_check),
            "ratio": float(self._options.ratio or 0),
            "num_threads": self._options.num_threads,
        }


def _copy(image: Any) -> Any:
    return None if image is None else np.array(image)
