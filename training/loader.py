"""Batches in the order of steps, made ahead of time by loader processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.distributed import own_part
from ssldescriptor.training.plan import Items, Plan
from ssldescriptor.training.timing import stage

PREFETCHED = 4


def planned_batches(
    config: TrainConfig, dataset: Dataset[Any], plan: Plan, model: nn.Module, start: int
) -> Iterator[dict[str, Any]]:
    """Yield this rank's part of the batches of steps `start`, `start` + 1, ... to the last."""
    while start < config.steps:
        with stage("plan"):
            end = min(plan.prepare(model, start), config.steps)
        yield from batches(config, dataset, plan.items, range(start, end))
        start = end


def batches(
    config: TrainConfig, dataset: Dataset[Any], items: Items, steps: range
) -> Iterator[dict[str, Any]]:
    """Yield this rank's part of the batches of some steps.

    Args:
        config: the run.
        dataset: of pairs.
        items: the items of a step; with loader processes it is asked some steps ahead.
        steps: consecutive steps.
    """
    workers, part = config.data.workers, own_part(config.batch)
    loader = DataLoader(
        dataset,
        batch_sampler=(list(items(step)[part]) for step in steps),
        num_workers=workers,
        prefetch_factor=PREFETCHED if workers else None,
        # Its own, so that a loader does not draw from the random numbers of the run.
        generator=torch.Generator(),
    )
    with _one_opencv_thread():
        loaded = iter(loader)
    while True:
        with stage("wait"):
            batch = next(loaded, None)
        if batch is None:
            return
        yield batch


@contextmanager
def _one_opencv_thread() -> Iterator[None]:
    """Let loader processes inherit one thread: they are parallel already.

    It cannot be set in them: OpenCV would wait there for the threads that the fork has lost.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
