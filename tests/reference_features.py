"""Slow and obviously right numpy versions of the core's feature functions (test oracles)."""

import math

import numpy as np
from numpy.typing import NDArray

PATCH_SIZE = 24
SPACING_FACTORS = (0.25, 0.75, 1.75)
RINGS, RING_SAMPLES = 12, 32
RANK_STRIDE = 4
PEAK_SHARE = 0.1


def local_contrast(
    gray: NDArray[np.uint8], radius: int = 16, epsilon: float = 4.0
) -> NDArray[np.float64]:
    """Subtract each pixel's box mean and divide by its box deviation, one pixel at a time."""
    image = gray.astype(np.float64)
    height, width = image.shape
    out = np.empty_like(image)
    for y in range(height):
        for x in range(width):
            box = image[max(y - radius, 0) : y + radius + 1, max(x - radius, 0) : x + radius + 1]
            out[y, x] = (image[y, x] - box.mean()) / math.sqrt(box.var() + epsilon**2)
    return out


def bilinear(image: NDArray[np.floating], x: float, y: float) -> float:
    """Interpolate with coordinates clamped to the image's rectangle."""
    height, width = image.shape
    x = min(max(x, 0.0), width - 1.0)
    y = min(max(y, 0.0), height - 1.0)
    x0, y0 = math.floor(x), math.floor(y)
    x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
    fx, fy = x - x0, y - y0
    top = (1 - fx) * float(image[y0, x0]) + fx * float(image[y0, x1])
    bottom = (1 - fx) * float(image[y1, x0]) + fx * float(image[y1, x1])
    return (1 - fy) * top + fy * bottom


def is_peak(peak: NDArray[np.float32], y: int, x: int, radius: int) -> bool:
    """Tell whether a pixel beats all earlier and equals or beats all later ones of its window."""
    value = peak[y, x]
    if not np.isfinite(value):
        return False
    for v in range(max(y - radius, 0), min(y + radius + 1, peak.shape[0])):
        for u in range(max(x - radius, 0), min(x + radius + 1, peak.shape[1])):
            earlier = (v, u) < (y, x)
            later = (v, u) > (y, x)
            if earlier and not value > peak[v, u]:
                return False
            if later and not value >= peak[v, u]:
                return False
    return True


def refined(peak: NDArray[np.float32], y: int, x: int) -> tuple[float, float]:
    """Return (x, y) of the centroid around a pixel: 5 x 5 finite logits, at temperature 2."""
    rows, columns = (
        np.arange(max(at - 2, 0), min(at + 3, side))
        for at, side in zip((y, x), peak.shape, strict=True)
    )
    logits = peak[np.ix_(rows, columns)].astype(np.float64)
    excess = np.where(np.isfinite(logits), np.minimum(logits - float(peak[y, x]), 0), -np.inf)
    weight = np.exp(excess / 2)
    weight /= weight.sum()
    right = float(weight.sum(axis=0) @ (columns - x))
    down = float(weight.sum(axis=1) @ (rows - y))
    return x + min(max(right, -0.5), 0.5), y + min(max(down, -0.5), 0.5)


