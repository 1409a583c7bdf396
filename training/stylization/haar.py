"""Haar wavelet pooling and its exact inverse (Yoo et al., WCT2, ICCV 2019, section 3.1)."""

from __future__ import annotations

import torch
from torch import Tensor

Details = tuple[Tensor, Tensor, Tensor]


def haar_pool(x: Tensor) -> tuple[Tensor, Details]:
    """Split (B, C, H, W), both sides even, into the low part and three details at half the size.

    Low is the sum of each 2 x 2 block over 2; the details are what it lacks across, down and
    along the diagonal. The four are an orthonormal transform of the block.

    Raises:
        ValueError: a side is odd.
    """
    if x.shape[-1] % 2 or x.shape[-2] % 2:
        raise ValueError(f"wavelet pooling needs even sides, got {tuple(x.shape[-2:])}")
    a, b = x[..., ::2, ::2], x[..., ::2, 1::2]
    c, d = x[..., 1::2, ::2], x[..., 1::2, 1::2]
    across, down, diagonal = (b - a + d - c) / 2, (c - a + d - b) / 2, (a - b - c + d) / 2
    return (a + b + c + d) / 2, (across, down, diagonal)


def haar_unpool(low: Tensor, details: Details) -> Tensor:
    """Put the parts of `haar_pool` together again: (B, C, H, W) each to (B, C, 2H, 2W)."""
    across, down, diagonal = details
    rows = [
        torch.stack([low - across - down + diagonal, low + across - down - diagonal], -1),
        torch.stack([low - across + down - diagonal, low + across + down + diagonal], -1),
    ]
    blocks = torch.stack(rows, -3) / 2  # (B, C, H, 2, W, 2)
    return blocks.flatten(-2).flatten(-3, -2)
