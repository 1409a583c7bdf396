"""InfoNCE against loops over every row."""

import math

import numpy as np
import pytest
import torch
from tests.training.losses.helpers import described_views, random_mask, unit_rows

from ssldescriptor.training.losses.info_nce import info_nce


def naive_info_nce(a: np.ndarray, b: np.ndarray, ignore: np.ndarray, temperature: float) -> float:
    total = 0.0
    n = len(a)
    for i in range(n):
        row = sum(
            math.exp(a[i] @ b[j] / temperature) for j in range(n) if j == i or not ignore[i, j]
        )
        column = sum(
            math.exp(a[j] @ b[i] / temperature) for j in range(n) if j == i or not ignore[j, i]
        )
        positive = math.exp(a[i] @ b[i] / temperature)
        total += -math.log(positive / row) - math.log(positive / column)
    return total / (2 * n)


def test_info_nce_equals_the_loop() -> None:
    a, b, ignore = unit_rows(9, 5, 1), unit_rows(9, 5, 2), random_mask(9, 0.3, 3)
    expected = naive_info_nce(a.numpy(), b.numpy(), ignore.numpy(), 0.1)
    assert float(info_nce(a, b, ignore, temperature=0.1)) == pytest.approx(expected)


@pytest.mark.parametrize("steered", [False, True])
def test_on_rows_of_photographs(steered: bool) -> None:
    a, b = described_views(steered)
    ignore = random_mask(20, 0.1, 3)
    expected = naive_info_nce(a.numpy(), b.numpy(), ignore.numpy(), 0.05)
    assert float(info_nce(a, b, ignore, temperature=0.05)) == pytest.approx(expected)


def test_the_positive_is_never_ignored() -> None:
    a = unit_rows(6, 8, 1)
    everything = torch.ones(6, 6, dtype=torch.bool)
    assert float(info_nce(a, a, everything, temperature=0.1)) == pytest.approx(0.0, abs=1e-9)


def test_gradient() -> None:
    a, b = (unit_rows(5, 3, seed).requires_grad_() for seed in (1, 2))
    ignore = random_mask(5, 0.3, 3)
    assert torch.autograd.gradcheck(lambda x, y: info_nce(x, y, ignore, temperature=0.5), (a, b))
