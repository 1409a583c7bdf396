"""Descriptor losses by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor

from ssldescriptor.training.losses.average_precision import average_precision
from ssldescriptor.training.losses.info_nce import info_nce
from ssldescriptor.training.losses.triplet import triplet

# (desc0 (N, D), desc1 (N, D), ignore (N, N)) -> loss; row i corresponds to row i, and ignore[i, j]
# says that row j of desc1 is no fair negative of row i of desc0.
DescriptorLoss = Callable[[Tensor, Tensor, Tensor], Tensor]

NAMES = ("info_nce", "average_precision", "triplet")


def descriptor_loss(
    name: str, *, temperature: float, margin: float, bins: int, hardest: int, low: float
) -> DescriptorLoss:
    """Return the loss of a name with the options that it has.

    Args:
        name: one of `NAMES`.
        temperature: of info_nce.
        margin: of triplet.
        bins: of average_precision.
        hardest: of average_precision.
        low: of average_precision.

    Raises:
        ValueError: no such loss.
    """
    losses: dict[str, DescriptorLoss] = {
        "info_nce": partial(info_nce, temperature=temperature),
        "average_precision": partial(average_precision, bins=bins, hardest=hardest, low=low),
        "triplet": partial(triplet, margin=margin),
    }
    if name not in losses:
        raise ValueError(f"{name!r} is no descriptor loss; known: {', '.join(NAMES)}")
    return losses[name]
