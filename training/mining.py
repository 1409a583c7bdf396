"""Which rows of a batch are fair negatives of each other."""

from __future__ import annotations

import torch
from torch import Tensor


def ignored_negatives(source: Tensor, target: Tensor, min_distance: float) -> Tensor:
    """Tell which correspondences show (nearly) the same scene point and are no negatives.

    Correspondences of one pair run both ways, so row i may be drawn in view 0 and row j in
    view 1; both are compared in view 0 and in view 1.

    Args:
        source: (2B, K, 2) pixels; image 2b and 2b + 1 are the views of pair b.
        target: (2B, K, 2) pixels of the other view.
        min_distance: nearer points, in either view, are no negatives; pixels.

    Returns:
        (2BK, 2BK) bool, True where j is no fair negative of i (the diagonal included).
    """
    images, count = source.shape[:2]
    flipped = torch.arange(images) % 2 == 1
    in_view0 = torch.where(flipped[:, None, None], target, source).view(-1, 2 * count, 2)
    in_view1 = torch.where(flipped[:, None, None], source, target).view(-1, 2 * count, 2)
    near = (torch.cdist(in_view0, in_view0) < min_distance) | (
        torch.cdist(in_view1, in_view1) < min_distance
    )
    blocks: Tensor = torch.block_diag(*near)  # type: ignore[no-untyped-call]
    return blocks
