"""What another run has trained: its model, or weights to start from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from ssldescriptor.training.checkpoint import load_checkpoint, trained_weights
from ssldescriptor.training.models.patch_head import CELLS
from ssldescriptor.training.models.registry import Model, model_from_yaml

PROJECTION = "patch_head.project.0.weight"


def trained_model(path: Path) -> Model:
    """Return the model of a checkpoint with its weights, in evaluation mode.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the checkpoint cannot be read.
    """
    state = load_checkpoint(path)
    model = model_from_yaml(state["config"])
    model.load_state_dict(trained_weights(state))
    return model.eval()


def start_from(model: Model, path: Path) -> str:
    """Copy the weights of a checkpoint that have a place in the model; name the others.

    A network that is wider than the checkpoint's begins by computing what the narrower one does:
    its further channels are fresh, and what was trained does not read them yet (in the manner of
    Net2Net, Chen et al., ICLR 2016).

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the checkpoint cannot be read, or nothing in it fits.
    """
    given = trained_weights(load_checkpoint(path))
    own = model.state_dict()
    same = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
    wider = {}
    for name in given.keys() & own.keys() - same.keys():
        narrow, wide = _by_channel(given, name), _by_channel(own, name)
        if _grows(narrow, wide):
            wider[name] = _widened(narrow, wide).view_as(own[name])
    taken = same | wider
    if not taken:
        raise ValueError(f"no weight of {path} fits the model")
    model.load_state_dict(own | taken)
    fresh = sorted({name.split(".")[0] for name in own.keys() - taken.keys()})
    return (
        f"{len(taken)} of {len(own)} tensors from {path}, {len(wider)} of them widened; "
        f"new: {', '.join(fresh) or 'none'}"
    )


def _by_channel(weights: Mapping[str, Tensor], name: str) -> Tensor:
    """Return a tensor whose axes are channels, or the pixels of a kernel.

    The projection of the patch head reads the cells of all channels of all patches as one row.
    """
    tensor = weights[name]
    if name != PROJECTION:
        return tensor
    trunk = max(k for k in weights if k.startswith("patch_head.trunk.") and k.endswith(".0.weight"))
    return tensor.view(len(tensor), -1, len(weights[trunk]), CELLS)


def _grows(narrow: Tensor, wide: Tensor) -> bool:
    return (
        narrow.ndim == wide.ndim
        and all(less <= more for less, more in zip(narrow.shape, wide.shape, strict=True))
        # Kernels of another size are other kernels.
        and (narrow.ndim < 4 or narrow.shape[3:] == wide.shape[3:])
    )


def _widened(narrow: Tensor, wide: Tensor) -> Tensor:
    """Put trained weights in the first channels; there nothing is read from the fresh ones."""
    made = wide.clone()
    if narrow.ndim > 1:
        made[: len(narrow)] = 0
    made[tuple(slice(length) for length in narrow.shape)] = narrow
    return made
