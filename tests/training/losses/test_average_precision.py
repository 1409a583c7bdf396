"""Quantised average precision against loops over rows, bins and similarities."""

import numpy as np
import pytest
import torch
from tests.training.losses.helpers import described_views, random_mask, unit_rows

from ssldescriptor.training.losses.average_precision import average_precision


def naive_precision(
    positive: float, negatives: list[float], bins: int, low: float, high: float
) -> float:
    width = (high - low) / (bins - 1)
    right, listed, total = 0.0, 0.0, 0.0
    for m in range(bins):
        centre = high - m * width

        def share(similarity: float, centre: float = centre) -> float:
            return max(0.0, 1 - abs(min(max(similarity, low), high) - centre) / width)

        here = share(positive)
        right += here
        listed += here + sum(share(s) for s in negatives)
        if listed > 0:
            total += here * right / listed
    return total


def naive_loss(
    a: np.ndarray, b: np.ndarray, ignore: np.ndarray, bins: int, hardest: int, low: float
) -> float:
    n = len(a)
    total = 0.0
    for i in range(n):
        row = [float(a[i] @ b[j]) for j in range(n) if j != i and not ignore[i, j]]
        column = [float(a[j] @ b[i]) for j in range(n) if j != i and not ignore[j, i]]
        for negatives in (row, column):
            kept = sorted(negatives, reverse=True)[: hardest or None]
            total += 1 - naive_precision(float(a[i] @ b[i]), kept, bins, low, 1.0)
    return total / (2 * n)


@pytest.mark.parametrize("bins", [2, 5, 20])
@pytest.mark.parametrize("hardest", [0, 1, 3, 100])
@pytest.mark.parametrize("low", [-1.0, 0.0])
def test_it_equals_the_loop(bins: int, hardest: int, low: float) -> None:
    a, b, ignore = unit_rows(9, 5, 1), unit_rows(9, 5, 2), random_mask(9, 0.3, 3)
    found = average_precision(a, b, ignore, bins=bins, hardest=hardest, low=low)
    expected = naive_loss(a.numpy(), b.numpy(), ignore.numpy(), bins, hardest, low)
    assert float(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("steered", [False, True])
def test_on_rows_of_photographs(steered: bool) -> None:
    a, b = described_views(steered)
    ignore = random_mask(20, 0.1, 3)
    expected = naive_loss(a.numpy(), b.numpy(), ignore.numpy(), 20, 5, 0.0)
    found = average_precision(a, b, ignore, hardest=5)
    assert float(found) == pytest.approx(expected, abs=1e-12)
    assert float(average_precision(a.float(), b.float(), ignore, hardest=5)) == pytest.approx(
        expected, abs=1e-4
    )


def test_on_bin_centres_it_is_the_average_precision_of_a_ranking() -> None:
    """Counterparts come third, second and first: 1/3, 1/2 and 1; of three ties, 1/3."""
    half = 0.5**0.5 * 1.5**0.5
    a = torch.tensor([[1.0, 0.0]], dtype=torch.float64).repeat(3, 1)
    b = torch.tensor([[0.0, 1.0], [0.5, half], [1.0, 0.0]], dtype=torch.float64)
    ignore = torch.zeros(3, 3, dtype=torch.bool)
    rows, columns = (2 / 3 + 1 / 2 + 0) / 3, 2 / 3
    found = average_precision(a, b, ignore, bins=3)
    assert float(found) == pytest.approx((rows + columns) / 2)


def test_perfect_rows_lose_nothing_and_ignored_ones_do_not_count() -> None:
    a = torch.eye(4, dtype=torch.float64)
    nothing = torch.zeros(4, 4, dtype=torch.bool)
    assert float(average_precision(a, a, nothing)) == pytest.approx(0, abs=1e-12)
    same = a[:1].expand(4, 4).clone().requires_grad_()
    loss = average_precision(same, same, ~nothing)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0, abs=1e-12)
    assert torch.isfinite(same.grad).all()


def test_a_range_that_is_too_narrow_sees_no_difference() -> None:
    a, b = torch.eye(2).double(), -torch.eye(2).double()
    ignore = torch.zeros(2, 2, dtype=torch.bool)
    worst = float(average_precision(a, b, ignore, low=-1.0))
    assert worst == pytest.approx(0.5)  # after the one negative
    # Clipped at 0, -1 and 0 are a tie.
    assert float(average_precision(a, b, ignore, low=0.0)) == pytest.approx(0.5)
    assert float(average_precision(-b, a, ignore, low=0.5)) == pytest.approx(0.0)
    assert float(average_precision(0.4 * a, a, ignore, low=0.5)) == pytest.approx(0.5)


@pytest.mark.parametrize("hardest", [0, 2])
def test_gradient(hardest: int) -> None:
    """Away from bin centres: at these the loss has kinks."""
    a, b = (unit_rows(6, 4, seed).requires_grad_() for seed in (4, 5))
    ignore = random_mask(6, 0.2, 6)
    similarity = (a @ b.T).detach()
    place = (1 - similarity) / 2 * 6
    assert (place - place.round()).abs().min() > 1e-4
    assert torch.autograd.gradcheck(
        lambda x, y: average_precision(x, y, ignore, bins=7, hardest=hardest, low=-1.0), (a, b)
    )
