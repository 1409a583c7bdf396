"""Which rows of a batch are fair negatives of each other, and which find their counterpart."""

from __future__ import annotations

import torch
from torch import Tensor

SCOPES = ("pair", "batch", "other")


def ignored_negatives(
    source: Tensor, target: Tensor, min_distance: float, negatives: str = "batch"
) -> Tensor:
    """Tell which correspondences are no negatives: (nearly) the same point, or out of scope.

    Correspondences of one pair run both ways, so row i may be drawn in view 0 and row j in
    view 1; both are compared in view 0 and in view 1.

    Args:
        source: (2B, K, 2) pixels; image 2b and 2b + 1 are the views of pair b.
        target: (2B, K, 2) pixels of the other view.
        min_distance: nearer points, in either view, are no negatives; pixels.
        negatives: "pair" takes those of a row's own pair, "batch" those of all pairs, "other"
            those of all pairs but its own: what HNDesc (Melekhov et al., 3DV 2021) has in its
            released code where its text says in-batch.

    Returns:
        (2BK, 2BK) bool, True where j is no fair negative of i (the diagonal included).

    Raises:
        ValueError: no such scope.
    """
    if negatives not in SCOPES:
        raise ValueError(f"negatives={negatives!r} is no scope; known: {', '.join(SCOPES)}")
    images, count = source.shape[:2]
    pair = torch.arange(images * count) // (2 * count)
    own = pair[:, None] == pair
    if negatives == "other":
        return own
    flipped = torch.arange(images) % 2 == 1
    in_view0 = torch.where(flipped[:, None, None], target, source).view(-1, 2 * count, 2)
    in_view1 = torch.where(flipped[:, None, None], source, target).view(-1, 2 * count, 2)
    near = (torch.cdist(in_view0, in_view0) < min_distance) | (
        torch.cdist(in_view1, in_view1) < min_distance
    )
    blocks: Tensor = torch.block_diag(*near)  # type: ignore[no-untyped-call]
    return blocks | ~own if negatives == "pair" else blocks


@torch.no_grad()
def nearest_is_right(desc0: Tensor, desc1: Tensor, ignore: Tensor) -> Tensor:
    """Tell which rows (N, D) have their counterpart as nearest of those that are not ignored.

    Args:
        desc0: (N, D) unit rows.
        desc1: (N, D) unit rows; row i corresponds to row i of `desc0`.
        ignore: (N, N) bool; the diagonal is never ignored.

    Returns:
        (N,) bool.
    """
    diagonal = torch.eye(len(desc0), dtype=torch.bool, device=desc0.device)
    similarity = (desc0 @ desc1.T).masked_fill(ignore & ~diagonal, float("-inf"))
    return similarity.argmax(1) == torch.arange(len(desc0), device=desc0.device)
