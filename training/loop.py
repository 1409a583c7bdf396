"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.config import TrainConfig, dump_config
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.logbook import Logbook
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.step import collate, run_step


def learning_rate(config: TrainConfig, step: int) -> float:
    """Return the learning rate of a step: linear warm-up, cosine to zero."""
    options = config.optimizer
    rise = min(1.0, (step + 1) / max(options.warmup, 1))
    fall = 0.5 * (1 + math.cos(math.pi * step / config.steps))
    return options.learning_rate * rise * fall


def make_optimizer(config: TrainConfig, model: Model) -> torch.optim.Optimizer:
    """Return AdamW; weight decay acts on matrices and kernels only."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [
        {"params": decayed, "weight_decay": config.optimizer.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.optimizer.learning_rate)


def batches(config: TrainConfig, dataset: PairDataset, start: int) -> Iterator[dict[str, Any]]:
    """Yield the batches of steps `start`, `start` + 1, ...: the same whenever a run goes on."""
    indices = range(start * config.batch, config.steps * config.batch)
    loader = DataLoader(
        dataset,
        config.batch,
        sampler=list(indices),
        num_workers=config.data.workers,
        drop_last=True,
        prefetch_factor=4 if config.data.workers else None,
    )
    yield from loader


def train_loop(
    config: TrainConfig, dataset: PairDataset, model: Model, resume: dict[str, Any] | None = None
) -> Path:
    """Run the steps that are left and return the path of the last checkpoint.

    Raises:
        FloatingPointError: the loss is not finite; the last checkpoint stays as it was.
    """
    optimizer = make_optimizer(config, model)
    generator = torch.Generator().manual_seed(config.seed)
    start = 0
    if resume is not None:
        model.load_state_dict(resume["model"])
        optimizer.load_state_dict(resume["optimizer"])
        generator.set_state(resume["generator"])
        start = int(resume["step"])
    model.train()
    output = Path(config.output)
    path = output / "last.pt"
    book = Logbook(output / "log.csv", config.log_every, config.steps)
    clock = time.monotonic()
    for step, sample in enumerate(batches(config, dataset, start), start):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config, step)
        loss, figures = run_step(
            model,
            collate(sample),
            config.step,
            generator,
            bfloat16=config.bfloat16,
            threads=config.threads,
        )
        if not math.isfinite(figures["loss"]):
            raise FloatingPointError(f"step {step}: the loss is {figures['loss']}; {figures}")
        optimizer.zero_grad(set_to_none=False)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.optimizer.clip)
        optimizer.step()
        book.add(step + 1, figures)
        if (step + 1) % config.save_every == 0 or step + 1 == config.steps:
            save_checkpoint(
                path,
                {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "generator": generator.get_state(),
                    "step": step + 1,
                    "config": dump_config(config),
                    "seconds": time.monotonic() - clock,
                },
            )
    return path
