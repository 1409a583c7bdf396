"""Wire a training run together: configuration, photographs, model, loop."""

from __future__ import annotations

from pathlib import Path

import torch

from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.config import TrainConfig, dump_config
from ssldescriptor.training.data.images import find_images, load_images, split
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.loop import train_loop
from ssldescriptor.training.models.registry import Model


def train(config: TrainConfig, *, resume: bool = False) -> Path:
    """Train a model and return the path of its last checkpoint.

    Args:
        config: the run.
        resume: go on from `last.pt` in the output folder, which must be of the same
            configuration.

    Raises:
        FileNotFoundError: a folder without photographs.
        ValueError: no usable photograph, or a checkpoint of another configuration.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    state = None
    if resume:
        state = load_checkpoint(Path(config.output) / "last.pt")
        if state["config"] != dump_config(config):
            raise ValueError(
                f"the checkpoint is of another configuration:\n{state['config']}\n"
                f"wanted:\n{dump_config(config)}"
            )
    paths, _ = split(find_images(config.data.images), config.data.validation_share)
    images, rejected = load_images(paths, config.data.short_side)
    for path in rejected:
        print(f"left out, not a usable photograph: {path}")
    print(f"{len(images)} photographs")
    length = config.steps * config.batch
    dataset = PairDataset(images, config.data.pair, config.seed, length)
    model = Model(config.model)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if config.init:
        start_from(model, Path(config.init))
    return train_loop(config, dataset, model, state)


def start_from(model: Model, path: Path) -> None:
    """Copy the weights of a checkpoint that have a place in the model; name the others.

    Raises:
        ValueError: the checkpoint cannot be read, or nothing in it fits.
    """
    given = load_checkpoint(path)["model"]
    own = model.state_dict()
    fitting = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
    if not fitting:
        raise ValueError(f"no weight of {path} fits the model")
    model.load_state_dict(own | fitting)
    fresh = sorted({name.split(".")[0] for name in own.keys() - fitting.keys()})
    print(f"{len(fitting)} of {len(own)} tensors from {path}; new: {', '.join(fresh) or 'none'}")
