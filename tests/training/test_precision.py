"""bfloat16 where it pays, measured."""

import pytest
import torch

from ssldescriptor.training import precision
from ssldescriptor.training.precision import choose_bfloat16


@pytest.mark.parametrize(
    ("float32", "bfloat16", "chosen"), [(1, 3, False), (3, 1, True), (1, 0.95, False)]
)
def test_the_faster_is_chosen_if_it_pays(
    monkeypatch: pytest.MonkeyPatch, float32: float, bfloat16: float, chosen: bool
) -> None:
    times = {False: float32, True: bfloat16}
    monkeypatch.setattr(precision, "convolution_time", times.__getitem__)
    decided, reason = choose_bfloat16("auto")
    assert decided is chosen
    assert f"{1000 * float32:.1f} ms in float32" in reason
    assert reason.startswith("bfloat16: yes" if chosen else "bfloat16: no")


def test_what_is_set_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(precision, "convolution_time")
    assert choose_bfloat16("yes") == (True, "bfloat16: yes, as set")
    assert choose_bfloat16("no") == (False, "bfloat16: no, as set")


def test_measuring_leaves_the_random_numbers_alone() -> None:
    torch.manual_seed(1)
    wanted = torch.rand(3)
    torch.manual_seed(1)
    assert precision.convolution_time(False, rounds=1) > 0
    assert torch.equal(torch.rand(3), wanted)
