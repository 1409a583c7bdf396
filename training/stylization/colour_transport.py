"""Colour transport: colours, tones and local contrast of one photograph for another.

Every step maps a pixel by its colour, or scales detail in place; none moves anything.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.exposure import match_histograms

from ssldescriptor.training.stylization.lab import lab_to_bgr, to_lab

Image = NDArray[np.uint8]
Lab = NDArray[np.float32]
Matrix = NDArray[np.float64]

# Limits that keep a photograph plausible: more stretch shows the blocks and noise of JPEG files.
GAINS = (0.25, 2.0)
SLOPES = (0.4, 1.8)
MAX_CAST = 22.0  # of a and b: how far the mean colour may move
DETAIL_GAINS = (0.6, 1.4)
DETAIL_RADIUS = 8
DETAIL_EDGE = 12.0  # of lightness; steps higher than this belong to the base


def transport(content: Image, style: Image) -> Image:
    """Give a photograph the colours, tones and local contrast of another.

    Args:
        content: (H, W, 3) uint8 BGR.
        style: (H', W', 3) uint8 BGR.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    source, target = to_lab(content), to_lab(style)
    moved = move_colours(source, target)
    lightness = match_tones(moved[..., 0], target[..., 0])
    moved[..., 0] = match_detail(lightness, target[..., 0])
    return lab_to_bgr(moved)


def move_colours(source: Lab, target: Lab) -> Lab:
    """Apply the Monge-Kantorovich linear map between two clouds of colours, (H, W, 3) Lab each.

    The mean of a and b moves by at most MAX_CAST, so that a street under a blue sky is not blue.
    Pitie & Kokaram, The linear Monge-Kantorovitch linear colour mapping for example-based colour
    transfer (CVMP 2007), equation 7.
    """
    pixels, wanted = (lab.reshape(-1, 3).astype(np.float64) for lab in (source, target))
    matrix = transport_matrix(np.cov(pixels.T), np.cov(wanted.T))
    mean = pixels.mean(0)
    shift = wanted.mean(0) - mean
    shift[1:] *= min(1.0, MAX_CAST / max(float(np.hypot(*shift[1:])), 1e-9))
    moved = (pixels - mean) @ matrix + mean + shift
    return np.asarray(moved.reshape(source.shape), np.float32)


def transport_matrix(source: Matrix, target: Matrix, gains: tuple[float, float] = GAINS) -> Matrix:
    """Return the symmetric T with T source T = target, as near as the gains allow.

    T = S^-1/2 (S^1/2 C S^1/2)^1/2 S^-1/2 for covariances S and C (3, 3): of all linear maps that
    turn one Gaussian into the other, the one that moves colours least.

    Args:
        source: covariance of the source.
        target: covariance of the target.
        gains: least and largest stretch along any direction.
    """
    floor = 1e-6 * np.trace(source) + 1e-9
    root = power(source + floor * np.eye(3), 0.5)
    inverse = np.linalg.inv(root)
    exact = inverse @ power(root @ target @ root, 0.5) @ inverse
    values, vectors = np.linalg.eigh(exact)
    limited: Matrix = (vectors * np.clip(values, *gains)) @ vectors.T
    return limited


def power(matrix: Matrix, exponent: float) -> Matrix:
    """Return a power of a symmetric positive semi-definite matrix (N, N)."""
    values, vectors = np.linalg.eigh(matrix)
    result: Matrix = (vectors * np.maximum(values, 0) ** exponent) @ vectors.T
    return result


def match_tones(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring the histogram of a lightness (H, W) near another's by a curve of limited slope.

    A curve that is too steep shows steps in a sky, one that is too flat loses edges; so the curve
    of the exact match is followed at the median and as far as its slope allows.
    """
    sample = source[::2, ::2]
    exact = match_histograms(sample, target[::2, ::2])
    levels = np.linspace(0.005, 0.995, 48)
    # Strictly rising, also where many pixels have one lightness.
    x = np.quantile(sample, levels) + 1e-3 * np.arange(len(levels))
    y = np.quantile(exact, levels)
    slope = np.convolve(np.pad(np.diff(y) / np.diff(x), 2, mode="edge"), np.full(5, 0.2), "valid")
    slope = np.clip(slope, *SLOPES)
    curve = np.concatenate([[0.0], np.cumsum(slope * np.diff(x))])
    curve += np.median(exact) - np.interp(np.median(sample), x, curve)
    # Beyond the outermost levels the curve goes on straight, so that highlights keep their shape.
    below = np.minimum(source - x[0], 0) * slope[0]
    above = np.maximum(source - x[-1], 0) * slope[-1]
    return np.asarray(np.interp(source, x, curve) + below + above, np.float32)


def match_detail(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale the fine detail of a lightness (H, W) to the strength of another's.

    The base is an edge-preserving average, so no halo appears beside strong edges.
    """
    base = guided_average(source)
    detail = source - base
    wanted = np.abs(target - guided_average(target)).mean()
    gain = np.clip(wanted / max(float(np.abs(detail).mean()), 1e-3), *DETAIL_GAINS)
    return np.asarray(base + gain * detail, np.float32)


def guided_average(lightness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average where the picture is smooth and leave edges (He et al., Guided filter, ECCV 2010)."""
    size = (2 * DETAIL_RADIUS + 1, 2 * DETAIL_RADIUS + 1)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, size), np.float32)

    average = mean(lightness)
    variance = np.maximum(mean(lightness * lightness) - average * average, 0)
    share = np.asarray(variance / (variance + DETAIL_EDGE**2), np.float32)
    return np.asarray(mean(share) * lightness + mean((1 - share) * average), np.float32)
