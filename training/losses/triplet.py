"""Triplet margin loss with the hardest negative in scope."""

from __future__ import annotations

import torch
from torch import Tensor


def triplet(desc0: Tensor, desc1: Tensor, ignore: Tensor, *, margin: float = 1.0) -> Tensor:
    """Ask that counterparts be nearer than the hardest negative, by a margin.

    The hardest negative of pair i is the nearest among the fair negatives of row i of `desc0` in
    `desc1` and those of row i of `desc1` in `desc0` (HardNet: Mishchuk et al., NeurIPS 2017,
    eqs. 2-3): where the second is nearer, anchor and positive change roles, which is the anchor
    swap of Balntas et al., BMVC 2016, sec. 3.2.

    Args:
        desc0: (N, D) unit rows.
        desc1: (N, D) unit rows; row i corresponds to row i of `desc0`.
        ignore: (N, N) bool; True where row j is no fair negative of row i.
        margin: in L2 distance; distances of unit rows lie in 0..2.

    Returns:
        The mean loss; 0 for rows without a fair negative.
    """
    counterpart, hardest = distances(desc0, desc1, ignore)
    return (margin + counterpart - hardest).clamp(min=0).mean()


def distances(desc0: Tensor, desc1: Tensor, ignore: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far the counterpart and the hardest negative of each pair (N,) are.

    Without a fair negative the second is infinite.
    """
    similarity = desc0 @ desc1.T
    diagonal = torch.eye(len(desc0), dtype=torch.bool, device=desc0.device)
    negative = similarity.masked_fill(ignore | diagonal, float("-inf"))
    hardest = torch.maximum(negative.amax(1), negative.amax(0))
    return _distance(similarity.diagonal()), _distance(hardest)


def _distance(similarity: Tensor) -> Tensor:
    """L2 distance of unit rows; the slope of the root at zero is kept finite."""
    return (2 - 2 * similarity).clamp(min=1e-8).sqrt()
