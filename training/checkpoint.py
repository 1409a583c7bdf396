"""Checkpoints: everything that a run needs to go on, written whole or not at all."""

from __future__ import annotations

import io
import os
import pickle
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write the state to a temporary file beside `path`, then rename it over `path`.

    Whatever happens meanwhile, `path` is the old file or the new one.

    Raises:
        OSError: the file cannot be written, e.g. because the disk is full.
    """
    content = io.BytesIO()
    torch.save(state, content)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        kept = "; the previous one is as it was" if path.exists() else ""
        reason = f"cannot write checkpoint {path}: {error.strerror or error}{kept}"
        raise OSError(error.errno, reason) from error
    finally:
        _remove(temporary)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint without running any code that it may carry.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, holds more than tensors and plain values, or is no
            checkpoint of ours.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no such checkpoint: {path}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of foreign pickles; then it refuses them
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"cannot read checkpoint {path}: it is damaged or holds more than tensors and plain "
            "values, which are all that is ever read"
        ) from error
    except Exception as error:  # whatever a damaged archive makes torch raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ValueError(f"cannot read checkpoint {path}: {reason}") from error
    if not (
        isinstance(state, dict)
        and isinstance(state.get("config"), str)
        and isinstance(state.get("step"), int)
        and _are_weights(state.get("model"))
    ):
        raise ValueError(
            f"{path} is no ssldescriptor checkpoint (wanted: 'model', 'config' and 'step')"
        )
    return state


def trained_weights(state: dict[str, Any]) -> dict[str, Tensor]:
    """Return the weights that a checkpoint is for: their moving average where the run kept one."""
    weights: dict[str, Tensor] = state.get("ema") or state["model"]
    return weights


def _are_weights(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(v, Tensor) for v in value.values())


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the folder itself may be what cannot be written
        return
