"""Losses against naive loops, and their gradients."""

import math

import numpy as np
import pytest
import torch

from ssldescriptor.training.losses.frame import (
    direction_agreement,
    gravity_nll,
    scale_consistency,
    turned_back,
)
from ssldescriptor.training.losses.info_nce import info_nce
from ssldescriptor.training.losses.keypoints import peak_agreement


def unit_rows(n: int, dim: int, seed: int) -> torch.Tensor:
    rows = torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.nn.functional.normalize(rows, dim=1)


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
    a, b = unit_rows(9, 5, 1), unit_rows(9, 5, 2)
    ignore = torch.rand(9, 9, generator=torch.Generator().manual_seed(3)) < 0.3
    loss, _ = info_nce(a, b, ignore, 0.1)
    assert float(loss) == pytest.approx(naive_info_nce(a.numpy(), b.numpy(), ignore.numpy(), 0.1))


def test_info_nce_never_ignores_the_positive() -> None:
    a = unit_rows(6, 8, 1)
    everything = torch.ones(6, 6, dtype=torch.bool)
    loss, nearest = info_nce(a, a, everything, 0.1)
    assert float(loss) == pytest.approx(0.0, abs=1e-9)
    assert nearest.all()


def test_info_nce_tells_which_rows_found_their_counterpart() -> None:
    a = torch.eye(3, dtype=torch.float64)
    swapped = a[[1, 0, 2]]
    _, nearest = info_nce(a, swapped, torch.zeros(3, 3, dtype=torch.bool), 0.1)
    assert nearest.tolist() == [False, False, True]


def test_peak_agreement_equals_the_loop() -> None:
    generator = torch.Generator().manual_seed(0)
    z0 = torch.randn(4, 25, generator=generator, dtype=torch.float64)
    z1 = torch.randn(4, 25, generator=generator, dtype=torch.float64)
    inner = [y * 5 + x for y in (1, 2, 3) for x in (1, 2, 3)]
    interior = torch.zeros(25, dtype=torch.bool)
    interior[inner] = True
    total = 0.0
    for m in range(4):
        p, q = np.exp(z0[m].numpy()), np.exp(z1[m].numpy())
        p, q = p / p.sum(), q / q.sum()
        chance = 0.0
        for i in inner:
            for j in range(25):
                apart = abs(i // 5 - j // 5), abs(i % 5 - j % 5)
                if max(apart) <= 1:
                    chance += p[i] * q[j] * 0.5 ** sum(apart)
        total -= math.log(chance + 0.02)
    assert float(peak_agreement(z0, z1, interior)) == pytest.approx(total / 4)


def test_peak_agreement_prefers_one_common_peak() -> None:
    interior = torch.ones(25, dtype=torch.bool)
    peak = torch.zeros(1, 25)
    peak[0, 12] = 9
    elsewhere = peak.roll(3, 1)
    same = peak_agreement(peak, peak, interior)
    assert same < peak_agreement(torch.zeros(1, 25), torch.zeros(1, 25), interior)
    assert same < peak_agreement(peak, elsewhere, interior)


def test_agreement_on_the_rim_does_not_count() -> None:
    interior = torch.zeros(25, dtype=torch.bool)
    interior[[6, 7, 8, 11, 12, 13, 16, 17, 18]] = True
    corner = torch.zeros(1, 25)
    corner[0, 0] = 20
    assert float(peak_agreement(corner, corner, interior)) == pytest.approx(-math.log(0.02))


def test_turned_back_reads_between_bins() -> None:
    bins = torch.tensor([[1.0, 2.0, 4.0, 8.0]])
    quarter = torch.tensor([math.pi / 2])
    assert turned_back(bins, quarter).tolist() == [[2, 4, 8, 1]]
    assert turned_back(bins, -quarter).tolist() == [[8, 1, 2, 4]]
    half_a_bin = turned_back(bins, quarter / 2)
    torch.testing.assert_close(half_a_bin, torch.tensor([[1.5, 3.0, 6.0, 4.5]]))


def test_directions_agree_when_they_follow_the_turn() -> None:
    logits = torch.zeros(1, 32)
    logits[0, 5] = 20
    turned = logits.roll(8, 1)
    quarter = torch.tensor([math.pi / 2])
    certain = -math.log(1.01)
    assert float(direction_agreement(logits, turned, quarter)) == pytest.approx(certain, abs=1e-3)
    assert float(direction_agreement(logits, turned, -quarter)) > 4
    upright = torch.tensor([5 * 2 * math.pi / 32])
    assert float(gravity_nll(logits, upright)) == pytest.approx(certain, abs=1e-3)


def test_sizes_are_consistent_when_they_follow_the_scale() -> None:
    half = torch.tensor([0.5])
    assert float(scale_consistency(torch.zeros(1), -torch.ones(1), half)) == pytest.approx(0)
    assert float(scale_consistency(torch.zeros(1), torch.ones(1), half)) > 0.5


@pytest.mark.parametrize("name", ["nce", "peak", "gravity", "turn", "scale"])
def test_gradients(name: str) -> None:
    generator = torch.Generator().manual_seed(5)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64, requires_grad=True)

    interior = torch.arange(9) % 2 == 0
    ignore = torch.zeros(4, 4, dtype=torch.bool)
    ignore[0, 2] = True
    turn = torch.tensor([0.3, -2.0, 3.0, 1.0], dtype=torch.float64)
    positive = torch.rand(4, dtype=torch.float64) + 0.5
    functions = {
        "nce": (lambda a, b: info_nce(a, b, ignore, 0.5)[0], (draw(4, 3), draw(4, 3))),
        "peak": (lambda a, b: peak_agreement(a, b, interior), (draw(3, 9), draw(3, 9))),
        "gravity": (lambda a: gravity_nll(a, turn), (draw(4, 8),)),
        "turn": (lambda a, b: direction_agreement(a, b, turn), (draw(4, 8), draw(4, 8))),
        "scale": (lambda a, b: scale_consistency(a, b, positive), (draw(4), draw(4))),
    }
    function, inputs = functions[name]
    assert torch.autograd.gradcheck(function, inputs)
