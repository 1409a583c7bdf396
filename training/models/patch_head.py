"""The descriptor: a fine and a coarse patch around each keypoint -> one unit row.

Both patches are cut on grids turned by the keypoint's angle and scaled by its size, so the
geometry gives the invariance. One convolutional trunk (in the manner of L2-Net and HardNet,
much slimmer) reads both, a linear layer joins them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ssldescriptor.training.models.blocks import conv_block

NUM_PATCHES = 2
PATCH_SIZE = 24


class PatchHead(nn.Module):
    """Standardised patches (N, 2, 24, 24) -> descriptors (N, dim), non-negative, unit L2 rows."""

    def __init__(self, widths: tuple[int, int, int], dim: int) -> None:
        super().__init__()
        first, second, third = widths
        self.dim = dim
        self.trunk = nn.Sequential(
            conv_block(1, first, kernel=5, stride=2),
            conv_block(first, second, stride=2),
            conv_block(second, third, stride=2),
        )
        cells = (PATCH_SIZE // 8) ** 2
        self.project = nn.Sequential(
            nn.Linear(NUM_PATCHES * third * cells, dim, bias=False), nn.BatchNorm1d(dim)
        )

    def forward(self, patches: Tensor) -> Tensor:
        """Describe each keypoint."""
        features = self.trunk(patches.reshape(-1, 1, PATCH_SIZE, PATCH_SIZE))
        row = self.project(features.reshape(patches.shape[0], -1))
        # The small constant keeps the norm of a row without any active unit away from zero.
        return functional.normalize(functional.relu(row.to(torch.float32)) + 1e-4, dim=1)
