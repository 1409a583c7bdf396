"""What one SSLDescriptor computes with: a detector, a model, a form of descriptors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.directions import in_circle
from ssldescriptor.foreign import run_detector
from ssldescriptor.formats import DescriptorFormat, get_format
from ssldescriptor.keypoints import Keypoints, from_cv2, to_cv2
from ssldescriptor.options import DescriptorOptions, FeatureOptions
from ssldescriptor.support import support_size

if TYPE_CHECKING:
    from ssldescriptor.features import FeatureExtractor


@dataclass(frozen=True, eq=False)
class Pipeline:
    """The parts, put together once and never changed, so that threads can share them.

    Attributes:
        options: What they were made of.
        extractor: The model.
        form: The form of descriptors.
    """

    options: DescriptorOptions
    extractor: FeatureExtractor
    form: DescriptorFormat

    def detect(
        self,
        image: NDArray[np.uint8],
        gray: NDArray[np.uint8],
        mask: NDArray[np.uint8] | None,
        func: str,
    ) -> tuple[tuple[cv2.KeyPoint, ...], Keypoints]:
        """Find keypoints.

        Args:
            image: (H, W) or (H, W, C) uint8; the user's own detector may look at colour.
            gray: (H, W) uint8, the same image.
            mask: (H, W) uint8, non-zero where keypoints may lie, or None.
            func: The public method that the user called.

        Returns:
            The keypoints for the user, and the same as arrays.
        """
        if self.options.detector is None:
            found = self.extractor.detect(gray, max_keypoints=self.options.nfeatures, mask=mask)
            return to_cv2(found), found
        keypoints = run_detector(self.options.detector, image, mask, self.options.nfeatures, func)
        return keypoints, from_cv2(keypoints)

    def describe(self, gray: NDArray[np.uint8], keypoints: Keypoints) -> NDArray[Any] | None:
        """Describe keypoints, one row each, in their order; None when there are none.

        Only xy, size and angle count, so that a keypoint that went through cv2.KeyPoint gets the
        same row, bit for bit.
        """
        if len(keypoints) == 0:
            return None
        support = support_size(keypoints.size, self.options.detector)
        framed = replace(keypoints, size=support, angle=in_circle(keypoints.angle))
        return self.form.encode(self.extractor.describe(gray, framed))


def make_pipeline(options: DescriptorOptions, previous: Pipeline | None = None) -> Pipeline:
    """Put a pipeline together; a model that `previous` has loaded is not loaded again.

    Raises:
        OSError, ValueError: The model is missing, broken or not one of ours.
    """
    if previous is not None and previous.options.features == options.features:
        extractor = previous.extractor
    else:
        extractor = _make_extractor(options.features)
    form = get_format(options.descriptor, extractor.dim, extractor.bits)
    return Pipeline(options, extractor, form)


def _make_extractor(options: FeatureOptions) -> FeatureExtractor:
    """Load the model; imported here, so that the package is imported without onnxruntime."""
    from ssldescriptor.features import FeatureExtractor

    return FeatureExtractor(options)
