"""Losses and gradients that are not finite stop a run, and what caused it is kept."""

from pathlib import Path

import pytest
import torch
from tests.training.small_run import tiny

from ssldescriptor.training import loop
from ssldescriptor.training.batch import Batch
from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.step import run_step
from ssldescriptor.training.train import train


def broken_at(step: int, factor: float, *, shown: bool) -> object:
    """Return a run_step whose loss is multiplied at a step, visibly or in the gradient only."""
    calls = 0

    def run(*args: object, **options: object) -> tuple[torch.Tensor, dict[str, float]]:
        nonlocal calls
        calls += 1
        loss, figures = run_step(*args, **options)
        if calls == step + 1:
            loss = loss * factor
            if shown:
                figures["loss"] = float(loss.detach())
        return loss, figures

    return run


@pytest.mark.parametrize(("shown", "what"), [(True, "the loss is nan"), (False, "the gradient")])
def test_what_is_not_finite_stops_the_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: bool, what: str
) -> None:
    config = tiny(folder, tmp_path, "save_every=1")
    with monkeypatch.context() as patch:
        patch.setattr(loop, "run_step", broken_at(2, float("nan"), shown=shown))
        with pytest.raises(FloatingPointError, match=rf"step 2: {what}.*failed_batch\.pt"):
            train(config)
    last = load_checkpoint(tmp_path / "last.pt")
    assert last["step"] == 2
    assert all(torch.isfinite(tensor).all() for tensor in last["model"].values())
    failed = load_checkpoint(tmp_path / "failed_batch.pt")
    assert what in failed["reason"]
    # The saved batch is that of step 2, with its random numbers: it repeats the step.
    seen: list[Batch] = []

    def watch(model: object, batch: Batch, *args: object, **options: object) -> object:
        seen.append(batch)
        return run_step(model, batch, *args, **options)

    monkeypatch.setattr(loop, "run_step", watch)
    train(config, resume=True)
    for name, tensor in failed["batch"].items():
        assert torch.equal(tensor, getattr(seen[0], name)), name
    assert torch.equal(failed["generator"], last["generator"])
