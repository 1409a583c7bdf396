"""Random light, camera and time of day: one colour view in, one gray view out."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


def random_gray(
    rng: np.random.Generator, view: NDArray[np.uint8], strength: float = 1.0
) -> NDArray[np.uint8]:
    """Relight a (H, W, 3) uint8 BGR view and return it as (H, W) uint8 gray.

    Args:
        rng: source of randomness; the same state gives the same picture.
        view: BGR.
        strength: 0 leaves the picture as it is, 1 is the full range.
    """
    image = _mix_channels(rng, view, strength)
    if rng.random() < 0.7 * strength:
        image = _light_field(rng, image)
    if rng.random() < 0.3 * strength:
        image = _flatten_tones(rng, image)
    image = _tone_curve(rng, image, strength)
    if rng.random() < 0.25 * strength:
        image = _night(rng, image)
    if rng.random() < 0.45 * strength:
        image = _blur(rng, image)
    if rng.random() < 0.6 * strength:
        sigma = float(rng.exponential(0.02))
        image = image + sigma * rng.standard_normal(image.shape, np.float32)
    gray = np.asarray(np.clip(image * 255 + 0.5, 0, 255), np.uint8)
    return _jpeg(rng, gray) if rng.random() < 0.35 * strength else gray


def _mix_channels(rng: np.random.Generator, view: NDArray[np.uint8], strength: float) -> Image:
    weights = np.array([0.114, 0.587, 0.299])
    if rng.random() < 0.5 * strength:
        # Uneven weights change the order of brightness between colours, as another light does.
        weights = rng.dirichlet([1.0, 1.5, 1.0]) + rng.normal(0, 0.15, 3)
        weights /= max(abs(weights.sum()), 0.5)
    mixed = cv2.transform(view.astype(np.float32), weights[None] / 255)
    return np.asarray(np.clip(mixed, 0, 1), np.float32)


def _smooth_field(rng: np.random.Generator, shape: tuple[int, ...], cells: int) -> Image:
    field = rng.standard_normal((cells, cells)).astype(np.float32)
    fine = cv2.resize(field, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, np.float32)


def _light_field(rng: np.random.Generator, image: Image) -> Image:
    cells = int(rng.integers(2, 6))
    amount = float(rng.uniform(0.1, 0.7))
    field = np.exp(amount * _smooth_field(rng, image.shape, cells))
    if rng.random() < 0.3:  # a shadow with a hard edge
        edge = _smooth_field(rng, image.shape, 3) > rng.normal(0, 0.5)
        soft = cv2.GaussianBlur(edge.astype(np.float32), (0, 0), float(rng.uniform(0.6, 3)))
        field = field * (1 - float(rng.uniform(0.3, 0.75)) * soft)
    return np.asarray(image * field, np.float32)


def _flatten_tones(rng: np.random.Generator, image: Image) -> Image:
    """Weaken, or turn over, the brightness of large areas while edges stay: day against night."""
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(2, 6)))
    low = cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    amount = float(rng.uniform(0.3, 1.4))
    return np.asarray(image - amount * (low - low.mean()), np.float32)


def _tone_curve(rng: np.random.Generator, image: Image, strength: float) -> Image:
    gamma = float(np.exp(strength * rng.normal(0, 0.35)))
    gain = float(np.exp(strength * rng.normal(0, 0.3)))
    offset = float(strength * rng.normal(0, 0.08))
    return np.asarray(np.clip(image, 0, None) ** gamma * gain + offset, np.float32)


def _night(rng: np.random.Generator, image: Image) -> Image:
    dark = np.clip(image, 0, 1) ** float(rng.uniform(1.0, 2.2)) * float(rng.uniform(0.08, 0.45))
    height, width = image.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    light = np.zeros_like(dark)
    glow = np.zeros_like(dark)
    for _ in range(int(rng.integers(1, 7))):
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        radius = rng.uniform(0.04, 0.35) * width
        spot = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2))
        light += float(rng.uniform(0.5, 4)) * spot
        core = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * rng.uniform(1, 5) ** 2))
        glow += float(rng.uniform(0, 1)) * core
    noise = rng.uniform(0.002, 0.03) * rng.standard_normal(image.shape, np.float32)
    return np.asarray(dark * (1 + light) + glow + noise, np.float32)


def _blur(rng: np.random.Generator, image: Image) -> Image:
    if rng.random() < 0.7:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 2.0))), np.float32)
    length = int(rng.integers(3, 9)) | 1
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    half = length // 2
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    start = (round(half - dx), round(half - dy))
    cv2.line(kernel, start, (round(half + dx), round(half + dy)), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.float32)


def _jpeg(rng: np.random.Generator, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    quality = int(rng.integers(15, 90))
    done, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("JPEG encoder failed")
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
