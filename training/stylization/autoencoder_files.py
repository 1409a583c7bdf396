"""Autoencoders on disk, and the encoder weights that others publish."""

from __future__ import annotations

import io
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ssldescriptor.training.files import write_whole
from ssldescriptor.training.stylization.autoencoder import Autoencoder, convolutions_of

FORMAT = "ssldescriptor autoencoder 1"
# Places of the convolutions in torchvision's vgg19().features, in the order of the plan `vgg`.
VGG19_PLACES = (0, 2, 5, 7, 10, 12, 14, 16, 19)


def save_autoencoder(path: Path, model: Autoencoder) -> None:
    """Write plan and weights, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    content = io.BytesIO()
    torch.save({"format": FORMAT, "plan": model.plan, "weights": model.state_dict()}, content)
    write_whole(path, content.getbuffer())


def load_autoencoder(path: Path) -> Autoencoder:
    """Read what `save_autoencoder` wrote; no code in the file is run.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: damaged, or no autoencoder of ours.
    """
    state = _read(path)
    if state.get("format") != FORMAT:
        raise ValueError(f"{path} is no autoencoder of `ssldescriptor train-autoencoder`")
    model = Autoencoder(str(state["plan"]))
    try:
        model.load_state_dict(state["weights"])
    except (RuntimeError, TypeError, KeyError) as error:
        raise ValueError(f"{path}: weights of another autoencoder: {error}") from error
    return model.eval()


def load_vgg19(path: Path, model: Autoencoder) -> None:
    """Put VGG-19 weights in torchvision's layout into the encoder and freeze it.

    Args:
        path: a state dict with keys `features.0.weight`, ..., as torchvision publishes it.
        model: an autoencoder of the plan `vgg`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: damaged, a key is missing or a shape differs; names it.
    """
    given = _read(path)
    own = list(chain(*convolutions_of(model.encoder)))
    if len(own) != len(VGG19_PLACES):
        raise ValueError(f"VGG weights fit the plan 'vgg', not {model.plan!r}")
    for place, convolution in zip(VGG19_PLACES, own, strict=True):
        for part in ("weight", "bias"):
            key, target = f"features.{place}.{part}", getattr(convolution, part)
            tensor = given.get(key)
            if not isinstance(tensor, Tensor):
                raise ValueError(f"{path} has no tensor {key!r}, wanted torchvision's VGG-19")
            if tensor.shape != target.shape:
                raise ValueError(
                    f"{path}: {key} is {tuple(tensor.shape)}, wanted {tuple(target.shape)}"
                )
            target.data.copy_(tensor)
    model.encoder.requires_grad_(False)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged or foreign file makes torch raise
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ValueError(f"cannot read {path}: {reason}") from error
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds no weights by name")
    return state
