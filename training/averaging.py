"""The weighted mean of checkpoints of one model: often better than each of them.

Weights that went on from a common start can be averaged number by number (Wortsman et al., "Model
soups", ICML 2022): what each run learnt beyond the other partly adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ssldescriptor.training.checkpoint import load_checkpoint, save_checkpoint, trained_weights


def average_checkpoints(
    checkpoints: Sequence[Path], shares: Sequence[float], output: Path
) -> dict[str, Any]:
    """Write the mean of checkpoints, for `export` or `init=`.

    Args:
        checkpoints: at least two, of models of the same layers; the moving average of a run that
            kept one.
        shares: of each, positive; only their ratios count.
        output: the checkpoint to write; its configuration and step are those of the last one.

    Returns:
        What was written: `model`, `step` and `config`.

    Raises:
        ValueError: fewer than two, other shares than one positive for each, or models that differ.
        FileNotFoundError: there is no such checkpoint.
    """
    if len(checkpoints) < 2:
        raise ValueError(f"{len(checkpoints)} checkpoint to average; two or more are wanted")
    if len(shares) != len(checkpoints) or not all(0 < s < float("inf") for s in shares):
        raise ValueError(
            f"shares are {list(shares)}; one positive number for each of the "
            f"{len(checkpoints)} checkpoints is wanted"
        )
    states = [load_checkpoint(path) for path in checkpoints]
    models = [trained_weights(state) for state in states]
    for path, model in zip(checkpoints[1:], models[1:], strict=True):
        _check_same_layers(checkpoints[0], models[0], path, model)
    mean = {
        name: _mean([model[name] for model in models], shares)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in models[-1].items()
    }
    written = {"model": mean, "step": states[-1]["step"], "config": states[-1]["config"]}
    save_checkpoint(output, written)
    return written


def _mean(tensors: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    total = sum(t.double() * s for t, s in zip(tensors, shares, strict=True)) / sum(shares)
    return torch.as_tensor(total).to(tensors[0].dtype)


def _check_same_layers(
    first: Path, one: dict[str, Tensor], second: Path, other: dict[str, Tensor]
) -> None:
    for name in sorted(one.keys() | other.keys()):
        shapes = [tuple(m[name].shape) if name in m else None for m in (one, other)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"{first} and {second} are of different models: {name} is "
                f"{shapes[0] or 'missing'} in one and {shapes[1] or 'missing'} in the other"
            )
