"""An image seen from the side: the views of ASIFT, and the way of keypoints to and fro."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.keypoints import copy_cv2

# Blur before an image is shrunk t times: 0.8 sqrt(t^2 - 1) (Morel and Yu, section 4).
_BLUR = 0.8


def view_params(
    max_tilt: int, min_tilt: int, tilt_step: float, rotate_step_base: float
) -> tuple[tuple[float, float], ...]:
    """List the views of ASIFT's Algorithm 1.

    Args:
        max_tilt: Highest power of tilt_step, included.
        min_tilt: Lowest power.
        tilt_step: Above 1.
        rotate_step_base: Degrees between two rolls at tilt 1, divided by the tilt elsewhere.

    Returns:
        Pairs (tilt, roll in degrees from 0 to below 180); tilt 1 has only the roll 0.

    Raises:
        ValueError: min_tilt is negative or above max_tilt, or a step is too small.
    """
    if not 0 <= min_tilt <= max_tilt:
        raise ValueError(f"tilts from {min_tilt} to {max_tilt}; 0 <= minTilt <= maxTilt is wanted")
    if not tilt_step > 1 or not rotate_step_base > 0:
        raise ValueError(
            f"tiltStep {tilt_step} and rotateStepBase {rotate_step_base}; above 1 and 0 are wanted"
        )
    views = []
    for power in range(min_tilt, max_tilt + 1):
        tilt = tilt_step**power
        step = rotate_step_base / tilt
        # Of rolls that reach 180 but for rounding, the last shows what the first does, mirrored.
        num_rolls = 1 if power == 0 else math.ceil(180 / step - 1e-6)
        views += [(tilt, index * step) for index in range(num_rolls)]
    return tuple(views)


@dataclass(frozen=True, eq=False)
class View:
    """One view.

    Attributes:
        image: (h, w) or (h, w, C) uint8, the image as it is seen.
        mask: (h, w) uint8, non-zero where the view shows the image; None for the image itself.
        matrix: (2, 3) float64 from pixels of the image to those of the view.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8] | None
    matrix: NDArray[np.float64]

    def to_image(self, keypoints: Sequence[cv2.KeyPoint], number: int) -> list[cv2.KeyPoint]:
        """Copy keypoints of the view, moved into the image; class_id becomes the view's number."""
        moved = _moved(keypoints, np.asarray(cv2.invertAffineTransform(self.matrix), np.float64))
        for keypoint in moved:
            keypoint.class_id = number
        return moved

    def from_image(
        self, keypoints: Sequence[cv2.KeyPoint], class_ids: Sequence[int] | None = None
    ) -> list[cv2.KeyPoint]:
        """Copy keypoints of the image, moved into the view, with class_id -1 if none is given."""
        moved = _moved(keypoints, self.matrix)
        for keypoint, class_id in zip(moved, class_ids or [-1] * len(moved), strict=True):
            keypoint.class_id = class_id
        return moved


def make_view(
    image: NDArray[np.uint8], mask: NDArray[np.uint8] | None, tilt: float, roll_deg: float
) -> View:
    """Turn an image by `roll_deg` about its axis, then look at it from the side.

    Args:
        image: (H, W) or (H, W, C) uint8.
        mask: (H, W) uint8 or None.
        tilt: 1 / cos of the angle at which it is seen; at least 1. The width shrinks so much.
        roll_deg: Turn before that, in degrees.

    Returns:
        The view, as large as it must be to hold the whole image.
    """
    height, width = image.shape[:2]
    if tilt == 1 and roll_deg == 0:
        return View(image, mask, np.eye(2, 3))
    cosine, sine = math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))
    turn = np.array([[cosine, -sine], [sine, cosine]])
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]) @ turn.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    matrix = np.hstack([turn, -low[:, None]])
    size = np.floor(high - low).astype(int) + 1
    turned = cv2.warpAffine(
        np.ascontiguousarray(image), matrix, (int(size[0]), int(size[1])),
        flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    seen = (max(math.ceil(size[0] / tilt), 1), int(size[1]))
    if tilt > 1:
        sigma = _BLUR * math.sqrt(tilt**2 - 1)
        blurred = cv2.GaussianBlur(turned, (0, 0), sigmaX=sigma, sigmaY=0.01)
        shrink = np.array([[1 / tilt, 0, 0], [0, 1, 0]])
        turned = cv2.warpAffine(
            blurred, shrink, seen, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        matrix[0] /= tilt
    whole = np.full((height, width), 255, np.uint8) if mask is None else mask
    shown = cv2.warpAffine(whole, matrix, seen, flags=cv2.INTER_NEAREST)
    return View(np.asarray(turned, np.uint8), np.asarray(shown, np.uint8), matrix)


def _moved(keypoints: Sequence[cv2.KeyPoint], matrix: NDArray[np.float64]) -> list[cv2.KeyPoint]:
    """Copy keypoints and map their points."""
    moved = list(copy_cv2(keypoints))
    points = np.array([k.pt for k in moved], np.float64).reshape(-1, 2)
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    for keypoint, point in zip(moved, mapped.tolist(), strict=True):
        keypoint.pt = (point[0], point[1])
    return moved
