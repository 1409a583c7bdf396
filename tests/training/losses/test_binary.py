"""The binary loss: signs forwards, tanh backwards."""

import math

import pytest
import torch
from tests.training.losses.helpers import random_mask
from tests.training.losses.test_info_nce import naive_info_nce

from ssldescriptor.training.losses.binary import binary_loss, straight_through


def logits(seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(6, 16, generator=generator, dtype=torch.float64)


def test_it_equals_the_loop_over_signs() -> None:
    z0, z1, ignore = logits(0), logits(1), random_mask(6, 0.3, 2)
    codes = [[[1.0 if float(v) > 0 else -1.0 for v in row] for row in z] for z in (z0, z1)]
    a, b = (torch.tensor(c, dtype=torch.float64) / 4 for c in codes)
    expected = naive_info_nce(a.numpy(), b.numpy(), ignore.numpy(), 0.2)
    found = binary_loss(z0, z1, ignore, temperature=0.2)
    assert float(found) == pytest.approx(expected)


def test_signs_are_those_of_the_bits() -> None:
    z = torch.tensor([[-2.0, -0.1, 0.0, 0.1, 30.0]])
    torch.testing.assert_close(straight_through(z), torch.tensor([[-1.0, -1, -1, 1, 1]]))


def test_the_gradient_of_a_sign_is_that_of_tanh() -> None:
    z = torch.tensor([[-2.0, -0.1, 0.0, 0.7]], dtype=torch.float64, requires_grad=True)
    weight = torch.tensor([[1.0, 2.0, 3.0, 4.0]], dtype=torch.float64)
    (straight_through(z) * weight).sum().backward()
    expected = [w / math.cosh(v) ** 2 for v, w in zip(z[0].tolist(), [1, 2, 3, 4], strict=True)]
    assert z.grad[0].tolist() == pytest.approx(expected)


def test_the_loss_reaches_the_logits_through_its_gradient_at_the_signs() -> None:
    """By the chain rule: dL/dcode at the signs (checked numerically) times 1 - tanh^2."""
    z0, z1, ignore = logits(3).requires_grad_(), logits(4), random_mask(6, 0.3, 2)
    binary_loss(z0, z1, ignore, temperature=0.5).backward()
    codes = z0.detach().sign()

    def loss_of_codes(code: torch.Tensor) -> float:
        other = z1.sign()
        similarity = (code @ other.T / 16 / 0.5).masked_fill(
            ignore & ~torch.eye(6, dtype=torch.bool), float("-inf")
        )
        nce = -(similarity.log_softmax(1).diagonal() + similarity.log_softmax(0).diagonal())
        return float(nce.mean() / 2)

    step = 1e-5
    for i, j in ((0, 0), (2, 7), (5, 15)):
        ahead, behind = codes.clone(), codes.clone()
        ahead[i, j] += step
        behind[i, j] -= step
        slope = (loss_of_codes(ahead) - loss_of_codes(behind)) / (2 * step)
        expected = slope / math.cosh(float(z0[i, j].detach())) ** 2
        assert float(z0.grad[i, j]) == pytest.approx(expected, abs=1e-8)
