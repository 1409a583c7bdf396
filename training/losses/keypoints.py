"""Losses of the keypoint head: peaks that agree between views, ranks that tell the truth."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def peak_agreement(
    logits0: Tensor, logits1: Tensor, interior: Tensor, floor: float = 0.02
) -> Tensor:
    """Negative log of the chance that two views choose the same inner pixel of a window.

    Each view turns its logits over the window into a distribution; the chance that both draw
    the same pixel is largest when both are the same single peak. It asks for repeatability and
    peakiness at once, which R2D2 (Revaud et al., NeurIPS 2019, sec. 3.2) asks for separately.
    Agreement on the rim does not count: a slope agrees there without any local maximum.
    Neighbouring pixels count in part, so that peaks a pixel apart are drawn together.

    Args:
        logits0: (M, P) logits of view 0 at the P pixels of M square windows, row by row.
        logits1: (M, P) logits of view 1 at the same scene points.
        interior: (P,) bool, False on the rim of the window.
        floor: chance added inside the logarithm, so that hopeless windows pull little.
    """
    side = math.isqrt(logits0.shape[1])
    tent = torch.tensor([0.5, 1.0, 0.5], dtype=logits1.dtype)
    other = logits1.softmax(-1).view(-1, 1, side, side)
    near = functional.conv2d(other, torch.outer(tent, tent)[None, None], padding=1).flatten(1)
    chance = (logits0.softmax(-1) * near * interior).sum(-1)
    return -torch.log(chance + floor).mean()


def repeatability(logits0: Tensor, logits1: Tensor) -> Tensor:
    """The pair of losses by which R2D2 asks for repeatable and peaky scores, of the same windows.

    Revaud et al., NeurIPS 2019: cosine similarity (eq. 2) plus half the peakiness (eq. 3) of
    either view (eq. 4). The scores are the logistic function of the logits.

    Args:
        logits0: (M, P) logits of view 0 at the P pixels of M windows.
        logits1: (M, P) logits of view 1 at the same scene points.
    """
    score0, score1 = logits0.sigmoid(), logits1.sigmoid()
    return cosim_loss(score0, score1) + (peaky_loss(score0) + peaky_loss(score1)) / 2


def cosim_loss(score0: Tensor, score1: Tensor) -> Tensor:
    """One minus the mean cosine between windows (M, P) of positive scores in two views."""
    return 1 - functional.cosine_similarity(score0, score1, dim=1).mean()


def peaky_loss(score: Tensor) -> Tensor:
    """One minus the mean of maximum less mean of windows (M, P) of scores in 0..1."""
    return 1 - (score.amax(1) - score.mean(1)).mean()
