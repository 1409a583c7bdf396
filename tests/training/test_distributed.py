"""Two processes with half of a batch each train the model that one process trains."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tests.training.small_run import tiny, tiny_settings
from torch import nn

from ssldescriptor.training import distributed, synced_norm
from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.train import train

Weights = dict[str, torch.Tensor]

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
# Every loss that looks at the whole batch, and steps that move the weights at once.
SETTINGS = [
    "steps=3", "batch=4", "optimizer.warmup=1", "optimizer.learning_rate=1e-3",
    "optimizer.ema=0.9", "log_every=3",
]  # fmt: skip


def torchrun(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    command = [*TORCHRUN, "-m", "ssldescriptor", "train", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_two_processes_are_one(folder: Path, tmp_path: Path) -> None:
    done = torchrun(*tiny_settings(folder, tmp_path / "two", *SETTINGS))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("3/3") == 1
    assert done.stdout.count("last.pt") == 1
    one = load_checkpoint(train(tiny(folder, tmp_path / "one", *SETTINGS)))
    two = load_checkpoint(tmp_path / "two" / "last.pt")
    start = load_checkpoint(train(tiny(folder, tmp_path / "start", *SETTINGS, "steps=1")))
    assert torch.equal(one["generator"], two["generator"])
    for kind in ("model", "ema"):
        assert_near(two[kind], one[kind], start[kind])


def assert_near(weights: Weights, truth: Weights, start: Weights) -> None:
    """Compare with how far the weights have moved since the start.

    AdamW's first steps are as long for a gradient of 1e-9, which rounding turns around, as for one
    of 1: a few elements of a tensor differ. With statistics or negatives of their own rank only,
    whole tensors would by a third of their way.
    """
    names = [name for name, tensor in truth.items() if tensor.is_floating_point()]
    off = {name: float((weights[name] - truth[name]).abs().mean()) for name in names}
    moved = {name: float((truth[name] - start[name]).abs().mean()) for name in names}
    assert {name: off[name] for name in names if off[name] > 0.1 * moved[name]} == {}
    assert sum(off.values()) < 0.005 * sum(moved.values())


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed, "num_ranks", lambda: 2)
    monkeypatch.setattr(distributed, "rank", lambda: 1)
    assert distributed.own_part(6) == slice(3, 6)
    with pytest.raises(ValueError, match="batch=5 cannot be shared evenly by 2 processes"):
        distributed.own_part(5)


def test_every_rank_draws_its_rows_of_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = distributed.draw(torch.randn, (6, 5), torch.Generator().manual_seed(3))
    monkeypatch.setattr(distributed, "num_ranks", lambda: 3)
    parts = []
    for rank in range(3):
        monkeypatch.setattr(distributed, "rank", lambda rank=rank: rank)
        parts.append(distributed.draw(torch.randn, (2, 5), torch.Generator().manual_seed(3)))
    assert torch.equal(torch.cat(parts), whole)


@pytest.mark.parametrize("shape", [(12, 3), (6, 3, 4, 5)])
@pytest.mark.parametrize("affine", [True, False])
def test_synced_norm_is_batch_norm(shape: tuple[int, ...], affine: bool) -> None:
    """Of one rank, it equals torch's: output, gradients and running statistics."""
    generator = torch.Generator().manual_seed(0)
    kind = nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d
    ours, theirs = kind(3, affine=affine), kind(3, affine=affine)
    if affine:
        for norm in (ours, theirs):
            norm.weight.data = torch.tensor([1.0, 2.0, -1.0])
            norm.bias.data = torch.tensor([0.0, 1.0, 2.0])
    given = 3 + 2 * torch.randn(shape, generator=generator)
    x, y = given.clone().requires_grad_(), given.clone().requires_grad_()
    a, b = synced_norm.synced_norm(ours, x), theirs(y)
    weight = torch.randn(shape, generator=generator)
    for value in (a, b):
        (value * weight).sum().backward()
    torch.testing.assert_close(a, b)
    torch.testing.assert_close(x.grad, y.grad)
    for name, tensor in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[name], tensor)
    if affine:
        torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)
    ours.eval(), theirs.eval()
    torch.testing.assert_close(synced_norm.synced_norm(ours, x), theirs(y))
