"""The angle of a keypoint, and how sure it is, from the model's logits over directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


def angle_of(direction: FloatArray) -> FloatArray:
    """Return the likeliest direction, refined by the parabola through its neighbours.

    Args:
        direction: (N, A) logits; bin j is the angle 360 j / A.

    Returns:
        (N,) float32 degrees clockwise in image axes, in [0, 360). Ties go to the lowest bin.
    """
    count, bins = direction.shape
    row = np.arange(count)
    best = direction.argmax(1)
    middle = direction[row, best]
    before, after = direction[row, best - 1], direction[row, (best + 1) % bins]
    curvature = before - 2 * middle + after
    offset = 0.5 * (before - after) / np.where(curvature < 0, curvature, -np.inf)
    angle: FloatArray = ((best + offset) * np.float32(360 / bins) % 360).astype(np.float32)
    angle[angle >= 360] = 0  # a tiny negative angle rounds up to the full circle
    return angle


def in_circle(angle: FloatArray) -> FloatArray:
    """Bring angles (N,) in degrees into [0, 360), as from atan2; -1 is none and stays -1."""
    with np.errstate(invalid="ignore"):  # the remainder of an infinity
        return np.where((angle < 0) & (angle != -1), angle % 360, angle).astype(np.float32)


def certainty_of(direction: FloatArray) -> FloatArray:
    """Return the log of the chance of the likeliest direction and its two neighbours.

    Args:
        direction: (N, A) logits.

    Returns:
        (N,) float32, at most 0.
    """
    weight = np.exp(direction - direction.max(1, keepdims=True))
    row, best = np.arange(len(weight)), direction.argmax(1)
    near = sum(weight[row, (best + step) % weight.shape[1]] for step in (-1, 0, 1))
    certainty: FloatArray = np.log(near / weight.sum(1)).astype(np.float32)
    return np.minimum(certainty, np.float32(0))