def find_keypoints(
    peak: NDArray[np.float32],
    rank: NDArray[np.float32],
    radius: int,
    border: int,
    *,
    max_keypoints: int = 0,
    mask: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N, 2) positions and (N,) scores, best first."""
    height, width = peak.shape
    found: list[tuple[float, float, float]] = []
    for y in range(border, height - border):
        for x in range(border, width - border):
            if (mask is None or mask[y, x]) and is_peak(peak, y, x, radius):
                shift = (RANK_STRIDE - 1) / 2
                at_x, at_y = (x - shift) / RANK_STRIDE, (y - shift) / RANK_STRIDE
                value = bilinear(rank, at_x, at_y) + PEAK_SHARE * float(peak[y, x])
                score = float(np.float32(value))
                if math.isfinite(score):
                    found.append((score, *refined(peak, y, x)))
    found.sort(key=lambda point: -point[0])  # stable: row-major among equals
    if max_keypoints > 0:
        found = found[:max_keypoints]
    rows = np.array(found, np.float64).reshape(-1, 3)
    return rows[:, 1:], rows[:, 0]


def halve(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Filter by the separable [1 3 3 1] / 8 with clamped edges and keep every second pixel."""
    for axis in (0, 1):
        size = image.shape[axis]
        k = np.arange((size + 1) // 2)
        taps = [np.clip(2 * k + shift, 0, size - 1) for shift in (-1, 0, 1, 2)]
        a, b, c, d = (np.take(image, tap, axis) for tap in taps)
        image = (a + 3 * b + 3 * c + d) / 8
    return image


def pyramid(gray: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """All levels of an image: at most 6, the short side stays at least 8."""
    levels = [gray.astype(np.float64)]
    while len(levels) < 6 and (min(levels[-1].shape) + 1) // 2 >= 8:
        levels.append(halve(levels[-1]))
    return levels


def patch(
    levels: list[NDArray[np.float64]], x: float, y: float, spacing: float, angle_deg: float
) -> NDArray[np.float64]:
    """Sample one (24, 24) grid and standardise it."""
    index = min(max(math.floor(math.log2(spacing) + 0.5), 0), len(levels) - 1)
    scale = 2**index
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    samples = np.empty((PATCH_SIZE, PATCH_SIZE))
    for i in range(PATCH_SIZE):
        for j in range(PATCH_SIZE):
            u, v = spacing * (j - 11.5), spacing * (i - 11.5)
            at_x, at_y = x + cosine * u - sine * v, y + sine * u + cosine * v
            samples[i, j] = bilinear(
                levels[index], (at_x + 0.5) / scale - 0.5, (at_y + 0.5) / scale - 0.5
            )
    samples -= samples.mean()
    samples /= math.sqrt(samples.var() + 4.0)
    return samples


def sample_patches(
    gray: NDArray[np.uint8],
    xy: NDArray[np.float32],
    size: NDArray[np.float32],
    angle_deg: NDArray[np.float32],
    num_grids: int = 2,
) -> NDArray[np.float64]:
    """Return (N, num_grids, 24, 24) patches."""
    levels = pyramid(gray)
    out = np.empty((len(xy), num_grids, PATCH_SIZE, PATCH_SIZE))
    for n in range(len(xy)):
        x, y = (float(c) if math.isfinite(c) else 0.0 for c in xy[n])
        diameter = min(max(float(size[n]), 2.0), 512.0) if math.isfinite(size[n]) else 4.0
        angle = float(angle_deg[n]) if math.isfinite(angle_deg[n]) and angle_deg[n] > 0 else 0.0
        for grid, factor in enumerate(SPACING_FACTORS[:num_grids]):
            out[n, grid] = patch(levels, x, y, factor * diameter, angle)
    return out


def rings(levels: list[NDArray[np.float64]], x: float, y: float) -> NDArray[np.float64]:
    """Sample the (12, 32) rings around one point and standardise them together."""
    samples = np.empty((RINGS, RING_SAMPLES))
    for k in range(RINGS):
        radius = 2 * 2 ** (k / 2.5)
        spacing = 2 * math.pi * radius / RING_SAMPLES
        index = min(max(math.floor(math.log2(spacing) + 0.5), 0), len(levels) - 1)
        scale = 2**index
        for j in range(RING_SAMPLES):
            turn = 2 * math.pi * j / RING_SAMPLES
            at_x, at_y = x + radius * math.cos(turn), y + radius * math.sin(turn)
            samples[k, j] = bilinear(
                levels[index], (at_x + 0.5) / scale - 0.5, (at_y + 0.5) / scale - 0.5
            )
    samples -= samples.mean()
    samples /= math.sqrt(samples.var() + 4.0)
    return samples


def sample_rings(gray: NDArray[np.uint8], xy: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (N, 12, 32) rings."""
    levels = pyramid(gray)
    out = np.empty((len(xy), RINGS, RING_SAMPLES))
    for n, point in enumerate(xy):
        x, y = (float(c) if math.isfinite(c) else 0.0 for c in point)
        out[n] = rings(levels, x, y)
    return out
