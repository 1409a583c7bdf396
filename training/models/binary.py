"""The binary head: a float row -> the signs of 256 learned projections.

It starts from the fixed projection that models without this head use at run time, and so can only
gain by training.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ssldescriptor.formats import NUM_BITS, fixed_projection

# Integers that float32 holds exactly end at 2^24. Rows have length about ROW_STEPS, projections
# with their thresholds WEIGHT_STEPS: by Cauchy and Schwarz no partial sum exceeds the product.
ROW_STEPS = 4096
WEIGHT_STEPS = 3500


class BinaryHead(nn.Module):
    """Float rows (N, dim) -> (N, 256) logits; a bit is set where its logit is positive."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        start = torch.from_numpy(fixed_projection(dim)).T
        # Centred, as the run time centres the rows: what they have in common tells nothing.
        self.weight = nn.Parameter(start - start.mean(1, keepdim=True))
        self.bias = nn.Parameter(torch.zeros(NUM_BITS))

    def forward(self, rows: Tensor) -> Tensor:
        """Project the rows."""
        return functional.linear(rows, self.weight, self.bias)


class ExactBinaryHead(nn.Module):
    """A trained head in whole numbers, as it is exported.

    Rows and weights are rounded to integers so small that float32 sums are exact: a bit depends
    neither on the machine nor on the batch.
    """

    weight: Tensor
    bias: Tensor
    unit: Tensor

    def __init__(self, head: BinaryHead) -> None:
        super().__init__()
        weight, bias = head.weight.detach(), head.bias.detach()
        length = (weight.norm(dim=1) + bias.abs()).clamp(min=1e-6)
        scale = WEIGHT_STEPS / length
        self.register_buffer("weight", (weight * scale[:, None]).round().T.contiguous())
        self.register_buffer("bias", (bias * scale * ROW_STEPS).round())
        self.register_buffer("unit", 1 / (scale * ROW_STEPS))

    def forward(self, rows: Tensor) -> Tensor:
        """Project the rows; the last factor is positive and changes no sign."""
        return ((rows * ROW_STEPS).round() @ self.weight + self.bias) * self.unit
