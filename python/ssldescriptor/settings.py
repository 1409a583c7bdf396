"""How an SSLDescriptor is set up, changed, stored, copied and pickled."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any, TypeVar

import cv2

from ssldescriptor.arguments import read_count
from ssldescriptor.errors import BAD_ARGUMENT, OBJECT_NOT_FOUND, cv2_error, overloaded
from ssldescriptor.fields import NAME, from_fields, to_fields
from ssldescriptor.options import DescriptorOptions
from ssldescriptor.parameters import OpenCVParameters, Value, check_number
from ssldescriptor.persistence import read_settings, write_file, write_settings
from ssldescriptor.pipeline import Pipeline, make_pipeline

Self = TypeVar("Self", bound="Settings")

_SWAP = Lock()  # held for a moment only: a child of fork() must not find it taken


class Settings(OpenCVParameters):
    """The part of SSLDescriptor that is `cv2.Algorithm`, with the parameters of its features.

    Of the parameters, the number of features (under each of its names) and upright act. All others
    are stored and handed back. A change replaces the pipeline as a whole: a call that is running in
    another thread finishes with the settings it began with, and what two threads change at once is
    both changed.
    """

    _pipeline: Pipeline
    _parameters: Mapping[str, Value]

    def _set_up(
        self,
        options: DescriptorOptions,
        parameters: Mapping[str, Value],
        func: str,
        previous: Pipeline | None = None,
    ) -> None:
        """Load what `options` name; the object is unchanged if that fails."""
        try:
            self._pipeline = make_pipeline(options, previous)
        except (FileNotFoundError, ValueError, TypeError, OSError) as error:
            missing = isinstance(error, FileNotFoundError)
            code = OBJECT_NOT_FOUND if missing else BAD_ARGUMENT
            raise cv2_error(code, func, str(error)) from error
        self._parameters = dict(parameters)

    def _change(self, change: Callable[[DescriptorOptions], DescriptorOptions]) -> None:
        """Change the options, again where another thread did so while a model was loaded."""
        while True:
            before = self._pipeline
            changed = make_pipeline(change(before.options), before)
            with _SWAP:
                if self._pipeline is before:
                    self._pipeline = changed
                    return

    def getNFeatures(self) -> int:
        """Return the cap on the number of keypoints of an image; 0 means all."""
        return self._pipeline.options.nfeatures

    def setNFeatures(self, maxFeatures: int) -> None:
        """Set the cap on the number of keypoints of an image; 0 or less means all."""
        count = read_count(maxFeatures)
        self._change(lambda options: replace(options, nfeatures=count))

    def getMaxFeatures(self) -> int:
        """Return the same as getNFeatures(); this is ORB's name for it."""
        return self.getNFeatures()

    def setMaxFeatures(self, maxFeatures: int) -> None:
        """Do the same as setNFeatures(); this is ORB's name for it."""
        self.setNFeatures(maxFeatures)

    def getMaxPoints(self) -> int:
        """Return the same as getNFeatures(); this is AKAZE's name for it."""
        return self.getNFeatures()

    def setMaxPoints(self, max_points: int) -> None:
        """Do the same as setNFeatures(); this is AKAZE's name for it."""
        self.setNFeatures(max_points)

    def getUpright(self) -> bool:
        """Tell whether angles are ignored."""
        return self._pipeline.options.features.upright

    def setUpright(self, upright: bool) -> None:
        """Choose whether angles are ignored."""
        checked = check_number(upright, bool, "upright")
        self._change(
            lambda options: replace(options, features=replace(options.features, upright=checked))
        )

    def getDefaultName(self) -> str:
        """Return "Feature2D.SSLDescriptor"."""
        return NAME

    def empty(self) -> bool:
        """Return False: a live SSLDescriptor always has its model."""
        return False

    def clear(self) -> None:
        """Do nothing; there is no state between calls."""

    @overloaded
    def write(
        self,
        fileName: str | os.PathLike[str] | cv2.FileStorage | None = None,
        name: str = "",
        *,
        fs: cv2.FileStorage | None = None,
    ) -> None:
        """Write the settings to a file, or as the map `name` into an open cv2.FileStorage.

        A file appears as a whole or not at all. The model is written by name or path, a detector
        by name only: the object that reads must have been created with the same one.

        Raises:
            cv2.error: The file cannot be written.
        """
        fields = to_fields(self._pipeline.options, self._parameters)
        write_settings(fields, fileName, name, fs)

    def save(self, filename: str | os.PathLike[str]) -> None:
        """Do the same as write(filename); OpenCV's own features cannot be saved."""
        write_file(filename, to_fields(self._pipeline.options, self._parameters), "save")

    @overloaded
    def read(
        self,
        fileName: str | os.PathLike[str] | cv2.FileNode | None = None,
        *,
        arg1: cv2.FileNode | None = None,
    ) -> None:
        """Read settings that write() or save() stored, or those of a feature of OpenCV.

        Of the latter, the number of features acts, as in create(). The object is unchanged if
        anything is wrong.

        Args:
            fileName: A file, or a cv2.FileNode of an open FileStorage.
            arg1: OpenCV's name for the FileNode.

        Raises:
            cv2.error: No such file or node, not the settings of a feature, or settings that do not
                fit this object.
        """
        fields = read_settings(fileName, arg1)
        try:
            options, parameters = from_fields(fields, self._pipeline.options, self._parameters)
        except (TypeError, ValueError) as error:
            raise cv2_error(BAD_ARGUMENT, "read", str(error)) from error
        self._set_up(options, parameters, "read", self._pipeline)

    def __getstate__(self) -> dict[str, Any]:
        own = {name: value for name, value in self.__dict__.items() if name != "_pipeline"}
        return {**own, "options": self._pipeline.options}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._set_up(self.__dict__.pop("options"), self._parameters, "create")

    def __copy__(self: Self) -> Self:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        """Copy; the loaded model, which never changes, is shared.

        A detector that cannot be copied, like OpenCV's own, is shared as well.
        """
        twin = copy.copy(self)
        for name, value in self.__dict__.items():
            if name != "_pipeline":
                twin.__dict__[name] = copy.deepcopy(value, memo)
        try:
            detector = copy.deepcopy(self._pipeline.options.detector, memo)
        except TypeError:
            detector = self._pipeline.options.detector
        twin._change(lambda options: replace(options, detector=detector))
        return twin
