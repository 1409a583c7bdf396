"""The methods of `cv2.Feature2D`: detect, compute, detectAndCompute, and what they return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import calls
from ssldescriptor.calls import UNSET
from ssldescriptor.errors import BAD_ARGUMENT, cv2_error, overloaded
from ssldescriptor.images import check_image, check_mask, is_umat, to_gray
from ssldescriptor.keypoints import copy_cv2, from_cv2
from ssldescriptor.pipeline import Pipeline
from ssldescriptor.settings import Settings

Image = NDArray[Any] | cv2.UMat | None
KeyPoints = tuple[cv2.KeyPoint, ...]
Descriptors = Any  # (N, size) array, None without keypoints, a cv2.UMat when given one


class Feature2D(Settings):
    """Everything of SSLDescriptor but its making. Not a subclass of cv2.Feature2D.

    OpenCV's class cannot be subclassed: it holds a null pointer then, and crashes the interpreter.
    """

    def descriptorSize(self) -> int:
        """Return the number of columns of the descriptors."""
        return self._pipeline.form.size

    def descriptorType(self) -> int:
        """Return cv2.CV_32F, or cv2.CV_8U for binary descriptors."""
        return self._pipeline.form.type

    def defaultNorm(self) -> int:
        """Return cv2.NORM_L2, or cv2.NORM_HAMMING for binary descriptors."""
        return self._pipeline.form.norm

    @overload
    def detect(self, image: Image, mask: Image = None) -> KeyPoints: ...

    @overload
    def detect(
        self, image: Sequence[Image], mask: Sequence[Image] | None = None
    ) -> tuple[KeyPoints, ...]: ...

    @overload
    def detect(
        self, *, images: Sequence[Image], masks: Sequence[Image] | None = None
    ) -> tuple[KeyPoints, ...]: ...

    @overloaded
    def detect(
        self, image: Any = UNSET, mask: Any = None, *, images: Any = UNSET, masks: Any = None
    ) -> Any:
        """Find the keypoints of an image, or of every image of a list.

        Args:
            image: An image, or a list of them.
            mask: (H, W) uint8, non-zero where keypoints may lie; a list of them for a list.
            images: The list by OpenCV's keyword.
            masks: Its masks.

        Returns:
            A tuple of cv2.KeyPoint, best first, with `detector` in its order; () for an empty
            image; a tuple of these for a list. The response of the model's keypoints is the
            chance, 0 to 1, that one is found in another view and matched.

        Raises:
            cv2.error: An image or a mask of the wrong type or size.
        """
        many, images = calls.choose_form(image, images, "detect")
        masks = mask if masks is None else masks
        if not many:
            return _detect(self._pipeline, images, masks)
        pairs = calls.pair_up(images, masks, "masks", "detect", optional=True)
        pipeline = self._pipeline
        return tuple(_detect(pipeline, *pair) for pair in pairs)

    @overload
    def compute(
        self, image: Image, keypoints: Sequence[cv2.KeyPoint] | None, descriptors: Image = None
    ) -> tuple[KeyPoints, Descriptors]: ...

    @overload
    def compute(
        self,
        image: Sequence[Image],
        keypoints: Sequence[Sequence[cv2.KeyPoint] | None],
        descriptors: Sequence[Image] | None = None,
    ) -> tuple[tuple[KeyPoints, ...], tuple[Descriptors, ...]]: ...

    @overload
    def compute(
        self,
        *,
        images: Sequence[Image],
        keypoints: Sequence[Sequence[cv2.KeyPoint] | None],
        descriptors: Sequence[Image] | None = None,
    ) -> tuple[tuple[KeyPoints, ...], tuple[Descriptors, ...]]: ...

    @overloaded
    def compute(
        self,
        image: Any = UNSET,
        keypoints: Any = UNSET,
        descriptors: Any = None,
        *,
        images: Any = UNSET,
    ) -> Any:
        """Describe given keypoints of an image, or of every image of a list.

        None is dropped and the order is kept: row i belongs to keypoint i as given. Near the border
        and outside the image, the image is continued by its outermost pixels. Only pt, size and
        angle are looked at (see `support.support_size` for the sizes of other detectors).

        Args:
            image: An image, or a list of them.
            keypoints: A sequence of cv2.KeyPoint; a list of them for a list.
            descriptors: An array for the result, filled and returned if its shape and type fit.
            images: The list by OpenCV's keyword.

        Returns:
            (keypoints, descriptors): new cv2.KeyPoint objects with all fields as given, and an
            (N, descriptorSize()) array or None; for a list, a tuple of each.

        Raises:
            cv2.error: An image or keypoints of the wrong type.
        """
        many, images = calls.choose_form(image, images, "compute")
        if keypoints is UNSET:
            raise cv2_error(
                BAD_ARGUMENT, "compute", "missing required argument 'keypoints' (pos 2)"
            )
        if not many:
            as_umat = is_umat(images) or is_umat(descriptors)
            return _compute(self._pipeline, images, keypoints, descriptors, as_umat)
        pairs = calls.pair_up(images, keypoints, "keypoints", "compute")
        arrays = calls.arrays_of_list(descriptors, len(pairs), "compute")
        as_umat = any(map(is_umat, (*images, *arrays)))
        pipeline = self._pipeline
        results = [
            _compute(pipeline, *pair, array, as_umat)
            for pair, array in zip(pairs, arrays, strict=True)
        ]
        return tuple(r[0] for r in results), tuple(r[1] for r in results)

    @overloaded
    def detectAndCompute(
        self,
        image: Image,
        mask: Image = None,
        descriptors: Image = None,
        useProvidedKeypoints: bool = False,
    ) -> tuple[KeyPoints, Descriptors]:
        """Find and describe keypoints: bit for bit what compute(image, detect(image)) gives.

        Args:
            image: One image.
            mask: (H, W) uint8, non-zero where keypoints may lie, or None.
            descriptors: An array for the result, filled and returned if its shape and type fit.
            useProvidedKeypoints: True gives ((), None), as in OpenCV: there is no way to provide
                keypoints from Python. Use compute().

        Returns:
            (keypoints, descriptors): a tuple of cv2.KeyPoint as of detect(), and an
            (N, descriptorSize()) array; ((), None) where there are none.

        Raises:
            cv2.error: An image or mask of the wrong type or size. An empty image, as of SIFT; the
                binary form finds nothing in it, as ORB.
        """
        func = "detectAndCompute"
        calls.check_descriptors(descriptors, func)
        provided = calls.read_flag(useProvidedKeypoints, "useProvidedKeypoints", func)
        checked = check_image(image, func)
        pipeline = self._pipeline
        if checked is None and pipeline.form.type != cv2.CV_8U:
            raise cv2_error(BAD_ARGUMENT, func, "image is empty or has incorrect depth (!=CV_8U)")
        keypoints: KeyPoints = ()
        rows: NDArray[np.generic] | None = None
        if checked is not None:
            gray = to_gray(checked)
            checked_mask = check_mask(mask, gray.shape, func)
            if not provided:
                keypoints, arrays = pipeline.detect(checked, gray, checked_mask, func)
                rows = pipeline.describe(gray, arrays)
        as_umat = any(is_umat(argument) for argument in (image, mask, descriptors))
        return keypoints, calls.hand_out(rows, descriptors, as_umat=as_umat)


def _detect(pipeline: Pipeline, image: Any, mask: Any) -> KeyPoints:
    checked = check_image(image, "detect")
    if checked is None:
        return ()
    gray = to_gray(checked)
    mask = check_mask(mask, gray.shape, "detect")
    return pipeline.detect(checked, gray, mask, "detect")[0]


def _compute(
    pipeline: Pipeline, image: Any, keypoints: Any, descriptors: Any, as_umat: bool
) -> tuple[KeyPoints, Any]:
    calls.check_descriptors(descriptors, "compute")
    checked = check_image(image, "compute")
    result = copy_cv2(calls.check_keypoints(keypoints, "compute"))
    rows = None
    if checked is not None and result:
        rows = pipeline.describe(to_gray(checked), from_cv2(result))
    return result, calls.hand_out(rows, descriptors, as_umat=as_umat)
