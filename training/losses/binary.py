"""The loss of the binary head, through its signs by a straight-through estimator."""

from __future__ import annotations

import torch
from torch import Tensor

from ssldescriptor.training.losses.info_nce import info_nce


def straight_through(logits: Tensor) -> Tensor:
    """Take signs, -1 or 1 (-1 at zero, as the bits are); their gradient is that of tanh.

    Bengio, Leonard, Courville, "Estimating or propagating gradients through stochastic neurons",
    2013, sec. 4, with tanh in place of the identity, so that settled bits are left alone.
    """
    soft = torch.tanh(logits)
    hard = torch.where(logits > 0, 1.0, -1.0).to(logits.dtype)
    return soft + (hard - soft).detach()


def binary_loss(logits0: Tensor, logits1: Tensor, ignore: Tensor, *, temperature: float) -> Tensor:
    """InfoNCE of the codes' normalised inner product.

    Bits that are set half of the time need no term of their own: on trained rows the mean of a bit
    stayed within 0.05 of zero (root mean square) without one.

    Args:
        logits0: (N, B) of the bits.
        logits1: (N, B) of the counterparts' bits.
        ignore: (N, N) bool; True where row j is no fair negative of row i.
        temperature: divisor of the inner products, which lie in -1..1.
    """
    unit = logits0.shape[1] ** -0.5
    code0, code1 = straight_through(logits0) * unit, straight_through(logits1) * unit
    return info_nce(code0, code1, ignore, temperature=temperature)
