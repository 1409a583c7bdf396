"""The ratio test as a loss: counterparts much nearer than the hardest negative."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from ssldescriptor.training.losses.triplet import distances

STEEPNESS = 12.0
WORST = 6.0  # of a row: the hopeless pull no more


def ratio_loss(desc0: Tensor, desc1: Tensor, ignore: Tensor, *, threshold: float) -> Tensor:
    """Ask that counterparts pass Lowe's ratio test (IJCV 2004, sec. 7.1).

    log(1 + exp(s (r - threshold))) of the ratio r of a counterpart's distance to that of the
    hardest negative, the one of `triplet`. InfoNCE alone is content with a difference of few
    temperatures, however large both distances are.

    Args:
        desc0: (N, D) unit rows.
        desc1: (N, D) unit rows; row i corresponds to row i of `desc0`.
        ignore: (N, N) bool; True where row j is no fair negative of row i.
        threshold: of the test; somewhat below the one that will be asked for.

    Returns:
        The mean loss.
    """
    counterpart, hardest = distances(desc0, desc1, ignore)
    ratio = counterpart / hardest
    return functional.softplus(STEEPNESS * (ratio - threshold)).clamp(max=WORST).mean()
