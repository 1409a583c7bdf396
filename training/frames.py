"""Angles and sizes under which training keypoints are described.

Users bring keypoints of three kinds: with an angle and size from a detector (noisy), without
any (upright scripts), and our own. Training sees all three.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from ssldescriptor.directions import angle_of
from ssldescriptor.training.distributed import draw

OWN_SIZE = 6.0
MAX_LOG_SIZE = 1.5
# Frames further apart than this are described so differently that they hardly ever match.
MAX_TURN_DEG = 30.0
MAX_OCTAVES = 0.5


class Frames(NamedTuple):
    """Frames of the correspondences in both views, all (2B, K).

    Attributes:
        angle0: radians, in the source.
        angle1: radians, in the other view.
        size0: pixels, in the source.
        size1: pixels, in the other view.
        agree: bool; the frame net's own frames would do in both views.
        foreign: bool; drawn as another detector's, which the frame net does not move.
    """

    angle0: Tensor
    angle1: Tensor
    size0: Tensor
    size1: Tensor
    agree: Tensor
    foreign: Tensor


def own_size(log_size: Tensor) -> Tensor:
    """Return the size in pixels that the frame head means by its log size."""
    return OWN_SIZE * torch.exp2(log_size.clamp(-MAX_LOG_SIZE, MAX_LOG_SIZE))


def best_angle(direction: Tensor) -> Tensor:
    """Return the angle (N,) in radians of the likeliest direction of (N, A) logits."""
    return torch.deg2rad(torch.from_numpy(angle_of(direction.detach().numpy())))


def draw_frames(
    angle0: Tensor,
    angle1: Tensor,
    size0: Tensor,
    size1: Tensor,
    turn: Tensor,
    scale: Tensor,
    generator: torch.Generator,
) -> Frames:
    """Draw the kind of frame of every correspondence.

    A quarter: drawn at random and carried through the homography with noise, as a detector's.
    The rest: what the frame net says in each view, each where it is right enough to be matched
    (30 degrees, half an octave); where it is not, the true one with noise.

    Args:
        angle0: (2B, K) radians, of the frame net in the source.
        angle1: (2B, K) radians, in the other view.
        size0: (2B, K) pixels, of the frame net in the source.
        size1: (2B, K) pixels, in the other view.
        turn: (2B, K) radians from source to target.
        scale: (2B, K) factor from source to target.
        generator: source of randomness.
    """
    shape = turn.shape

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * draw(torch.rand, shape, generator)

    def normal(sigma: float) -> Tensor:
        return sigma * draw(torch.randn, shape, generator)

    mistaken = wrap(angle1 - angle0 - turn).abs() > math.radians(MAX_TURN_DEG)
    mismatched = torch.log2(size1 / size0 / scale).abs() > MAX_OCTAVES
    agree = ~(mistaken | mismatched)
    free = uniform(0, 1) < 0.25
    angle0 = torch.where(free, uniform(0, 2 * math.pi), angle0)
    given = angle0 + turn + normal(math.radians(7))
    angle1 = torch.where(free | mistaken, given, angle1)

    constant = uniform(0, 1) < 0.3
    size0 = torch.where(constant, torch.full_like(size0, OWN_SIZE), size0)
    size1 = torch.where(constant, torch.full_like(size1, OWN_SIZE), size1)
    size0 = torch.where(free, 2.5 * torch.exp2(uniform(0, 2)), size0)
    mismatch = torch.log2(size1 / size0 / scale).abs()
    carried = size0 * scale * torch.exp2(normal(0.2))
    size1 = torch.where(free | (mismatch > MAX_OCTAVES), carried, size1)
    return Frames(angle0, angle1, size0, size1.clamp(1.5, 40.0), agree, free)


def wrap(angle: Tensor) -> Tensor:
    """Bring radians into [-pi, pi)."""
    return torch.remainder(angle + math.pi, 2 * math.pi) - math.pi
