"""Patches and rings of training keypoints, cut by the same core function as at run time."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ssldescriptor import _core


@torch.no_grad()
def cut_patches(
    gray: Tensor, xy: Tensor, size: Tensor, angle: Tensor, threads: int, grids: int = 2
) -> Tensor:
    """Cut the patches of every keypoint, the finest first.

    Args:
        gray: (B, H, W) uint8.
        xy: (B, K, 2) pixels.
        size: (B, K) pixels.
        angle: (B, K) radians, clockwise in image axes.
        threads: of the core.
        grids: how many patches.

    Returns:
        (B * K, grids, 24, 24) float32.
    """
    images, count = size.shape
    index = np.repeat(np.arange(images, dtype=np.int32), count)
    degrees = torch.remainder(torch.rad2deg(angle), 360.0)
    patches = _core.sample_patches_batch(
        gray.numpy(),
        index,
        _rows(xy.reshape(-1, 2)),
        _rows(size.reshape(-1)),
        _rows(degrees.reshape(-1)),
        threads,
        grids,
    )
    return torch.from_numpy(patches)


@torch.no_grad()
def cut_rings(gray: Tensor, xy: Tensor, threads: int) -> Tensor:
    """Cut the rings around every keypoint.

    Args:
        gray: (B, H, W) uint8.
        xy: (B, K, 2) pixels.
        threads: of the core.

    Returns:
        (B * K, 12, 32) float32.
    """
    index = np.repeat(np.arange(len(xy), dtype=np.int32), xy.shape[1])
    rings = _core.sample_rings_batch(gray.numpy(), index, _rows(xy.reshape(-1, 2)), threads)
    return torch.from_numpy(rings)


def as_steps(values: NDArray[np.float32], steps: int) -> NDArray[np.int8]:
    """Return standardised gray levels times `steps`, rounded and clipped to what int8 holds."""
    return np.clip(np.rint(values * steps), -127, 127).astype(np.int8)


def _rows(x: Tensor) -> np.ndarray:
    return np.ascontiguousarray(x.numpy(), dtype=np.float32)
