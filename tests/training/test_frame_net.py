"""The frame net's answers turn with the rings."""

import pytest
import torch

from ssldescriptor.training.models.frame import MAX_OFFSET, FrameNet


@pytest.fixture
def net() -> FrameNet:
    torch.manual_seed(0)
    net = FrameNet(8).eval()
    torch.nn.init.normal_(net.pull.weight)
    return net


@torch.no_grad()
def test_a_turn_of_the_rings_turns_direction_and_offset(net: FrameNet) -> None:
    rings = torch.randn(6, 12, 32)
    before, after = net(rings), net(rings.roll(8, 2))  # a quarter turn clockwise
    torch.testing.assert_close(after.direction, before.direction.roll(8, 1))
    torch.testing.assert_close(after.log_size, before.log_size)
    x, y = before.offset.unbind(1)
    torch.testing.assert_close(after.offset, torch.stack([-y, x], 1))
    assert (before.offset.norm(dim=1) > 0.1).all()


@torch.no_grad()
def test_offsets_are_shorter_than_two_pixels(net: FrameNet) -> None:
    net.pull.weight.mul_(1e4)
    length = net(torch.randn(50, 12, 32)).offset.norm(dim=1)
    assert (length <= MAX_OFFSET * 1.0001).all()
    assert length.max() > 1.9


@torch.no_grad()
def test_an_untrained_net_moves_nothing() -> None:
    assert not FrameNet(8).eval()(torch.randn(5, 12, 32)).offset.any()
