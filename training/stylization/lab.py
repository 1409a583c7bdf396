"""Between BGR and CIE Lab, with colours that no screen can show brought back gently."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# CIE XYZ of D65, relative to white, to linear BGR of sRGB (IEC 61966-2-1).
XYZ_TO_BGR = np.linalg.inv(
    np.array(
        [
            [0.180423, 0.357580, 0.412453],
            [0.072169, 0.715160, 0.212671],
            [0.950227, 0.119193, 0.019334],
        ]
    )
) * [0.950456, 1.0, 1.088754]
SHADOW, HIGHLIGHT = 4.0, 92.0


def to_lab(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn (H, W, 3) uint8 BGR into float32 Lab: L 0..100, a and b about -127..127."""
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2Lab), np.float32)


def lab_to_bgr(lab: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Turn (H, W, 3) float32 Lab of any values into uint8 BGR.

    Lightness below 4 and above 92 is compressed so that it nears 0 and 100 and never gets there.
    A colour outside the range of BGR is moved towards the gray of its luminance until it is
    inside: clipping its channels would merge neighbours into flat areas of another hue.
    """
    y = (_compressed(lab[..., 0]) + 16) / 116
    xyz = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], -1)
    xyz = np.where(xyz > 6 / 29, xyz * xyz * xyz, (xyz - 4 / 29) * 3 * (6 / 29) ** 2)
    gray = xyz[..., 1:2]
    chroma = xyz @ XYZ_TO_BGR.T.astype(np.float32) - gray
    room = np.where(chroma > 0, 1 - gray, gray)
    share = (room / np.maximum(np.abs(chroma), 1e-9)).min(-1, keepdims=True)
    bgr = gray + np.minimum(share, 1) * chroma
    bgr = np.where(bgr <= 0.0031308, 12.92 * bgr, 1.055 * np.maximum(bgr, 0) ** (1 / 2.4) - 0.055)
    return np.asarray(np.clip(bgr * 255 + 0.5, 0, 255), np.uint8)


def _compressed(lightness: NDArray[np.float32]) -> NDArray[np.float32]:
    low = SHADOW * np.exp(np.minimum(lightness - SHADOW, 0) / SHADOW)
    headroom = 100 - HIGHLIGHT
    high = 100 - headroom * np.exp(-np.maximum(lightness - HIGHLIGHT, 0) / headroom)
    middle = np.where(lightness < SHADOW, low, lightness)
    return np.asarray(np.where(lightness > HIGHLIGHT, high, middle), np.float32)
