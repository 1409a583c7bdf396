"""Wire a training run together: configuration, photographs, model, loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ssldescriptor.evaluation.datasets.sequences import read_sequences
from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.config import DataOptions, TrainConfig
from ssldescriptor.training.data.copies import load_copies
from ssldescriptor.training.data.images import (
    Photographs,
    find_images,
    load_images,
    relative_names,
    split,
)
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.differences import refuse_another
from ssldescriptor.training.distributed import own_part, process_group, say
from ssldescriptor.training.initial import start_from
from ssldescriptor.training.look_alikes import plan_look_alikes
from ssldescriptor.training.loop import train_loop
from ssldescriptor.training.models.registry import make_model
from ssldescriptor.training.plan import Different, Plan


def train(config: TrainConfig, *, resume: bool = False) -> Path:
    """Train a model and return the path of its last checkpoint.

    Under torchrun its processes train one model together.

    Args:
        config: the run.
        resume: go on from `last.pt` in the output folder, which must be of the same
            configuration.

    Raises:
        FileNotFoundError: a folder without photographs or sequences, or no checkpoint to go on
            from.
        ValueError: no usable photograph, a checkpoint of another configuration, a run in the
            output folder that is not to be resumed, or a batch that the processes cannot share.
        FloatingPointError: the loss or a gradient is not finite.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    with process_group():
        # These are told before anything is loaded.
        own_part(config.batch)
        if not resume:
            _refuse_to_overwrite(Path(config.output))
        if config.sequences:
            read_sequences(config.sequences)
        return _train(config, _to_resume(config) if resume else None)


def _refuse_to_overwrite(output: Path) -> None:
    last = output / "last.pt"
    if last.exists():
        raise ValueError(
            f"{output} holds a run of {load_checkpoint(last)['step']} steps; give --resume, "
            "another --output, or remove it"
        )


def _to_resume(config: TrainConfig) -> dict[str, Any]:
    checkpoint = load_checkpoint(Path(config.output) / "last.pt")
    refuse_another(checkpoint["config"], config)
    return checkpoint


def _train(config: TrainConfig, checkpoint: dict[str, Any] | None) -> Path:
    paths, unseen_paths = split(find_images(config.data.images), config.data.validation_share)
    side = config.data.short_side
    photos = load_photographs(paths, side)
    unseen = (
        load_photographs(unseen_paths, side, " kept out of training").images if unseen_paths else []
    )
    length = config.steps * config.batch
    copies = stylized_copies(config.data, photos)
    dataset = PairDataset(photos.images, config.data.pair, config.seed, length, copies)
    model = make_model(config.model)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if config.init and not checkpoint:
        say(start_from(model, Path(config.init)))
    if config.optimizer.train_only:
        model.train_only(config.optimizer.train_only)
    plan = _plan(config, photos)
    return train_loop(config, dataset, model, checkpoint, unseen=unseen, plan=plan)


def _plan(config: TrainConfig, photos: Photographs) -> Plan:
    look_alikes = plan_look_alikes(config, photos)
    if look_alikes:
        return look_alikes
    count = len(photos.images)
    if count < config.batch:
        say(
            f"advice: {count} photographs for batches of {config.batch}: some pairs share one and "
            "count as each other's negatives; lower batch or add photographs"
        )
    return Different(config.batch, config.steps, count, config.seed)


def load_photographs(paths: list[Path], short_side: int, purpose: str = "") -> Photographs:
    """Read photographs and tell how many there are, and which cannot be used."""
    photos = load_images(paths, short_side)
    for file in photos.rejected:
        say(f"left out: {file}")
    say(f"{len(photos.images)} photographs{purpose}")
    return photos


def stylized_copies(data: DataOptions, photos: Photographs) -> list[list[NDArray[np.uint8]]]:
    """Read the stylized copies of photographs; none where no folder of them is named."""
    if not data.stylized:
        return []
    names = relative_names(photos.paths, data.images)
    copies, rejected = load_copies(Path(data.stylized), names, photos.images, data.short_side)
    for file in rejected:
        say(f"left out: {file}")
    say(f"{sum(map(len, copies))} stylized copies of {sum(map(bool, copies))} photographs")
    return copies
