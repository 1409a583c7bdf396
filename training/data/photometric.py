"""Random light, camera and time of day: one colour view in, one gray view out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


LUMA = np.array([0.114, 0.587, 0.299])
SOFT_SIGMA = (0.5, 4.0)  # pixels


@dataclass(frozen=True)
class LightOptions:
    """How often each kind of relighting happens at full strength, 0..1 each; 0 switches it off.

    Attributes:
        channel_mixing: gray by uneven weights of the channels, some of them negative.
        hue_saturation: hue turned by up to 60 degrees, saturation times 0 to 2, before gray.
        gradients: smooth light over the view, by factors of about 1.1 to 2 each way.
        shadow: an area with a hard or soft edge that loses 30 to 75 % of its light.
        large_areas: brightness of large areas weakened or turned over, edges stay.
        tones: brightness and contrast (a factor of about 1.35 each way and an offset of 0.08) and
            gamma (about 1.4 each way).
        night: dark, lit by a few lamps, noisy.
        blur: Gaussian, sigma 0.4 to 2 px.
        motion_blur: along a line of 3 to 9 px.
        noise: of the sensor, sigma 0.02 on average where white is 1.
        clahe: local histogram equalisation, clipped at 1 to 4, in tiles of 1/2 to 1/8 of the view
            (Zuiderveld, Graphics Gems IV, 1994).
        jpeg: quality 15 to 90.
        regions: areas of like brightness lit anew, each by its own factor (about 1.8 each way): a
            dark sky over lit walls.
        side_light: from one side; edges that face it are brightened.
        windows: 5 to 40 small rectangles lit or dark.
        openings: what is darker than all around it becomes bright, here and there, and what is
            brighter becomes dark: panes lit from within, white frames and signs without the sun.
        soft: Gaussian, sigma 0.5 to 4 px, before all else and however weak the relighting: a lens
            out of focus in the same light.
    """

    channel_mixing: float = 0.5
    hue_saturation: float = 0.25
    gradients: float = 0.7
    shadow: float = 0.25
    large_areas: float = 0.3
    tones: float = 1.0
    night: float = 0.25
    blur: float = 0.3
    motion_blur: float = 0.15
    noise: float = 0.6
    clahe: float = 0.1
    jpeg: float = 0.35
    regions: float = 0.0
    side_light: float = 0.0
    windows: float = 0.0
    openings: float = 0.0
    soft: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no probability.

        Raises:
            ValueError: names the field.
        """
        for name, value in vars(self).items():
            if not 0 <= value <= 1:
                raise ValueError(f"data.pair.light.{name} is {value}, wanted 0 to 1")


ALL_LIGHT = LightOptions()


def random_gray(
    rng: np.random.Generator,
    view: NDArray[np.uint8],
    strength: float = 1.0,
    light: LightOptions = ALL_LIGHT,
) -> NDArray[np.uint8]:
    """Relight a (H, W, 3) uint8 BGR view and return it as (H, W) uint8 gray.

    Args:
        rng: source of randomness; the same state gives the same picture.
        view: BGR.
        strength: 0 leaves the picture as it is but for `light.soft`, 1 is the full range.
        light: which kinds of relighting there are, and how often.
    """

    def happens(probability: float) -> bool:
        return bool(rng.random() < probability * strength)

    if light.soft and rng.random() < light.soft:
        sigma = float(np.exp(rng.uniform(*np.log(SOFT_SIGMA))))
        view = np.asarray(cv2.GaussianBlur(view, (0, 0), sigma), np.uint8)
    image = _mix_channels(rng, view, light, strength)
    if happens(light.gradients):
        amount = float(rng.uniform(0.1, 0.7))
        image = image * np.exp(amount * _smooth_field(rng, image.shape, int(rng.integers(2, 6))))
    if happens(light.shadow):
        image = _shadow(rng, image)
    if happens(light.large_areas):
        image = _flatten_tones(rng, image)
    for probability, relit in (
        (light.regions, _regions),
        (light.side_light, _side_light),
        (light.windows, _windows),
        (light.openings, _openings),
    ):
        # Off by default, and then nothing is drawn: pairs without them stay as they were.
        if probability and happens(probability):
            image = relit(rng, image)
    if happens(light.tones):
        image = _tone_curve(rng, image, strength)
    if happens(light.night):
        image = _night(rng, image)
    if happens(light.blur):
        blurred = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 2.0)))
        image = np.asarray(blurred, np.float32)
    if happens(light.motion_blur):
        image = _motion_blur(rng, image)
    if happens(light.noise):
        sigma = float(rng.exponential(0.02))
        image = image + sigma * rng.standard_normal(image.shape, np.float32)
    gray = np.asarray(np.clip(image * 255 + 0.5, 0, 255), np.uint8)
    if happens(light.clahe):
        gray = _clahe(rng, gray)
    return _jpeg(rng, gray) if happens(light.jpeg) else gray


