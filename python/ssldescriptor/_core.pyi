"""Stub of the C++ core: arrays in, arrays out. Each owner keeps his own section."""

import numpy as np
from numpy.typing import NDArray

# --- build -------------------------------------------------------------------------------------

def build_config() -> dict[str, str | int]:
    """Return how the extension was built: version, compiler, standard, build type."""

# --- features ----------------------------------------------------------------------------------

def sample_patches(
    gray: NDArray[np.uint8],
    xy: NDArray[np.float32],
    size: NDArray[np.float32],
    angle_deg: NDArray[np.float32],
    num_threads: int = 1,
) -> NDArray[np.float32]:
    """Sample two standardised 24 x 24 grids at each keypoint, turned by its angle and scaled.

    Grid g has its sample (i, j) at ``xy + s * R((j - 11.5), (i - 11.5))`` with the spacing
    ``s = (0.25, 0.75)[g] * size`` and R a turn by the angle, interpolated bilinearly in the image
    pyramid's level whose pixels are nearest to the spacing; outside the image its border repeats.

    Args:
        gray: (H, W) uint8.
        xy: (N, 2) float32 pixels; non-finite coordinates are read as 0.
        size: (N,) float32 diameters in pixels, limited to [2, 512]; non-finite ones are read as 4.
        angle_deg: (N,) float32 degrees clockwise on screen; negative or non-finite: upright.
        num_threads: 0 for all processors. The result does not depend on it.

    Returns:
        (N, 2, 24, 24) float32, each patch p as (p - mean) / sqrt(variance + 2^2), in gray levels.

    Raises:
        ValueError: an array has another dtype or shape (nothing is converted), the image is
            empty, or num_threads is negative.
    """

def sample_patches_batch(
    grays: NDArray[np.uint8],
    image_index: NDArray[np.int32],
    xy: NDArray[np.float32],
    size: NDArray[np.float32],
    angle_deg: NDArray[np.float32],
    num_threads: int = 1,
) -> NDArray[np.float32]:
    """Do what sample_patches does for keypoints of several images of one shape.

    Args:
        grays: (B, H, W) uint8.
        image_index: (N,) int32, the image of each keypoint.
        xy: (N, 2) float32.
        size: (N,) float32.
        angle_deg: (N,) float32.
        num_threads: 0 for all processors.

    Returns:
        (N, 2, 24, 24) float32, equal to those of sample_patches on each image.

    Raises:
        ValueError: as sample_patches, or an index is not in [0, B).
    """
