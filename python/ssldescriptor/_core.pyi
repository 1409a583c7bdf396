"""Stub of the C++ core: arrays in, arrays out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_Rows = NDArray[np.float32] | NDArray[np.uint8]

def build_config() -> dict[str, str | int]:
    """Return how the extension was built: version, compiler, standard, build type."""

class FloatTrainSet:
    """Rows of numbers of many images, packed once: stands for desc1 in the searches."""

    def __init__(self, images: Sequence[_Rows], *, norm: str = "l2", num_threads: int = 0) -> None:
        """Pack rows in the form that the kernels of the level in use read; errors as match's.

        Args:
            images: (M_i, D), all float32 or all uint8, C-contiguous; not copied, must not change.
            norm: as in match.
            num_threads: as in match.
        """

    @property
    def shape(self) -> tuple[int, int]:
        """Rows of all images together, and their length."""

class ByteTrainSet:
    """Rows of bits of many images, packed once: stands for desc1 in the searches."""

    def __init__(
        self, images: list[NDArray[np.uint8]], *, norm: str = "l2", num_threads: int = 0
    ) -> None:
        """Do what FloatTrainSet does for uint8; the norm is not looked at."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows of all images together, and their length."""

def match(
    desc0: _Rows,
    desc1: _Rows | FloatTrainSet | ByteTrainSet,
    *,
    mutual: bool = True,
    ratio: float | None = None,
    max_distance: float | None = None,
    squared: bool = False,
    num_threads: int = 0,
    norm: str | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Match each row of desc0 to its nearest row of desc1, filtered.

    Distances are those of float64 rounded to float32 (Hamming: counts of bits). Equal distances go
    to the lowest index; a row with a NaN or an infinity matches nothing.

    Args:
        desc0: (N, D) float32 or uint8, C-contiguous. uint8 are bits (Hamming), or numbers if there
            is a norm or desc1 is a FloatTrainSet.
        desc1: (M, D) of the same dtype, or a set.
        mutual: keep a pair only if no row of desc0 is nearer to its row of desc1.
        ratio: keep d1 <= ratio * d2, on plain distances: "l2_squared" and "cosine" are tested by
            the squared ratio. Not for "inner_product".
        max_distance: keep d1 <= max_distance.
        squared: the same as norm="l2_squared"; Hamming distances stay as they are.
        num_threads: 0 for all processors that no other call uses. The result does not depend on it.
        norm: of numbers: "l2" (floats' default), "l2_squared", "cosine" (1 - cosine of the angle; a
            row of zeros matches nothing) or "inner_product" (minus the product). A set has its own.

    Returns:
        index0 (K,) int32 increasing, index1 (K,) int32, distance (K,) float32.

    Raises:
        TypeError: another dtype or layout, or two dtypes.
        ValueError: not 2-D, rows of different length, an option out of range, an unfit norm.
    """

def knn(
    desc0: _Rows,
    desc1: _Rows | FloatTrainSet | ByteTrainSet,
    k: int,
    *,
    mask: NDArray[np.uint8] | None = None,
    squared: bool = False,
    num_threads: int = 0,
    norm: str | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the k nearest rows of desc1 for each row of desc0.

    Args:
        desc0: as in match.
        desc1: as in match.
        k: at least 1; cut to M.
        mask: (N, M) uint8, zero forbids the pair.
        squared: as in match.
        num_threads: as in match.
        norm: as in match.

    Returns:
        index (N, min(k, M)) int32 and distance, float32, sorted by (distance, index); -1 and +inf
        fill rows that have fewer.

    Raises:
        TypeError: as in match.
        ValueError: as in match, or a mask of another shape.
    """

def radius_search(
    desc0: _Rows,
    desc1: _Rows | FloatTrainSet | ByteTrainSet,
    radius: float,
    *,
    mask: NDArray[np.uint8] | None = None,
    squared: bool = False,
    num_threads: int = 0,
    norm: str | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Find all rows of desc1 with distance <= radius for each row of desc0.

    Args:
        desc0: as in match.
        desc1: as in match.
        radius: in the norm's distances; not negative, but for "inner_product".
        mask: (N, M) uint8, zero forbids the pair.
        squared: as in match.
        num_threads: as in match.
        norm: as in match.

    Returns:
        offset (N + 1,) int64, index (T,) int32, distance (T,) float32: row i of desc0 owns
        [offset[i], offset[i + 1]), sorted by (distance, index).

    Raises:
        TypeError: as in match.
        ValueError: as in knn, or a negative radius.
    """

def simd_levels() -> list[str]:
    """Return the instruction-set levels that can run here, slowest first."""

def simd_level() -> str:
    """Return the level in use: the fastest, or what SSLD_SIMD_LEVEL names.

    Raises:
        ValueError: the environment variable names a level that cannot run here.
    """

def set_simd_level(name: str) -> None:
    """Use another level from now on, in all threads.

    Raises:
        ValueError: it cannot run here.
    """

def local_contrast(
    gray: NDArray[np.uint8], radius: int = 16, epsilon: float = 4.0
) -> NDArray[np.float32]:
    """Subtract each pixel's box mean and divide by its box deviation.

    Args:
        gray: (H, W) uint8; the result, float32, is (I - mean) / sqrt(variance + epsilon^2).
        radius: of the (2 radius + 1)^2 box, in [0, 2047]; only pixels inside the image count.
        epsilon: gray levels added in quadrature to the deviation, at least 0.001.

    Raises:
        ValueError: gray is not uint8 (H, W) or empty, or an option is out of range.
    """

def far_apart(xy: NDArray[np.float32], min_distance: float) -> NDArray[np.int64]:
    """Return the positions (K,) of points (N, 2) chosen in order, none too near to one before.

    Raises:
        ValueError: a wrong array, a point not finite, or a distance not positive and finite.
    """

def find_keypoints(
    peak: NDArray[np.float32],
    rank: NDArray[np.float32],
    radius: int = 2,
    border: int = 4,
    max_keypoints: int = 0,
    mask: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the local maxima of one map, ranked by another.

    A keypoint is a finite pixel greater than all earlier (row-major) and not less than all later
    pixels of its (2 radius + 1)^2 window, so that a plateau gives its first pixel; a NaN in the
    window rules it out. Its score is a tenth of its value plus the rank map there, interpolated
    bilinearly between cell centres (cell i at 4 i + 1.5) with clamped edges; a non-finite score
    rules it out too. It moves to the centroid of the 5 x 5 pixels around it, weighted by
    exp(peak / 2), by at most 1/2.

    Args:
        peak: (H, W) float32.
        rank: (ceil(H / 4), ceil(W / 4)) float32.
        radius: in pixels, not negative.
        border: pixels of the map's edge that are left out, not negative.
        max_keypoints: how many of the best to keep; 0 or less keeps all.
        mask: (H, W) uint8, zero where no keypoint may lie.

    Returns:
        Positions (N, 2) float32 and scores (N,) float32, best first, ties in row-major order.

    Raises:
        ValueError: another dtype or shape (nothing is converted), or a negative option.
    """

def sample_patches(
    gray: NDArray[np.uint8],
    xy: NDArray[np.float32],
    size: NDArray[np.float32],
    angle_deg: NDArray[np.float32],
    num_threads: int = 1,
    num_grids: int = 2,
) -> NDArray[np.float32]:
    """Sample standardised 24 x 24 grids at each keypoint, turned by its angle and scaled.

    Grid g has its sample (i, j) at ``xy + s * R((j - 11.5), (i - 11.5))`` with the spacing
    ``s = (0.25, 0.75, 1.75)[g] * size`` and R a turn by the angle, interpolated bilinearly in the
    image pyramid's level whose pixels are nearest to the spacing; outside the image its border
    repeats.

    Args:
        gray: (H, W) uint8.
        xy: (N, 2) float32 pixels; non-finite coordinates are read as 0.
        size: (N,) float32 diameters in pixels, limited to [2, 512]; non-finite ones are read as 4.
        angle_deg: (N,) float32 degrees clockwise on screen; negative or non-finite: upright.
        num_threads: 0 for all processors. The result does not depend on it.
        num_grids: G, 1 to 3.

    Returns:
        (N, G, 24, 24) float32, each patch p as (p - mean) / sqrt(variance + 2^2), in gray levels.

    Raises:
        ValueError: an array has another dtype or shape (nothing is converted), the image is
            empty, num_threads is negative, or num_grids is not in 1..3.
    """

def sample_patches_batch(
    grays: NDArray[np.uint8],
    image_index: NDArray[np.int32],
    xy: NDArray[np.float32],
    size: NDArray[np.float32],
    angle_deg: NDArray[np.float32],
    num_threads: int = 1,
    num_grids: int = 2,
) -> NDArray[np.float32]:
    """Do what sample_patches does for keypoints of several images of one shape.

    grays are (B, H, W) uint8; image_index, (N,) int32, names the image of each keypoint. The other
    arguments are those of sample_patches.

    Returns:
        (N, G, 24, 24) float32, equal to those of sample_patches on each image.

    Raises:
        ValueError: as sample_patches, or an index is not in [0, B).
    """

def sample_rings(
    gray: NDArray[np.uint8], xy: NDArray[np.float32], num_threads: int = 1
) -> NDArray[np.float32]:
    """Sample 12 rings of 32 at each keypoint, standardised together, for its angle and its size.

    Ring k has the radius ``r = 2 * 2**(k / 2.5)`` pixels (2.0 to 42.2); its sample j lies at
    ``xy + r * (cos(2 pi j / 32), sin(2 pi j / 32))``, so that j runs clockwise on screen. It is
    interpolated bilinearly in the image pyramid's level whose pixels are nearest to the spacing
    ``2 pi r / 32``; outside the image its border repeats.

    Args:
        gray: (H, W) uint8.
        xy: (N, 2) float32 pixels; non-finite coordinates are read as 0.
        num_threads: 0 for all processors. The result does not depend on it.

    Returns:
        (N, 12, 32) float32, the 384 values p of each keypoint as
        (p - mean) / sqrt(variance + 2^2), in gray levels.

    Raises:
        ValueError: an array has another dtype or shape (nothing is converted), the image is
            empty, or num_threads is negative.
    """

def sample_rings_batch(
    grays: NDArray[np.uint8],
    image_index: NDArray[np.int32],
    xy: NDArray[np.float32],
    num_threads: int = 1,
) -> NDArray[np.float32]:
    """Do what sample_rings does for keypoints of several images of one shape.

    grays are (B, H, W) uint8; image_index, (N,) int32, names the image of each keypoint. The other
    arguments are those of sample_rings.

    Returns:
        (N, 12, 32) float32, equal to those of sample_rings on each image.

    Raises:
        ValueError: as sample_rings, or an index is not in [0, B).
    """
