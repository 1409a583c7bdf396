"""An exponential moving average of the weights, often better than the last ones."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class MovingAverage:
    """Averages the weights and the statistics of batch norm (Polyak and Juditsky, 1992).

    w <- d w + (1 - d) model, with d = min(decay, (1 + t) / (10 + t)) at update t = 0, 1, ...: the
    first weights, which are random, are soon forgotten.

    Attributes:
        weights: a state_dict.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Take the weights after step 0, 1, ... in; counters are copied."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                self.weights[name].lerp_(tensor, share)
            else:
                self.weights[name].copy_(tensor)

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Go on from a checkpoint's average."""
        for name, tensor in self.weights.items():
            tensor.copy_(weights[name])
