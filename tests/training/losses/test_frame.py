"""Losses of angle and size against loops over bins, and by hand."""

import math

import numpy as np
import pytest
import torch

from ssldescriptor.directions import certainty_of
from ssldescriptor.training.losses.frame import (
    direction_agreement,
    log_certainty,
    position_agreement,
    scale_consistency,
    turned_back,
)


def logits(n: int, bins: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, bins, generator=generator, dtype=torch.float64)


TURN = torch.tensor([0.3, -2.0, 3.0, 7.0], dtype=torch.float64)


def chances(row: torch.Tensor) -> list[float]:
    exponentials = [math.exp(float(z)) for z in row]
    return [e / sum(exponentials) for e in exponentials]


def read(values: list[float], place: float) -> float:
    """Linear between the two bins around a place on the circle."""
    below = math.floor(place)
    share = place - below
    bins = len(values)
    return values[below % bins] * (1 - share) + values[(below + 1) % bins] * share


def test_turned_back_reads_between_bins() -> None:
    bins = torch.tensor([[1.0, 2.0, 4.0, 8.0]])
    quarter = torch.tensor([math.pi / 2])
    assert turned_back(bins, quarter).tolist() == [[2, 4, 8, 1]]
    assert turned_back(bins, -quarter).tolist() == [[8, 1, 2, 4]]
    half_a_bin = turned_back(bins, quarter / 2)
    torch.testing.assert_close(half_a_bin, torch.tensor([[1.5, 3.0, 6.0, 4.5]]))


def test_direction_agreement_equals_the_loop() -> None:
    z0, z1 = logits(4, 8, 0), logits(4, 8, 1)
    total = 0.0
    for row0, row1, turn in zip(z0, z1, TURN.tolist(), strict=True):
        p, q = chances(row0), chances(row1)
        both = sum(p[j] * read(q, j + turn * 8 / (2 * math.pi)) for j in range(8))
        total -= math.log(both + 0.01)
    assert float(direction_agreement(z0, z1, TURN)) == pytest.approx(total / 4)


def test_certainty_is_that_of_the_package() -> None:
    z = logits(50, 32, 2)
    wanted = certainty_of(z.float().numpy())
    np.testing.assert_allclose(log_certainty(z).numpy(), wanted, atol=1e-5)


def test_position_agreement_equals_the_loop() -> None:
    a, b = logits(20, 2, 10), logits(20, 2, 11)
    distances = [math.dist(p, q) for p, q in zip(a.tolist(), b.tolist(), strict=True)]
    total = sum(2 * d**2 if d < 0.25 else d - 0.125 for d in distances)
    assert float(position_agreement(a, b)) == pytest.approx(total / 20)


def test_scale_consistency_equals_the_loop() -> None:
    size0, size1 = logits(20, 1, 3)[:, 0], logits(20, 1, 4)[:, 0]
    scale = logits(20, 1, 5)[:, 0].exp()
    total = 0.0
    for s0, s1, f in zip(size0.tolist(), size1.tolist(), scale.tolist(), strict=True):
        error = abs(s1 - s0 - math.log2(f))
        total += error**2 / 2 if error < 0.5 else 0.5 * (error - 0.25)
    assert float(scale_consistency(size0, size1, scale)) == pytest.approx(total / 20)


def test_directions_agree_when_they_follow_the_turn() -> None:
    peaked = torch.zeros(1, 32)
    peaked[0, 5] = 20
    turned = peaked.roll(8, 1)
    quarter = torch.tensor([math.pi / 2])
    certain = -math.log(1.01)
    assert float(direction_agreement(peaked, turned, quarter)) == pytest.approx(certain, abs=1e-3)
    assert float(direction_agreement(peaked, turned, -quarter)) > 4


def test_sizes_are_consistent_when_they_follow_the_scale() -> None:
    half = torch.tensor([0.5])
    assert float(scale_consistency(torch.zeros(1), -torch.ones(1), half)) == pytest.approx(0)
    assert float(scale_consistency(torch.zeros(1), torch.ones(1), half)) > 0.5


def test_gradients() -> None:
    z0, z1 = (logits(4, 8, seed).requires_grad_() for seed in (6, 7))
    size0, size1 = (logits(4, 1, seed)[:, 0].requires_grad_() for seed in (8, 9))
    scale = TURN.abs()
    check = torch.autograd.gradcheck
    assert check(lambda a, b: direction_agreement(a, b, TURN), (z0, z1))
    assert check(log_certainty, (z0,))
    assert check(position_agreement, (z0, z1))
    assert check(lambda a, b: scale_consistency(a, b, scale), (size0, size1))
