"""Photographs of scikit-image, and how they are seen from elsewhere by known homographies."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import skimage.data

SIZE = (400, 300)


@lru_cache(maxsize=16)
def photograph(name: str, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return a photograph as uint8 BGR."""
    image = getattr(skimage.data, name)()
    image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR if image.ndim == 2 else cv2.COLOR_RGB2BGR)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def turned(
    pan: float, tilt: float, roll: float, zoom: float = 1.0, size: tuple[int, int] = SIZE
) -> np.ndarray:
    """Return the homography from a flat picture to a camera that is turned by degrees."""
    focal = 1.2 * size[0]
    about_y, about_x, about_z = (
        cv2.Rodrigues(np.radians(angle) * np.array(axis, np.float64))[0]
        for angle, axis in ((pan, (0, 1, 0)), (tilt, (1, 0, 0)), (roll, (0, 0, 1)))
    )
    pose = about_x @ about_y @ about_z
    pose[:, 2] = [0, 0, focal / zoom]
    centre = np.array([[1, 0, (size[0] - 1) / 2], [0, 1, (size[1] - 1) / 2], [0, 0, 1]])
    lens = np.diag([focal, focal, 1])
    matrix = centre @ lens @ pose @ np.linalg.inv(centre)
    return matrix / matrix[2, 2]


def see(image: np.ndarray, homography: np.ndarray, light: float = 0.8) -> np.ndarray:
    """Return the image through a homography, in other light, with a little noise."""
    size = (image.shape[1], image.shape[0])
    seen = cv2.warpPerspective(image, homography, size, flags=cv2.INTER_AREA)
    noise = np.random.default_rng(0).normal(0, 2, image.shape)
    return np.clip(seen * light + 12 + noise, 0, 255).astype(np.uint8)


def gray(image: np.ndarray) -> np.ndarray:
    """Return the image in gray."""
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)


def mapped(points: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """Return (N, 2) points through a homography."""
    return cv2.perspectiveTransform(np.float64(points).reshape(-1, 1, 2), homography).reshape(-1, 2)


def errors(points0: np.ndarray, points1: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """Return how far each match is from the truth, in pixels."""
    return np.linalg.norm(mapped(points0, homography) - np.float64(points1), axis=1)


def corner_error(estimate: np.ndarray, truth: np.ndarray, size: tuple[int, int]) -> float:
    """Return how far a homography moves the corners from where they belong, in pixels."""
    width, height = size[0] - 1, size[1] - 1
    corners = np.float64([[0, 0], [width, 0], [width, height], [0, height]])
    return float(errors(corners, mapped(corners, estimate), truth).mean())