def _mix_channels(
    rng: np.random.Generator, view: NDArray[np.uint8], light: LightOptions, strength: float
) -> Image:
    weights = LUMA
    if rng.random() < light.channel_mixing * strength:
        # Uneven weights change the order of brightness between colours, as another light does.
        weights = rng.dirichlet([1.0, 1.5, 1.0]) + rng.normal(0, 0.15, 3)
        weights /= max(abs(weights.sum()), 0.5)
    if rng.random() < light.hue_saturation * strength:
        turn, saturation = np.deg2rad(rng.uniform(-60, 60)), rng.uniform(0, 2)
        weights = weights @ hue_saturation_matrix(turn, saturation)
    mixed = cv2.transform(view.astype(np.float32), weights[None] / 255)
    return np.asarray(np.clip(mixed, 0, 1), np.float32)


def hue_saturation_matrix(turn: float, saturation: float) -> NDArray[np.float64]:
    """Return the (3, 3) matrix on BGR columns that turns hue and scales saturation.

    The turn is about the gray axis, whose colours stay (Haeberli, Matrix operations for image
    processing, 1993). Followed by a weighted sum it is one more mixing of channels, at no cost.

    Args:
        turn: radians.
        saturation: factor; 0 leaves the mean of the channels.
    """
    mean = np.full((3, 3), 1 / 3)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    rotation = mean + np.cos(turn) * (np.eye(3) - mean) + np.sin(turn) * cross
    return np.asarray(mean + saturation * (rotation - mean), np.float64)


def _smooth_field(rng: np.random.Generator, shape: tuple[int, ...], cells: int) -> Image:
    field = rng.standard_normal((cells, cells)).astype(np.float32)
    fine = cv2.resize(field, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, np.float32)


def _shadow(rng: np.random.Generator, image: Image) -> Image:
    edge = _smooth_field(rng, image.shape, 3) > rng.normal(0, 0.5)
    soft = cv2.GaussianBlur(edge.astype(np.float32), (0, 0), float(rng.uniform(0.6, 3)))
    return np.asarray(image * (1 - float(rng.uniform(0.3, 0.75)) * soft), np.float32)


def _flatten_tones(rng: np.random.Generator, image: Image) -> Image:
    """Weaken, or turn over, the brightness of large areas while edges stay: day against night."""
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(2, 6)))
    low = cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    amount = float(rng.uniform(0.3, 1.4))
    return np.asarray(image - amount * (low - low.mean()), np.float32)


def _regions(rng: np.random.Generator, image: Image) -> Image:
    """Light each range of brightness, of a blurred image, by a factor of its own."""
    low = np.clip(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(1, 4))), 0, 1)
    knots = int(rng.integers(4, 8))
    factors = np.exp(rng.normal(0, 0.6, knots))
    return np.asarray(image * np.interp(low, np.linspace(0, 1, knots), factors), np.float32)


def _side_light(rng: np.random.Generator, image: Image) -> Image:
    """Add the slope of the image along one direction, as if bright were high."""
    low = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.7, 2.5)))
    angle = float(rng.uniform(0, 2 * np.pi))
    slope_x, slope_y = (cv2.Sobel(low, cv2.CV_32F, *xy, scale=1 / 8) for xy in ((1, 0), (0, 1)))
    slope = np.cos(angle) * slope_x + np.sin(angle) * slope_y
    return np.asarray(image + float(rng.uniform(0.5, 2.5)) * slope, np.float32)


def _windows(rng: np.random.Generator, image: Image) -> Image:
    factor = np.ones_like(image)
    for _ in range(int(rng.integers(5, 40))):
        width, height = rng.integers(4, 22, 2)
        x, y = (int(rng.integers(0, length)) for length in image.shape[::-1])
        factor[y : y + height, x : x + width] = np.exp(rng.normal(0.3, 0.7))
    return image * factor


def _openings(rng: np.random.Generator, image: Image) -> Image:
    """Turn over the contrast of dark or of bright details, of a random width, in some places."""
    side = int(rng.integers(3, 15)) * 2 + 1
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    dark = bool(rng.random() < 0.7)
    hat = cv2.morphologyEx(image, cv2.MORPH_BLACKHAT if dark else cv2.MORPH_TOPHAT, element)
    field = _smooth_field(rng, image.shape, int(rng.integers(3, 9))) + float(rng.normal(0.3, 0.5))
    amount = np.clip(field, 0, 1) * float(rng.uniform(1, 2.5))
    return np.asarray(image + amount * hat if dark else image - amount * hat, np.float32)


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


def _motion_blur(rng: np.random.Generator, image: Image) -> Image:
    length = int(rng.integers(3, 9)) | 1
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    half = length // 2
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    start = (round(half - dx), round(half - dy))
    cv2.line(kernel, start, (round(half + dx), round(half + dy)), 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.float32)


def _clahe(rng: np.random.Generator, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    tiles = int(rng.integers(2, 9))
    clahe = cv2.createCLAHE(float(rng.uniform(1, 4)), (tiles, tiles))
    return np.asarray(clahe.apply(gray), np.uint8)


def _jpeg(rng: np.random.Generator, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    quality = int(rng.integers(15, 90))
    done, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("JPEG encoder failed")
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
