"""Weights to start from that another run has trained."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ssldescriptor.training.checkpoint import load_checkpoint, trained_weights
from ssldescriptor.training.models.registry import Model

# Networks whose layers are wired channel by channel. The patch head joins all cells of its
# channels in one layer, where another width puts every number in another place.
WIDENED = ("dense", "frame_net")


def start_from(model: Model, path: Path) -> str:
    """Copy the weights of a checkpoint that have a place in the model; name the others.

    A dense network or frame net that is wider than the checkpoint's begins by computing what the
    narrower one does: its further channels are fresh, and what was trained does not read them yet
    (in the manner of Net2Net, Chen et al., ICLR 2016).

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the checkpoint cannot be read, or nothing in it fits.
    """
    given = trained_weights(load_checkpoint(path))
    own = model.state_dict()
    same = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
    wider = {k: _widened(v, own[k]) for k, v in given.items() if k in own and _grows(k, v, own[k])}
    if not same and not wider:
        raise ValueError(f"no weight of {path} fits the model")
    model.load_state_dict(own | same | wider)
    fresh = sorted({name.split(".")[0] for name in own.keys() - same.keys() - wider.keys()})
    return (
        f"{len(same) + len(wider)} of {len(own)} tensors from {path}, {len(wider)} of them widened; "
        f"new: {', '.join(fresh) or 'none'}"
    )


def _grows(name: str, narrow: Tensor, own: Tensor) -> bool:
    sizes = list(zip(narrow.shape, own.shape, strict=False))
    return (
        name.startswith(WIDENED)
        and narrow.ndim == own.ndim
        and narrow.shape != own.shape
        and all(less <= more for less, more in sizes)
    )


def _widened(narrow: Tensor, own: Tensor) -> Tensor:
    """Put trained weights in the first channels; there nothing is read from the fresh ones."""
    wide = own.clone()
    outputs = len(narrow)
    if narrow.ndim > 1:
        wide[:outputs] = torch.zeros(())
    wide[tuple(slice(length) for length in narrow.shape)] = narrow
    return wide
