"""Wavelet pooling against the four filters written out, and its inverse."""

import pytest
import torch

from ssldescriptor.training.stylization.haar import haar_pool, haar_unpool


def test_one_block_by_hand() -> None:
    low, (across, down, diagonal) = haar_pool(torch.tensor([[[[1.0, 2.0], [4.0, 8.0]]]]))
    assert low.item() == 7.5
    assert across.item() == (2 - 1 + 8 - 4) / 2
    assert down.item() == (4 - 1 + 8 - 2) / 2
    assert diagonal.item() == (1 - 2 - 4 + 8) / 2


def test_unpooling_restores_exactly_and_energy_is_kept() -> None:
    # Integers are exact in any order of additions.
    x = torch.randint(-50, 50, (2, 3, 10, 14), generator=torch.Generator().manual_seed(0)).float()
    low, details = haar_pool(x)
    assert low.shape == (2, 3, 5, 7)
    assert torch.equal(haar_unpool(low, details), x)
    energy = sum(part.square().sum() for part in (low, *details))
    assert energy == x.square().sum()


def test_odd_sides_are_refused() -> None:
    with pytest.raises(ValueError, match=r"even sides, got \(4, 5\)"):
        haar_pool(torch.zeros(1, 1, 4, 5))
