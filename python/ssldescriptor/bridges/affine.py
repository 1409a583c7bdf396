"""AffineFeature: ASIFT with any feature, after `cv2.AffineFeature`, which refuses Python's.

The image is seen as from many directions, and every view is described on its own (Morel and Yu,
"ASIFT: A new framework for fully affine invariant image comparison", 2009). views.py makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.bridges.views import View, make_view, view_params
from ssldescriptor.calls import check_descriptors, check_keypoints, hand_out
from ssldescriptor.errors import ASSERTION_FAILED, BAD_ARGUMENT, cv2_error
from ssldescriptor.images import check_image, check_mask, is_list
from ssldescriptor.keypoints import copy_cv2

KeyPoints = tuple[cv2.KeyPoint, ...]

# As it is before patch_cv2() replaces it.
_native: Any = getattr(cv2, "AffineFeature_create", None)


class AffineFeature:
    """Keypoints and descriptors of many tilted views, with the methods of `cv2.Feature2D`.

    A keypoint lies where it lies in the image as it was given; its class_id is the number of the
    view it was found in, its size and angle are those of the view. compute() takes keypoints of
    detect() only, and gives them the rows that detectAndCompute() gives, bit for bit if the backend
    never drops a keypoint. Threads may share an object as long as none of them sets the views.
    """

    def __init__(
        self,
        backend: Any,
        maxTilt: int = 5,
        minTilt: int = 0,
        tiltStep: float = 2**0.5,
        rotateStepBase: float = 72,
    ) -> None:
        """Wrap a feature; see view_params for the numbers, 43 views by default.

        Args:
            backend: SSLDescriptor or any other feature. It finds up to its own cap of keypoints in
                every view.
            maxTilt: The highest power of tiltStep.
            minTilt: The lowest one; 0 is the image itself.
            tiltStep: Step of the tilt.
            rotateStepBase: Degrees between the views of tilt 1; those of a tilt t lie t times as
                dense.

        Raises:
            cv2.error: No feature, or numbers that make no view.
        """
        if not callable(getattr(backend, "detectAndCompute", None)):
            message = f"backend is of type {type(backend).__name__}; a feature is wanted"
            raise cv2_error(BAD_ARGUMENT, "AffineFeature_create", message)
        self._backend = backend
        try:
            self._params = view_params(maxTilt, minTilt, tiltStep, rotateStepBase)
        except ValueError as error:
            raise cv2_error(BAD_ARGUMENT, "AffineFeature_create", str(error)) from None

    @classmethod
    def create(cls, backend: Any, *args: Any, **kwargs: Any) -> AffineFeature:
        """Do the same as AffineFeature(...)."""
        return cls(backend, *args, **kwargs)

    def setViewParams(self, tilts: Sequence[float], rolls: Sequence[float]) -> None:
        """Set the views one by one: tilts are at least 1, rolls are degrees.

        Raises:
            cv2.error: Not as many tilts as rolls, none, or a tilt below 1.
        """
        if len(tilts) != len(rolls) or len(tilts) == 0 or min(tilts) < 1:
            message = f"tilts {list(tilts)}, rolls {list(rolls)}: pairs with tilts >= 1 are wanted"
            raise cv2_error(ASSERTION_FAILED, "setViewParams", message)
        self._params = tuple(zip(map(float, tilts), map(float, rolls), strict=True))

    def getViewParams(self, *_: Any) -> tuple[list[float], list[float]]:
        """Return (tilts, rolls); what OpenCV wants as arguments here is ignored."""
        return [tilt for tilt, _ in self._params], [roll for _, roll in self._params]

    def detect(self, image: Any, mask: Any = None) -> Any:
        """Find keypoints in all views of an image, or of every image of a list."""
        if is_list(image):
            masks = [None] * len(image) if mask is None else mask
            return tuple(self.detect(*pair) for pair in zip(image, masks, strict=True))
        return self._run(image, mask, "detect", None, describe=False)[0]

    def compute(self, image: Any, keypoints: Any, descriptors: Any = None) -> tuple[Any, Any]:
        """Describe keypoints of detect(), view by view, so they come back in the views' order.

        Raises:
            cv2.error: The class_id of a keypoint is not the number of a view.
        """
        if is_list(image):
            results = [self.compute(*pair) for pair in zip(image, keypoints, strict=True)]
            return tuple(r[0] for r in results), tuple(r[1] for r in results)
        given = check_keypoints(keypoints, "compute")
        for keypoint in given:
            if not 0 <= keypoint.class_id < len(self._params):
                message = f"class_id {keypoint.class_id} of a keypoint is not the number of a view"
                raise cv2_error(ASSERTION_FAILED, "compute", message)
        check_descriptors(descriptors, "compute")
        found, rows = self._run(image, None, "compute", given, describe=True)
        return found, hand_out(rows, descriptors, as_umat=False)

    def detectAndCompute(
        self, image: Any, mask: Any = None, descriptors: Any = None
    ) -> tuple[KeyPoints, Any]:
        """Find and describe keypoints in all views; ((), None) where there are none."""
        check_descriptors(descriptors, "detectAndCompute")
        found, rows = self._run(image, mask, "detectAndCompute", None, describe=True)
        return found, hand_out(rows, descriptors, as_umat=False)

    def _run(
        self, image: Any, mask: Any, func: str, given: KeyPoints | None, *, describe: bool
    ) -> tuple[KeyPoints, NDArray[Any] | None]:
        """Go through the views; `given` keypoints are described, None are looked for."""
        checked = check_image(image, func)
        if checked is None:
            if func == "detectAndCompute":
                raise cv2_error(BAD_ARGUMENT, func, "image is empty")
            return copy_cv2(given or ()), None
        mask = check_mask(mask, (checked.shape[0], checked.shape[1]), func)
        keypoints: list[cv2.KeyPoint] = []
        rows: list[NDArray[Any]] = []
        for number, (tilt, roll) in enumerate(self._params):
            mine = None if given is None else [k for k in given if k.class_id == number]
            if mine is not None and not mine:
                continue
            view = make_view(checked, mask, tilt, roll)
            if mine is None:
                found = self._backend.detect(view.image, view.mask)
                mine = view.to_image(found, number)
                local = view.from_image(mine, [k.class_id for k in found])
            else:
                local = view.from_image(mine)
            if describe:
                mine, described = self._describe(view, local, mine, number)
                rows.extend(described)
            keypoints.extend(mine)
        return tuple(keypoints), np.vstack(rows) if rows else None

    def _describe(
        self, view: View, local: list[cv2.KeyPoint], mine: list[cv2.KeyPoint], number: int
    ) -> tuple[list[cv2.KeyPoint], list[NDArray[Any]]]:
        """Describe a view's keypoints; a backend may drop some of them or change their order."""
        kept, rows = self._backend.compute(view.image, local)
        if rows is None or len(kept) == 0:
            return [], []
        if [k.pt for k in kept] != [k.pt for k in local]:
            mine = view.to_image(kept, number)
        return mine, [rows]

    def descriptorSize(self) -> int:
        """Return what the backend returns."""
        return int(self._backend.descriptorSize())

    def descriptorType(self) -> int:
        """Return what the backend returns."""
        return int(self._backend.descriptorType())

    def defaultNorm(self) -> int:
        """Return what the backend returns."""
        return int(self._backend.defaultNorm())

    def getDefaultName(self) -> str:
        """Return "Feature2D.AffineFeature"."""
        return "Feature2D.AffineFeature"

    def empty(self) -> bool:
        """Return False: there is always a backend."""
        return False


def create_affine(backend: Any, *args: Any, **kwargs: Any) -> Any:
    """Make OpenCV's AffineFeature of a feature of OpenCV, ours of any other."""
    if isinstance(backend, cv2.Feature2D):
        return _native(backend, *args, **kwargs)
    return AffineFeature(backend, *args, **kwargs)
