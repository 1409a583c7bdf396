"""The reference network of the paper: a descriptor at every pixel, at full resolution.

L2-Net (Tian et al., CVPR 2017, fig. 1) reads patches of 32 x 32. R2D2 (Revaud et al., NeurIPS
2019, sec. 3.1) runs it over a whole image: dilation in place of strides, so that the map keeps the
image's resolution, and three 2 x 2 convolutions in place of the last, of 8 x 8. HNDesc (Melekhov
et al., 3DV 2021) trains its 128 channels at the keypoints of a detector, as is done here.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ssldescriptor.training.geometry import sample_map
from ssldescriptor.training.models.blocks import conv_block

NORM_FLOOR = 1e-6


class L2Net(nn.Module):
    """Locally normalised gray image (B, 1, H, W) -> raw descriptors (B, dim, H, W).

    Descriptor (x, y) depends on the 51 x 51 pixels around (x, y).

    Args:
        width: channels of the first two layers, 32 in the papers; the next have twice and four
            times as many.
        dim: length of a descriptor.
    """

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        wide, widest = 2 * width, 4 * width
        self.layers = nn.Sequential(
            conv_block(1, width),
            conv_block(width, width),
            conv_block(width, wide),
            conv_block(wide, wide, dilation=2),
            conv_block(wide, widest, dilation=2),
            conv_block(widest, widest, dilation=4),
            _halving(widest, widest, dilation=4),
            nn.BatchNorm2d(widest),
            _halving(widest, widest, dilation=8),
            nn.BatchNorm2d(widest),
            _halving(widest, dim, dilation=16, bias=True),
        )

    def forward(self, image: Tensor) -> Tensor:
        """Describe every pixel."""
        out: Tensor = self.layers(image)
        return out


def _halving(in_channels: int, out_channels: int, dilation: int, bias: bool = False) -> nn.Conv2d:
    """Two by two taps, `dilation` apart and centred on the pixel; no ReLU after these."""
    return nn.Conv2d(
        in_channels, out_channels, 2, padding=dilation // 2, dilation=dilation, bias=bias
    )


def sample_rows(descriptors: Tensor, xy: Tensor) -> Tensor:
    """Read a map of descriptors at keypoints, all images of the batch at once.

    Args:
        descriptors: (B, D, H, W) raw descriptors.
        xy: (B, K, 2) pixels; read bilinearly.

    Returns:
        (B * K, D) float32 unit L2 rows.
    """
    rows = sample_map(descriptors, xy, 1).flatten(0, 1).to(torch.float32)
    return functional.normalize(rows, dim=1, eps=NORM_FLOOR)
