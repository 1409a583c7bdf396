"""Points, angles and scales carried through batched homographies, in torch."""

from __future__ import annotations

import torch
from torch import Tensor


def warp_points(h: Tensor, xy: Tensor) -> Tensor:
    """Map points (B, N, 2) by homographies (B, 3, 3)."""
    return _mapped(h, xy)[0]


def _mapped(h: Tensor, xy: Tensor) -> tuple[Tensor, Tensor]:
    """Map points; return them and the (B, N, 1) that they were divided by."""
    ones = torch.ones_like(xy[..., :1])
    mapped = torch.cat([xy, ones], -1) @ h.transpose(1, 2)
    w = mapped[..., 2:].clamp(min=1e-6)
    return mapped[..., :2] / w, w


def turn_and_scale(h: Tensor, xy: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far a homography turns (radians) and scales around each point.

    The turn is the rotation nearest to the Jacobian, the scale the root of its determinant.

    Args:
        h: (B, 3, 3).
        xy: (B, N, 2).

    Returns:
        (B, N) radians, clockwise in image axes, and (B, N) factors.
    """
    target, w = _mapped(h, xy)
    # J[i, j] = (h_ij - target_i h_2j) / w
    top = h[:, None, :2, :2] - target[..., None] * h[:, None, 2:, :2]
    jacobian = top / w[..., None]
    turn = torch.atan2(
        jacobian[..., 1, 0] - jacobian[..., 0, 1], jacobian[..., 0, 0] + jacobian[..., 1, 1]
    )
    return turn, torch.linalg.det(jacobian).abs().clamp(min=1e-8).sqrt()


def rotate(xy: Tensor, angle: Tensor) -> Tensor:
    """Turn vectors (N, 2) by angles (N,), radians, clockwise in image axes."""
    cos, sin = angle.cos(), angle.sin()
    x, y = xy.unbind(-1)
    return torch.stack([cos * x - sin * y, sin * x + cos * y], -1)


def inside(xy: Tensor, width: float | Tensor, height: float | Tensor, margin: float) -> Tensor:
    """Tell which points (..., 2) lie at least `margin` px inside a width x height image."""
    x, y = xy[..., 0], xy[..., 1]
    return (x >= margin) & (y >= margin) & (x <= width - 1 - margin) & (y <= height - 1 - margin)


def sample_map(maps: Tensor, xy: Tensor, stride: int) -> Tensor:
    """Sample maps (B, C, h, w) of the given stride bilinearly at pixels (B, N, 2) -> (B, N, C).

    Cell i has its centre at pixel stride * i + (stride - 1) / 2; borders are clamped.
    """
    height, width = maps.shape[-2:]
    cell = (xy + 0.5) / stride
    scale = torch.tensor([width, height], dtype=xy.dtype, device=xy.device)
    grid = 2 * cell / scale - 1
    sampled = torch.nn.functional.grid_sample(
        maps.float(), grid[:, :, None], padding_mode="border", align_corners=False
    )
    return sampled[..., 0].transpose(1, 2)
