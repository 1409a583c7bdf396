"""Losses of the frame net: the angle and the size of a keypoint follow the view."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from ssldescriptor.training.frames import best_angle, wrap

BEND = 0.25  # pixels: a keypoint that is off by less pulls less


def turned_back(direction: Tensor, turn: Tensor) -> Tensor:
    """Read a distribution over directions at bins turned by an angle, linear between bins.

    Args:
        direction: (M, A) values of A bins around the circle.
        turn: (M,) radians.

    Returns:
        (M, A): entry j is the value at bin j + turn * A / (2 pi).
    """
    bins = direction.shape[1]
    place = torch.arange(bins, dtype=turn.dtype) + (turn * bins / (2 * math.pi))[:, None]
    low = place.floor()
    share = place - low
    below = torch.remainder(low.long(), bins)
    above = torch.remainder(below + 1, bins)
    return direction.gather(1, below) * (1 - share) + direction.gather(1, above) * share


def direction_agreement(
    logits0: Tensor, logits1: Tensor, turn: Tensor, floor: float = 0.01
) -> Tensor:
    """Negative log of the chance that two views choose the same direction in the scene.

    The counterpart on the circle of `losses.keypoints.peak_agreement`.

    Args:
        logits0: (M, A) of the directions in view 0.
        logits1: (M, A) of the directions in view 1.
        turn: (M,) radians from view 0 to view 1.
        floor: chance added inside the logarithm, so that hopeless keypoints pull little.
    """
    other = turned_back(logits1.softmax(-1), turn)
    return -torch.log((logits0.softmax(-1) * other).sum(-1) + floor).mean()


def log_certainty(logits: Tensor) -> Tensor:
    """Log of the chance (M,) of the likeliest of (M, A) directions and its two neighbours.

    The same as `ssldescriptor.directions.certainty_of`, for gradients.
    """
    bins = logits.shape[1]
    near = torch.remainder(logits.argmax(1, keepdim=True) + torch.arange(-1, 2), bins)
    return logits.log_softmax(1).gather(1, near).logsumexp(1)


def scale_consistency(log_size0: Tensor, log_size1: Tensor, scale: Tensor) -> Tensor:
    """Huber loss of log2 sizes that should differ by log2 of the scale between the views."""
    error = log_size1 - log_size0 - torch.log2(scale)
    return functional.huber_loss(error, torch.zeros_like(error), delta=0.5)


def position_agreement(moved0: Tensor, moved1: Tensor) -> Tensor:
    """Mean distance between points (M, 2) that should be the same, pixels; squared near zero."""
    error = torch.linalg.vector_norm(moved1 - moved0, dim=-1)
    return functional.huber_loss(error, torch.zeros_like(error), delta=BEND) / BEND


def frame_loss(
    direction0: Tensor,
    direction1: Tensor,
    log_size0: Tensor,
    log_size1: Tensor,
    carried: Tensor,
    moved: Tensor,
    turn: Tensor,
    scale: Tensor,
    *,
    floor: float,
) -> tuple[Tensor, dict[str, float]]:
    """Return loss and figures of the frames of N correspondences.

    Args:
        direction0: (N, A) logits in view 0.
        direction1: (N, A) logits in view 1.
        log_size0: (N,) log2 of the sizes in view 0.
        log_size1: (N,) in view 1.
        carried: (N, 2) pixels, the places of view 0 carried to view 1.
        moved: (N, 2) pixels, the places in view 1.
        turn: (N,) radians from view 0 to view 1.
        scale: (N,) factor from view 0 to view 1.
        floor: of `direction_agreement`.
    """
    agreement = direction_agreement(direction0, direction1, turn, floor)
    scaled = scale_consistency(log_size0, log_size1, scale)
    centre = log_size0.mean() ** 2
    placed = position_agreement(carried, moved)
    error = wrap(best_angle(direction1) - best_angle(direction0) - turn).abs()
    size_error = (log_size1 - log_size0 - scale.log2()).detach().abs()
    figures = {
        "agreement": float(agreement.detach()),
        "turned_within_20": float((error < math.radians(20)).float().mean()),
        "placed": float(torch.linalg.vector_norm((moved - carried).detach(), dim=-1).mean()),
        "size_error": float(size_error.mean()),
        "size_spread": float(log_size0.detach().std()),
    }
    return agreement + scaled + placed + 0.05 * centre, figures
