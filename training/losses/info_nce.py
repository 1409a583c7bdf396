"""InfoNCE over all correspondences of a batch (van den Oord et al., 2018, eq. 4)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def info_nce(desc0: Tensor, desc1: Tensor, ignore: Tensor, *, temperature: float) -> Tensor:
    """Symmetric cross entropy of each row finding its counterpart among its fair negatives.

    Args:
        desc0: (N, D) unit rows.
        desc1: (N, D) unit rows; row i corresponds to row i of `desc0`.
        ignore: (N, N) bool; True where row j is no fair negative of row i. The diagonal is
            never ignored.
        temperature: divisor of the similarities, > 0.

    Returns:
        The mean loss.
    """
    similarity = desc0 @ desc1.T
    diagonal = torch.eye(len(desc0), dtype=torch.bool, device=desc0.device)
    logits = (similarity / temperature).masked_fill(ignore & ~diagonal, float("-inf"))
    target = torch.arange(len(desc0), device=desc0.device)
    return (
        functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    ) / 2
