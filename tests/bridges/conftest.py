"""Photographs for the tests of the bridges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

SIZE = (320, 240)


def photograph(name: str) -> np.ndarray:
    """Return (240, 320) uint8, gray."""
    gray = cv2.cvtColor(getattr(skimage.data, name)(), cv2.COLOR_RGB2GRAY)
    return cv2.resize(gray, SIZE, interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="session")
def image() -> np.ndarray:
    """Return a photograph."""
    return photograph("coffee")


@pytest.fixture(scope="session")
def pair(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a photograph, its view turned by 25 degrees in less light, and their homography."""
    turn = np.vstack([cv2.getRotationMatrix2D((160, 120), 25, 0.9), [0, 0, 1]])
    seen = cv2.warpPerspective(image, turn, SIZE, flags=cv2.INTER_AREA)
    return image, np.asarray(seen * 0.7 + 10, np.uint8), turn
