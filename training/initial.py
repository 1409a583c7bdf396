"""Weights to start from that another run has trained."""

from __future__ import annotations

from pathlib import Path

from ssldescriptor.training.checkpoint import load_checkpoint, trained_weights
from ssldescriptor.training.models.registry import Model


def start_from(model: Model, path: Path) -> str:
    """Copy the weights of a checkpoint that have a place in the model; name the others.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the checkpoint cannot be read, or nothing in it fits.
    """
    given = trained_weights(load_checkpoint(path))
    own = model.state_dict()
    fitting = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
    if not fitting:
        raise ValueError(f"no weight of {path} fits the model")
    model.load_state_dict(own | fitting)
    fresh = sorted({name.split(".")[0] for name in own.keys() - fitting.keys()})
    return f"{len(fitting)} of {len(own)} tensors from {path}; new: {', '.join(fresh) or 'none'}"
