"""The loss on the ratio test against a loop, and what it asks for."""

import math

import numpy as np
import pytest
import torch
from tests.training.losses.helpers import random_mask, unit_rows

from ssldescriptor.training.losses.info_nce import info_nce
from ssldescriptor.training.losses.ratio import ratio_loss
from ssldescriptor.training.step import StepOptions, rows_loss


def naive_ratio(a: np.ndarray, b: np.ndarray, ignore: np.ndarray, threshold: float) -> float:
    total = []
    for i in range(len(a)):
        others = [j for j in range(len(a)) if j != i]
        far = [np.linalg.norm(a[i] - b[j]) for j in others if not ignore[i, j]]
        far += [np.linalg.norm(a[j] - b[i]) for j in others if not ignore[j, i]]
        ratio = np.linalg.norm(a[i] - b[i]) / min(far, default=np.inf)
        total.append(min(math.log1p(math.exp(12 * (ratio - threshold))), 6.0))
    return float(np.mean(total))


@pytest.mark.parametrize("threshold", [0.6, 0.8])
def test_it_equals_the_loop(threshold: float) -> None:
    a, ignore = unit_rows(9, 5, 1), random_mask(9, 0.3, 3)
    b = torch.nn.functional.normalize(a + 0.3 * unit_rows(9, 5, 2), dim=1)
    wanted = naive_ratio(a.numpy(), b.numpy(), ignore.numpy(), threshold)
    assert float(ratio_loss(a, b, ignore, threshold=threshold)) == pytest.approx(wanted)


def test_equal_rows_and_rows_without_negatives_cost_next_to_nothing() -> None:
    a = unit_rows(6, 8, 1)
    everything = torch.ones(6, 6, dtype=torch.bool)
    assert float(ratio_loss(a, unit_rows(6, 8, 2), everything, threshold=0.7)) < 1e-3
    assert float(ratio_loss(a, a, ~everything, threshold=0.7)) < 1e-2


def test_its_slope_brings_counterparts_together_and_spares_the_hopeless() -> None:
    a = unit_rows(6, 8, 1)
    b = torch.nn.functional.normalize(a + 0.4 * unit_rows(6, 8, 2), dim=1).requires_grad_()
    nothing = torch.zeros(6, 6, dtype=torch.bool)
    before = ratio_loss(a, b, nothing, threshold=0.3)
    before.backward()
    assert b.grad is not None
    moved = torch.nn.functional.normalize(b.detach() - 0.05 * b.grad, dim=1)
    assert float(ratio_loss(a, moved, nothing, threshold=0.3)) < float(before.detach())
    wrong = a.roll(1, 0).clone().requires_grad_()  # every counterpart is far, every negative at 0
    ratio_loss(a, wrong, nothing, threshold=0.3).backward()
    assert wrong.grad is not None
    assert torch.equal(wrong.grad, torch.zeros_like(wrong))


def test_it_is_added_by_its_weight() -> None:
    a, b, nothing = unit_rows(7, 5, 1), unit_rows(7, 5, 2), torch.zeros(7, 7, dtype=torch.bool)
    plain = info_nce(a, b, nothing, temperature=0.05)
    extra = ratio_loss(a, b, nothing, threshold=0.72)
    assert float(rows_loss(a, b, nothing, StepOptions())) == pytest.approx(float(plain))
    both = rows_loss(a, b, nothing, StepOptions(ratio_weight=2.0))
    assert float(both) == pytest.approx(float(plain + 2 * extra))
