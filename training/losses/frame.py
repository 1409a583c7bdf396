"""Losses of the frame head: the angle and the size of a keypoint follow the view."""

from __future__ import annotations

import torch
from torch import Tensor


def gravity_nll(vector: Tensor, angle: Tensor) -> Tensor:
    """Von Mises negative log likelihood of the direction in which the photograph is upright.

    The length of the vector is the concentration, so an unsure place may say so. The constant
    log 2 pi is left out.

    Args:
        vector: (..., 2) concentration times (cos, sin).
        angle: (...,) radians, the direction that was the photograph's x axis.
    """
    concentration = vector.norm(dim=-1).clamp(min=1e-4)
    log_i0 = torch.log(torch.special.i0e(concentration)) + concentration
    aligned = vector[..., 0] * angle.cos() + vector[..., 1] * angle.sin()
    return (log_i0 - aligned).mean()


def turn_consistency(vector0: Tensor, vector1: Tensor, turn: Tensor) -> Tensor:
    """1 - cos of the difference between the predicted and the true turn from view 0 to view 1.

    Args:
        vector0: (..., 2) direction in view 0, any length.
        vector1: (..., 2) direction in view 1.
        turn: (...,) radians.
    """
    return (1 - torch.cos(turn_error(vector0, vector1, turn))).mean()


def turn_error(vector0: Tensor, vector1: Tensor, turn: Tensor) -> Tensor:
    """Return predicted minus true turn, radians, not wrapped."""
    angle0 = torch.atan2(vector0[..., 1], vector0[..., 0])
    angle1 = torch.atan2(vector1[..., 1], vector1[..., 0])
    return angle1 - angle0 - turn


def scale_consistency(log_size0: Tensor, log_size1: Tensor, scale: Tensor) -> Tensor:
    """Huber loss of log2 sizes that should differ by log2 of the scale between the views."""
    error = log_size1 - log_size0 - torch.log2(scale)
    return torch.nn.functional.huber_loss(error, torch.zeros_like(error), delta=0.5)
