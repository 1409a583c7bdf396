"""Average precision of the retrieval of counterparts, made differentiable by soft bins."""

from __future__ import annotations

import torch
from torch import Tensor


def average_precision(
    desc0: Tensor,
    desc1: Tensor,
    ignore: Tensor,
    *,
    bins: int = 20,
    hardest: int = 20,
    low: float = 0.0,
    high: float = 1.0,
) -> Tensor:
    """One minus the mean quantised average precision, both ways.

    Similarities are shared out linearly between the two nearest of `bins` centres spread evenly
    over low..high, and average precision is computed from the histograms (He et al., "Local
    descriptors optimized for average precision", CVPR 2018, eqs. 5-7; Revaud et al., R2D2,
    NeurIPS 2019). Only similarities in low..high can be told apart: 0..1 suits rows that are not
    negative, -1..1 any others.

    Args:
        desc0: (N, D) unit rows.
        desc1: (N, D) unit rows; row i corresponds to row i of `desc0`.
        ignore: (N, N) bool; True where row j is no fair negative of row i.
        bins: centres, >= 2.
        hardest: negatives of a row that count, the most similar ones; 0 for all.
        low: least similarity that is told apart from smaller ones.
        high: greatest similarity.

    Returns:
        The mean loss, in 0..1; 0 for rows without a fair negative.
    """
    similarity = desc0 @ desc1.T
    positive = similarity.diagonal()
    diagonal = torch.eye(len(desc0), dtype=torch.bool, device=desc0.device)
    negative = similarity.masked_fill(ignore | diagonal, float("-inf"))
    loss = desc0.new_zeros(())
    for scores in (negative, negative.T):
        kept = scores.topk(min(hardest, len(scores)), 1).values if hardest else scores
        loss = loss + (1 - _precision(positive, kept, bins, low, high).mean()) / 2
    return loss


def _precision(positive: Tensor, negative: Tensor, bins: int, low: float, high: float) -> Tensor:
    """Average precision of queries with one counterpart each, ties in a bin counted in part.

    Args:
        positive: (N,) similarities of the counterparts.
        negative: (N, K) similarities of the others, -inf for none.
        bins: centres.
        low: the last centre.
        high: the first centre.

    Returns:
        (N,).
    """
    right = _histogram(positive[:, None], bins, low, high)
    wrong = _histogram(negative, bins, low, high)
    found = right.cumsum(1)
    listed = (right + wrong).cumsum(1)
    # Nothing listed, nothing found: any denominator will do.
    return (right * found / listed.clamp(min=1e-12)).sum(1)


def _histogram(similarity: Tensor, bins: int, low: float, high: float) -> Tensor:
    """Share similarities (N, K) out to (N, bins), the most similar bin first; -inf to none."""
    place = (high - similarity.clamp(low, high)) * ((bins - 1) / (high - low))
    first = place.detach().floor().clamp(max=bins - 2)
    share = place - first
    there = (similarity > float("-inf")).to(similarity.dtype)
    index = first.long()
    empty = similarity.new_zeros(len(similarity), bins)
    return empty.scatter_add(1, index, (1 - share) * there).scatter_add(1, index + 1, share * there)
