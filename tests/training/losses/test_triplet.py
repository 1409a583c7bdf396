"""The triplet loss against loops over every pair, and by hand."""

import math

import numpy as np
import pytest
import torch
from tests.training.losses.helpers import described_views, random_mask, unit_rows

from ssldescriptor.training.losses.triplet import triplet


def naive_triplet(a: np.ndarray, b: np.ndarray, ignore: np.ndarray, margin: float) -> float:
    n = len(a)
    total = 0.0
    for i in range(n):
        distances = [np.linalg.norm(a[i] - b[j]) for j in range(n) if j != i and not ignore[i, j]]
        distances += [np.linalg.norm(a[j] - b[i]) for j in range(n) if j != i and not ignore[j, i]]
        if distances:
            total += max(0.0, margin + np.linalg.norm(a[i] - b[i]) - min(distances))
    return total / n


@pytest.mark.parametrize("margin", [0.2, 1.0])
def test_it_equals_the_loop(margin: float) -> None:
    a, b, ignore = unit_rows(9, 5, 1), unit_rows(9, 5, 2), random_mask(9, 0.3, 3)
    expected = naive_triplet(a.numpy(), b.numpy(), ignore.numpy(), margin)
    assert float(triplet(a, b, ignore, margin=margin)) == pytest.approx(expected)


@pytest.mark.parametrize("steered", [False, True])
def test_on_rows_of_photographs(steered: bool) -> None:
    a, b = described_views(steered)
    ignore = random_mask(20, 0.1, 3)
    expected = naive_triplet(a.numpy(), b.numpy(), ignore.numpy(), 1.0)
    # A turn by 90 degrees moves no sample: distances of 0, which the loss keeps at 1e-4.
    assert float(triplet(a, b, ignore)) == pytest.approx(expected, abs=2e-4)


def test_patches_that_turn_with_the_view_lose_less() -> None:
    nothing = torch.zeros(20, 20, dtype=torch.bool)
    steered, upright = (float(triplet(*described_views(s), nothing)) for s in (True, False))
    assert steered < upright


def test_anchor_and_positive_change_roles_where_that_is_harder() -> None:
    """Row 0 of desc0 is far from row 1 of desc1, but row 0 of desc1 is near row 1 of desc0."""

    def at(degrees: float) -> list[float]:
        return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]

    a = torch.tensor([at(0), at(40)], dtype=torch.float64)
    b = torch.tensor([at(30), at(120)], dtype=torch.float64)
    ignore = torch.zeros(2, 2, dtype=torch.bool)

    def apart(degrees: float) -> float:
        return 2 * math.sin(math.radians(degrees) / 2)

    first = 1 + apart(30) - apart(10)
    second = 1 + apart(80) - apart(10)
    assert float(triplet(a, b, ignore)) == pytest.approx((first + second) / 2)


def test_rows_without_negatives_lose_nothing_and_gradients_stay_finite() -> None:
    same = torch.ones(3, 1, dtype=torch.float64, requires_grad=True)
    loss = triplet(same, same, torch.ones(3, 3, dtype=torch.bool))
    loss.backward()
    assert float(loss.detach()) == 0
    assert torch.isfinite(same.grad).all()


def test_gradient() -> None:
    a, b = (unit_rows(6, 4, seed).requires_grad_() for seed in (1, 2))
    ignore = random_mask(6, 0.3, 3)
    assert torch.autograd.gradcheck(lambda x, y: triplet(x, y, ignore, margin=0.7), (a, b))
