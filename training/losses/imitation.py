"""Losses of a network that is to answer as another one does."""

from __future__ import annotations

from torch import Tensor


def share_of_variance(found: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean squared error as a share of the variance of what is wanted."""
    return (found - wanted).square().mean() / wanted.var().clamp(min=1e-12)


def divergence(found: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean Kullback-Leibler divergence of distributions given as logits.

    Args:
        found: (..., P) logits of the network that learns.
        wanted: (..., P) those of the network that it learns from, as in Hinton et al.,
            "Distilling the Knowledge in a Neural Network", 2015.
    """
    log_wanted = wanted.log_softmax(-1)
    return (log_wanted.exp() * (log_wanted - found.log_softmax(-1))).sum(-1).mean()
