"""Losses of the keypoint head against loops over windows and pixels."""

import math

import numpy as np
import pytest
import torch

from ssldescriptor.training.losses.keypoints import (
    cosim_loss,
    peak_agreement,
    peaky_loss,
    repeatability,
)


def logits(windows: int, pixels: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(windows, pixels, generator=generator, dtype=torch.float64)


def test_peak_agreement_equals_the_loop() -> None:
    z0, z1 = logits(4, 25, 0), logits(4, 25, 1)
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


def test_repeatability_equals_the_loop() -> None:
    z0, z1 = logits(4, 9, 2), logits(4, 9, 3)
    cosines, peaks0, peaks1 = [], [], []
    for m in range(4):
        s0 = [1 / (1 + math.exp(-float(z))) for z in z0[m]]
        s1 = [1 / (1 + math.exp(-float(z))) for z in z1[m]]
        dot = sum(u * v for u, v in zip(s0, s1, strict=True))
        cosines.append(dot / math.hypot(*s0) / math.hypot(*s1))
        peaks0.append(max(s0) - sum(s0) / 9)
        peaks1.append(max(s1) - sum(s1) / 9)
    expected = 1 - sum(cosines) / 4 + (2 - sum(peaks0) / 4 - sum(peaks1) / 4) / 2
    assert float(repeatability(z0, z1)) == pytest.approx(expected)


def test_repeatability_asks_for_the_same_window_and_for_peaks() -> None:
    flat = torch.full((1, 9), 0.5)
    peak = torch.zeros(1, 9)
    peak[0, 4] = 1
    assert float(cosim_loss(peak, peak)) == pytest.approx(0)
    assert float(cosim_loss(peak, peak.roll(1, 1))) == pytest.approx(1)
    assert float(peaky_loss(flat)) == pytest.approx(1)
    assert float(peaky_loss(peak)) == pytest.approx(1 / 9)


@pytest.mark.parametrize("name", ["agreement", "r2d2"])
def test_gradients(name: str) -> None:
    interior = torch.arange(9) % 2 == 0
    z0, z1 = logits(3, 9, 4).requires_grad_(), logits(3, 9, 5).requires_grad_()
    functions = {"agreement": lambda a, b: peak_agreement(a, b, interior), "r2d2": repeatability}
    assert torch.autograd.gradcheck(functions[name], (z0, z1))
