"""The whole training configuration: documented dataclasses, YAML files, key=value overrides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ssldescriptor.training.data.pairs import PairOptions
from ssldescriptor.training.models.registry import ModelOptions
from ssldescriptor.training.step import StepOptions


@dataclass
class DataOptions:
    """Photographs and pairs.

    Attributes:
        images: folders of photographs, searched recursively.
        short_side: photographs are shrunk to this short side, pixels.
        validation_share: share of the photographs kept out of training.
        workers: loader processes; 0 loads in the training process.
        pair: what a pair looks like.
    """

    images: list[str] = field(default_factory=list)
    short_side: int = 480
    validation_share: float = 0.04
    workers: int = 1
    pair: PairOptions = field(default_factory=PairOptions)


@dataclass
class OptimizerOptions:
    """AdamW with a linear warm-up and a cosine to zero.

    Attributes:
        learning_rate: at the top of the schedule.
        weight_decay: decoupled.
        warmup: steps of the linear rise.
        clip: largest gradient norm.
    """

    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    warmup: int = 100
    clip: float = 5.0


@dataclass
class TrainConfig:
    """One training run.

    Attributes:
        output: folder of checkpoints and logs.
        init: checkpoint whose weights to start from, where names and shapes match; "" for none.
        steps: optimizer steps.
        batch: pairs a step.
        seed: of weights, pairs and sampling.
        threads: of torch and of the core.
        bfloat16: run the convolutions in bfloat16 autocast.
        log_every: steps between log lines.
        save_every: steps between checkpoints.
        data: photographs and pairs.
        model: widths of the networks.
        optimizer: AdamW and its schedule.
        step: keypoints, losses and their weights.
    """

    output: str = "runs/default"
    init: str = ""
    steps: int = 12_000
    batch: int = 10
    seed: int = 1
    threads: int = 1
    bfloat16: bool = True
    log_every: int = 50
    save_every: int = 500
    data: DataOptions = field(default_factory=DataOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    optimizer: OptimizerOptions = field(default_factory=OptimizerOptions)
    step: StepOptions = field(default_factory=StepOptions)


def load_config(path: Path | None, overrides: Sequence[str] = ()) -> TrainConfig:
    """Merge defaults, a YAML file and `key=value` overrides, in this order.

    Raises:
        ValueError: an unknown key or a value of the wrong type, named.
    """
    try:
        merged = OmegaConf.structured(TrainConfig)
        if path is not None:
            merged = OmegaConf.merge(merged, OmegaConf.load(path))
        merged = OmegaConf.merge(merged, OmegaConf.from_dotlist(list(overrides)))
        return cast(TrainConfig, OmegaConf.to_object(merged))
    except OmegaConfBaseException as error:
        raise ValueError(f"configuration: {str(error).splitlines()[0]}") from error


def dump_config(config: TrainConfig) -> str:
    """Return the resolved configuration as YAML."""
    return OmegaConf.to_yaml(OmegaConf.structured(config))
