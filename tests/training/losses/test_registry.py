"""Descriptor losses by name: one signature, their own options."""

import pytest
import torch
from tests.training.losses.helpers import random_mask, unit_rows

from ssldescriptor.training.losses.average_precision import average_precision
from ssldescriptor.training.losses.info_nce import info_nce
from ssldescriptor.training.losses.registry import NAMES, DescriptorLoss, descriptor_loss
from ssldescriptor.training.losses.triplet import triplet


def make(name: str) -> DescriptorLoss:
    return descriptor_loss(name, temperature=0.3, margin=0.4, bins=7, hardest=2, low=-0.5)


def test_each_name_has_its_loss_and_options() -> None:
    arguments = unit_rows(8, 4, 1), unit_rows(8, 4, 2), random_mask(8, 0.2, 3)
    wanted = {
        "info_nce": info_nce(*arguments, temperature=0.3),
        "average_precision": average_precision(*arguments, bins=7, hardest=2, low=-0.5),
        "triplet": triplet(*arguments, margin=0.4),
    }
    assert {name: float(make(name)(*arguments)) for name in NAMES} == {
        name: float(loss) for name, loss in wanted.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_and_of_views_does_not_matter(name: str) -> None:
    a, b, ignore = unit_rows(8, 4, 1), unit_rows(8, 4, 2), random_mask(8, 0.2, 3)
    order = torch.randperm(8, generator=torch.Generator().manual_seed(0))
    loss = make(name)
    expected = pytest.approx(float(loss(a, b, ignore)))
    assert float(loss(a[order], b[order], ignore[order][:, order])) == expected
    assert float(loss(b, a, ignore.T)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_step_against_the_gradient_lowers_the_loss(name: str) -> None:
    a, b = (unit_rows(8, 4, seed).requires_grad_() for seed in (1, 2))
    ignore = torch.zeros(8, 8, dtype=torch.bool)
    loss = make(name)(a, b, ignore)
    loss.backward()
    with torch.no_grad():
        moved = (torch.nn.functional.normalize(x - 0.02 * x.grad, dim=1) for x in (a, b))
        assert make(name)(*moved, ignore) < loss


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'nosuch' .* info_nce, average_precision, triplet"):
        make("nosuch")
