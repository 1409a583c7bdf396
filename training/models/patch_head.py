"""The descriptor: a fine and a coarse patch around each keypoint, or a third one -> one unit row.

The patches are cut on grids turned by the keypoint's angle and scaled by its size, so the
geometry gives the invariance. One slim convolutional trunk reads each, a linear layer joins them.

The first layer takes 8 x 8 pixels at once, four apart: half the time of a stem of small strided
kernels (L2-Net, HardNet), and no layer has few channels on many pixels, which no processor likes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ssldescriptor.training.models.blocks import conv_block

PATCH_SIZE = 24
BLOCK = 4
CELLS = 3 * 3


class PatchHead(nn.Module):
    """Standardised patches (N, grids, 24, 24) -> descriptors (N, dim), non-negative, unit L2 rows.

    With three widths the stem is one of small strided kernels: half a point of MMA@3 more at the
    same number of steps, for two and a half times the time.
    """

    def __init__(self, widths: tuple[int, ...], dim: int, grids: int = 2) -> None:
        super().__init__()
        *_, last = widths
        self.dim = dim
        self.trunk = _slim(*widths) if len(widths) == 2 else _strided(*widths)
        self.project = nn.Sequential(
            nn.Linear(grids * last * CELLS, dim, bias=False), nn.BatchNorm1d(dim), nn.ReLU()
        )

    def forward(self, patches: Tensor) -> Tensor:
        """Describe each keypoint."""
        features = self.trunk(patches.reshape(-1, 1, PATCH_SIZE, PATCH_SIZE))
        row = self.project(features.reshape(patches.shape[0], -1))
        # The small constant keeps the norm of a row without any active unit away from zero.
        return functional.normalize(row.to(torch.float32) + 1e-4, dim=1)


class _BlockConv(nn.Conv2d):
    """Kernels of 8 x 8 at every fourth pixel, as kernels of 2 x 2 on blocks of 4 x 4 pixels.

    The same sums, in half the time where they are of integers: the pixels of a block lie side by
    side, as the channels of one pixel do.
    """

    def __init__(self, out_channels: int) -> None:
        super().__init__(1, out_channels, kernel_size=2 * BLOCK, stride=BLOCK, bias=False)

    def forward(self, patches: Tensor) -> Tensor:
        """Convolve (N, 1, 24, 24) to (N, out_channels, 5, 5)."""
        side = PATCH_SIZE // BLOCK
        rows = patches.reshape(-1, side, BLOCK, side, BLOCK).transpose(2, 3)
        blocks = rows.reshape(-1, side, side, BLOCK * BLOCK).permute(0, 3, 1, 2)
        return functional.conv2d(blocks, functional.pixel_unshuffle(self.weight, BLOCK))


def _slim(first: int, second: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Sequential(_BlockConv(first), nn.BatchNorm2d(first), nn.ReLU(inplace=True)),
        conv_block(first, second, padding=0),  # -> 3 x 3
    )


def _strided(first: int, second: int, third: int) -> nn.Sequential:
    return nn.Sequential(
        conv_block(1, first, kernel=5, stride=2),  # 24 x 24 -> 12 x 12
        conv_block(first, second, stride=2),
        conv_block(second, third, stride=2),  # -> 3 x 3
    )
