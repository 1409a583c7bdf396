"""Speed in words: the share of every stage, pairs per second and core, memory."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.distributed import num_ranks
from ssldescriptor.training.memory import peak_gigabytes


def with_rest(stages: Mapping[str, float], seconds: float) -> dict[str, float]:
    """Return the stages and "other", what is left of the seconds of a step."""
    return dict(stages) | {"other": max(0.0, seconds - sum(stages.values()))}


def describe_stages(stages: Mapping[str, float], seconds: float) -> str:
    """Return "wait 0.01 s 1%, dense 0.25 s 24%, ...", of a step, without what takes no time."""
    shares = with_rest(stages, seconds)
    return ", ".join(
        f"{name} {s:.2f} s {s / seconds:.0%}" for name, s in shares.items() if s > 0.002 * seconds
    )


def cores_in_use(config: TrainConfig) -> int:
    """Return how many cores a run keeps busy at most: threads and loader processes of all ranks."""
    return min(num_ranks() * (config.threads + config.data.workers), os.cpu_count() or 1)


def pairs_per_core(config: TrainConfig, seconds: float) -> str:
    """Return "4.7 pairs/s per core, peak memory 1.2 GB" for steps of so many seconds."""
    rate = config.batch / seconds / cores_in_use(config)
    return f"{rate:.1f} pairs/s per core, peak memory {peak_gigabytes():.1f} GB"


def waiting_advice(stages: Mapping[str, float], seconds: float) -> str | None:
    """Return a line of advice when the model waits for its batches, else None."""
    share = stages.get("wait", 0.0) / seconds
    if share < 0.1:
        return None
    return f"advice: {share:.0%} of the time is spent waiting for batches; raise data.workers"
