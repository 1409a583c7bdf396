"""The frame of a keypoint: where exactly it lies, which way it is turned, how large it is.

It reads twelve rings of 32 samples around the keypoint. A turn of the image shifts the samples
along the rings, and the convolutions run around them, so the answer turns with the image by
construction; learning only has to choose a direction and a point that are found again.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

NUM_RINGS = 12
NUM_DIRECTIONS = 32
DIRECTION_GAIN = 2.0
MAX_OFFSET = 2.0  # pixels


class FrameRows(NamedTuple):
    """Frames of N keypoints.

    Attributes:
        direction: (N, 32) logits; bin j is the angle 2 pi j / 32, clockwise in image axes.
        log_size: (N,) log2 of the size, relative to the size of a keypoint without any.
        offset: (N, 2) pixels from the middle of the rings to the keypoint, shorter than 2.
    """

    direction: Tensor
    log_size: Tensor
    offset: Tensor


class FrameNet(nn.Module):
    """Standardised rings (N, 12, 32) -> `FrameRows`."""

    axes: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _RingConv(NUM_RINGS, width, dilation=1),
            _RingConv(width, width, dilation=2),
            _RingConv(width, width, dilation=3),
        )
        self.direction = nn.Conv2d(width, 1, 1, bias=False)
        # Flat logits are a saddle point of the agreement loss, as with the peaks of DenseNet.
        nn.init.normal_(self.direction.weight, std=DIRECTION_GAIN / width**0.5)
        self.size = nn.Linear(width, 1)
        self.pull = nn.Conv2d(width, 1, 1, bias=False)
        nn.init.zeros_(self.pull.weight)
        angle = torch.arange(NUM_DIRECTIONS) * (2 * math.pi / NUM_DIRECTIONS)
        self.register_buffer("axes", torch.stack([angle.cos(), angle.sin()], 1), persistent=False)

    def forward(self, rings: Tensor) -> FrameRows:
        """Give every keypoint its frame."""
        # All keypoints make one image, a row each: a layer is one product, not N small ones.
        features = self.layers(rings.transpose(0, 1)[None])
        with torch.autocast("cpu", enabled=False):
            around = features.float().squeeze(0).permute(1, 2, 0)
            # One product for the three: on a processor each layer of few outputs costs a pass.
            weights = torch.cat([self.direction.weight, self.pull.weight]).flatten(1)
            read = functional.linear(around, torch.cat([weights, self.size.weight]))
            direction, pulls, log_sizes = read.unbind(2)
            log_size = log_sizes.mean(1) + self.size.bias
            pull = pulls @ self.axes
            offset = MAX_OFFSET * pull * (1 + pull.square().sum(1, keepdim=True)).rsqrt()
        return FrameRows(direction, log_size, offset)


class _RingConv(nn.Module):
    """Five taps around the ring, batch norm, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, dilation: int) -> None:
        super().__init__()
        self.reach = 2 * dilation
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, (1, 5), dilation=(1, dilation), bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        closed = torch.cat([x[..., -self.reach :], x, x[..., : self.reach]], -1)
        out: Tensor = self.layers(closed)
        return out
