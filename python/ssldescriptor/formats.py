"""The forms in which descriptors are handed out: "float", "sift" and "binary"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

SIFT_SCALE = 512.0
"""What SIFT multiplies its unit rows with before it rounds them."""

NUM_BITS = 256
"""Bits in a binary descriptor, as many as ORB's."""

# Rows are rounded to multiples of 1 / _STEPS before they are projected. With all numbers integers
# below 2^24, float32 sums are exact: a bit does not depend on the machine or on the batch.
_STEPS = 4096
_SEED = 0x55D0


@dataclass(frozen=True)
class DescriptorFormat:
    """One form of descriptors.

    Attributes:
        name: What `descriptor=` calls it.
        size: Columns of a row: what descriptorSize() answers.
        type: cv2.CV_32F or cv2.CV_8U: what descriptorType() answers.
        norm: cv2.NORM_L2 or cv2.NORM_HAMMING: what defaultNorm() answers.
        encode: From (N, D) float32 unit rows to (N, size) rows of this form.
    """

    name: str
    size: int
    type: int
    norm: int
    encode: Callable[[FloatArray], NDArray[Any]]


NAMES = ("float", "sift", "binary")


def get_format(
    name: str, dim: int, bits: Callable[[FloatArray], FloatArray] | None = None
) -> DescriptorFormat:
    """Find a form by name.

    Args:
        name: "float", "sift" or "binary".
        dim: Columns of the float rows.
        bits: The model's own binary head, from (N, dim) rows to (N, 256) logits; without one,
            "binary" uses a fixed projection.

    Raises:
        ValueError: No such form.
    """
    if name == "float":
        return DescriptorFormat(name, dim, cv2.CV_32F, cv2.NORM_L2, np.ascontiguousarray)
    if name == "sift":
        return DescriptorFormat(name, dim, cv2.CV_32F, cv2.NORM_L2, to_sift)
    if name == "binary":
        encode = to_binary if bits is None else partial(pack_bits, bits=bits)
        return DescriptorFormat(name, NUM_BITS // 8, cv2.CV_8U, cv2.NORM_HAMMING, encode)
    raise ValueError(f"descriptor={name!r} is not a form of descriptors; known: {', '.join(NAMES)}")


def no_rows(feature: Any) -> NDArray[Any]:
    """Return the (0, size) rows that a feature of ours or of OpenCV means by None."""
    dtype = np.uint8 if feature.descriptorType() == cv2.CV_8U else np.float32
    return np.empty((0, feature.descriptorSize()), dtype)


def to_sift(rows: FloatArray) -> FloatArray:
    """Scale unit rows to SIFT's range: integers 0..255 in float32, L2 norm about 512.

    Args:
        rows: (N, D) float32, non-negative unit rows.

    Returns:
        (N, D) float32. An element above 0.498 is cut to 255, as SIFT does.
    """
    scaled: FloatArray = np.clip(np.rint(rows * np.float32(SIFT_SCALE)), 0, 255)
    return scaled


def to_binary(rows: FloatArray) -> NDArray[np.uint8]:
    """Take 256 signs of a fixed projection of the mean-centred rows, 32 bytes per row.

    The angle between two centred rows then grows with the Hamming distance of their signs
    (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002).

    Args:
        rows: (N, D) float32.

    Returns:
        (N, 32) uint8; a bit is set where the projection is positive.
    """
    dim = rows.shape[1]
    steps = np.rint(rows * np.float32(_STEPS))
    # Centring times the dimension keeps integers integers; a sign does not change.
    centred = steps * np.float32(dim) - steps.sum(axis=1, keepdims=True)
    return np.packbits(centred @ fixed_projection(dim) > 0, axis=1)


def pack_bits(rows: FloatArray, bits: Callable[[FloatArray], FloatArray]) -> NDArray[np.uint8]:
    """Take the signs of a model's own projection.

    Args:
        rows: (N, D) float32.
        bits: From (N, D) rows to (N, 256) logits, N > 0.

    Returns:
        (N, 32) uint8; a bit is set where the logit is positive.
    """
    if not len(rows):
        return np.empty((0, NUM_BITS // 8), np.uint8)
    return np.packbits(bits(rows) > 0, axis=1)


@lru_cache(maxsize=4)
def fixed_projection(dim: int) -> FloatArray:
    """Make the (dim, 256) matrix of +1 and -1 behind `to_binary`.

    Columns are rows of Hadamard matrices whose columns change sign at random. Within each block of
    n columns, n the next power of two, they are orthogonal (exactly when dim is a power of two), so
    no two bits of a block ask for the same thing.
    """
    n = 1 << max(dim - 1, 0).bit_length()
    hadamard = np.ones((1, 1), dtype=np.int8)
    while len(hadamard) < n:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]]).astype(np.int8)
    blocks = [hadamard * _signs(n, _SEED + block) for block in range(-(-NUM_BITS // n))]
    return np.vstack(blocks)[:NUM_BITS, :dim].T.astype(np.float32)


def _signs(n: int, seed: int) -> NDArray[np.int8]:
    """Draw n signs by splitmix64 (Steele, Lea, Flood, OOPSLA 2014), the same on every machine."""
    mask = (1 << 64) - 1
    state, signs = seed, []
    for _ in range(n):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        signs.append(1 if (z ^ (z >> 31)) & 1 else -1)
    return np.array(signs, dtype=np.int8)
