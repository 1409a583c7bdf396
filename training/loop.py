"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ssldescriptor.training.batch import Batch, collate
from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.distributed import (
    average_gradients,
    from_main,
    gather_rows,
    is_main,
    say,
)
from ssldescriptor.training.loader import planned_batches
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.optimizer import learning_rate
from ssldescriptor.training.plan import InOrder, Plan
from ssldescriptor.training.precision import choose_bfloat16
from ssldescriptor.training.recorder import Recorder
from ssldescriptor.training.state import TrainingState
from ssldescriptor.training.step import run_step
from ssldescriptor.training.synced_norm import synchronise_norms
from ssldescriptor.training.timing import stage


def train_loop(
    config: TrainConfig,
    dataset: PairDataset,
    model: Model,
    resume: dict[str, Any] | None = None,
    *,
    unseen: Sequence[NDArray[np.uint8]] = (),
    plan: Plan | None = None,
) -> Path:
    """Run the steps that are left and return the path of the last checkpoint.

    Args:
        config: the run.
        dataset: of pairs, for all ranks.
        model: to train, in place.
        resume: checkpoint to go on from.
        unseen: (H, W, 3) uint8 photographs kept out of training, for scores and pictures.
        plan: which pairs make a batch; one after the other when left out.

    Raises:
        FloatingPointError: the loss or a gradient is not finite. The last checkpoint stays as it
            was; the batch is saved beside it, in a file that the message names.
    """
    state = TrainingState(config, model, plan or InOrder(config.batch, config.steps))
    if resume is not None:
        state.load(resume)
    if state.bfloat16 is None:
        state.bfloat16, reason = from_main(choose_bfloat16(config.bfloat16))
        say(reason)
    synchronise_norms(model)
    model.train()
    with Recorder(state, unseen) as recorder:
        for sample in planned_batches(config, dataset, state.plan, model, state.step):
            batch = collate(sample)
            figures = take_step(state, batch)
            recorder.after_step(batch, figures)
    return recorder.finish()


def take_step(state: TrainingState, batch: Batch) -> dict[str, float]:
    """Train on one batch and return the figures worth watching."""
    config, model, started = state.config, state.model, time.monotonic()
    random = state.generator.get_state()
    try:
        loss, figures = run_step(
            model,
            batch,
            config.step,
            state.generator,
            bfloat16=bool(state.bfloat16),
            threads=config.threads,
        )
        norm = descend(state, loss, figures)
    except FloatingPointError as error:
        path = _save_failed_batch(state, batch, random, str(error))
        raise FloatingPointError(f"step {state.step}: {error}; its batch is in {path}") from None
    state.step += 1
    state.seconds += time.monotonic() - started
    return figures | {"gradient": norm}


def descend(state: TrainingState, loss: Tensor, figures: dict[str, float]) -> float:
    """Go down the gradient of a loss; the weights stay as they are where it is not finite.

    Args:
        state: whose model the loss is of.
        loss: scalar, with gradients.
        figures: among them its value, "loss"; shown with an error.

    Returns:
        The norm of the gradient before it was clipped.

    Raises:
        FloatingPointError: the loss or the gradient is not finite.
    """
    config, model = state.config, state.model
    _check_finite("loss", figures["loss"], figures)
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate(config, state.step)
    with stage("backward"):
        state.optimizer.zero_grad(set_to_none=False)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(model)
    with stage("optimizer"):
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config.optimizer.clip)
        _check_finite("gradient", float(norm), figures)
        state.optimizer.step()
        if state.average:
            state.average.update(model, state.step)
    return float(norm)


def _check_finite(name: str, value: float, figures: dict[str, float]) -> None:
    if not math.isfinite(value):
        shown = ", ".join(f"{key} {figure:.4g}" for key, figure in figures.items())
        raise FloatingPointError(f"the {name} is {value} ({shown})")


def _save_failed_batch(
    state: TrainingState, batch: Batch, random: torch.Tensor, reason: str
) -> Path:
    """Save all that repeats the failed step: batch, weights, random numbers."""
    path = Path(state.config.output) / "failed_batch.pt"
    whole = {name: gather_rows(tensor) for name, tensor in batch._asdict().items()}
    content = state.to_checkpoint() | {"generator": random, "batch": whole, "reason": reason}
    if is_main():
        save_checkpoint(path, content)
    return path
