"""Convolution blocks shared by the networks."""

from __future__ import annotations

from torch import nn


def conv_block(
    in_channels: int,
    out_channels: int,
    kernel: int = 3,
    stride: int = 1,
    dilation: int = 1,
    padding: int | None = None,
) -> nn.Sequential:
    """Return convolution, batch norm and ReLU; the default padding keeps ceil(size / stride)."""
    if padding is None:
        padding = dilation * (kernel - 1) // 2
    return nn.Sequential(
        nn.Conv2d(
            in_channels,
            out_channels,
            kernel,
            stride,
            padding,
            dilation,
            bias=False,
        ),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )
