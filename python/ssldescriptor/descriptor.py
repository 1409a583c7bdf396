"""SSLDescriptor: how it is made; what it does is in feature2d.py and settings.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from ssldescriptor.arguments import DEFAULT_NFEATURES, choose_descriptor, read_arguments
from ssldescriptor.errors import BAD_ARGUMENT, cv2_error
from ssldescriptor.feature2d import Feature2D
from ssldescriptor.foreign import Detector, detector_name
from ssldescriptor.options import DescriptorOptions, FeatureOptions
from ssldescriptor.parameters import check_number

Self = TypeVar("Self", bound="SSLDescriptor")


class SSLDescriptor(Feature2D):
    """A learned local feature with the methods of `cv2.SIFT`.

    It holds no state between calls, can be shared by threads, copied and pickled (but not pickled
    with a `detector` of OpenCV, which cannot be). Errors are `cv2.error`. Keypoints are
    `cv2.KeyPoint`, at most one per location. Images are uint8, gray, BGR or BGRA, numpy arrays of
    any layout or `cv2.UMat`.
    """

    def __init__(
        self,
        nfeatures: int | None = DEFAULT_NFEATURES,
        *positional: Any,
        model: str | Path = "default",
        detector: Detector | None = None,
        descriptor: str = "float",
        upright: bool = False,
        first_octave: int = 0,
        min_distance: float = 0.0,
        num_threads: int = 0,
        **opencv: Any,
    ) -> None:
        """Create a feature; the arguments of SIFT, ORB, AKAZE, KAZE, BRISK and SURF are accepted.

        Positional ones are read as SIFT's or ORB's: those of the others are given by keyword.

        Args:
            nfeatures: Cap on the number of keypoints of an image; 0 or less for all, None for the
                default. Also called nFeatures, maxFeatures or max_points.
            *positional: What SIFT or ORB take after it; stored.
            model: Name of a model that the package brings, or path of an ONNX file.
            detector: Object with detect(image, mask), such as `cv2.SIFT_create()`, that finds the
                keypoints instead of the model. Of its keypoints at one location the one with the
                best response is kept, and of all the `nfeatures` best.
            descriptor: "float": (N, D) float32, non-negative unit rows. "sift": (N, D) float32,
                integers 0..255, distances in SIFT's range. "binary": (N, 32) uint8 for
                NORM_HAMMING, for scripts written for ORB.
            upright: Ignore angles, for images that are never turned.
            first_octave: The finest scale at which the model looks for keypoints is the image
                shrunk by 2**first_octave. -1 enlarges it, as SIFT does: finer and more exactly
                placed keypoints, for two and a half times the time. 1 and 2 are for large images
                that are not sharp to the pixel.
            min_distance: The model's keypoints nearer than this to a better one are left out;
                pixels of the image. A good place is found at several scales, a pixel or two
                apart, and a ratio test then compares its match with the same place. With 2, more
                matches pass the test, and more of them are right; without one, a smaller share of
                all matches is right, since the next best places fill up.
            num_threads: Threads to use; 0 for all.
            **opencv: Parameters of OpenCV's features. `descriptorType=cv2.CV_8U` means
                descriptor="binary" (under patch_cv2() SIFT's integers, "sift"); all others are
                checked, stored for their getters, and do not act: lowering contrastThreshold finds
                no more keypoints.

        Raises:
            cv2.error: An unknown keyword, a value of the wrong type, or a model that is missing or
                broken.
        """
        given = read_arguments(nfeatures, positional, opencv)
        try:
            options = DescriptorOptions(
                nfeatures=given.nfeatures,
                descriptor=choose_descriptor(descriptor, given.descriptor),
                detector=detector,
                features=FeatureOptions(
                    model,
                    check_number(upright, bool, "upright"),
                    check_number(num_threads, int, "num_threads"),
                    check_number(first_octave, int, "first_octave"),
                    check_number(min_distance, float, "min_distance"),
                ),
            )
        except (TypeError, ValueError) as error:
            raise cv2_error(BAD_ARGUMENT, "create", str(error)) from error
        self._set_up(options, given.parameters, "create")

    @classmethod
    def create(
        cls: type[Self],
        nfeatures: int | None = DEFAULT_NFEATURES,
        *positional: Any,
        model: str | Path = "default",
        detector: Detector | None = None,
        descriptor: str = "float",
        upright: bool = False,
        first_octave: int = 0,
        min_distance: float = 0.0,
        num_threads: int = 0,
        **opencv: Any,
    ) -> Self:
        """Do the same as SSLDescriptor(...); see there for the arguments."""
        return cls(
            nfeatures,
            *positional,
            model=model,
            detector=detector,
            descriptor=descriptor,
            upright=upright,
            first_octave=first_octave,
            min_distance=min_distance,
            num_threads=num_threads,
            **opencv,
        )

    def __repr__(self) -> str:
        options = self._pipeline.options
        features = options.features
        return (
            f"SSLDescriptor(nfeatures={options.nfeatures}, model={str(features.model)!r}, "
            f"detector={detector_name(options.detector) or None}, "
            f"descriptor={options.descriptor!r}, upright={features.upright}, "
            f"first_octave={features.first_octave}, min_distance={features.min_distance}, "
            f"num_threads={features.num_threads})"
        )
