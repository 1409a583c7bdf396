"""The whole training configuration: documented dataclasses, YAML files, key=value overrides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from ssldescriptor.training.configs import find_config
from ssldescriptor.training.data.pairs import PairOptions
from ssldescriptor.training.data.sampler import SamplerOptions
from ssldescriptor.training.models.registry import ModelOptions, sized
from ssldescriptor.training.precision import checked_setting
from ssldescriptor.training.step import StepOptions


@dataclass
class DataOptions:
    """Photographs and pairs.

    Attributes:
        images: folders of photographs, searched recursively.
        stylized: folder of their stylized copies, made by `ssldescriptor stylize`; "" for none.
        short_side: photographs are shrunk to this short side, pixels.
        validation_share: share of the photographs kept out of training.
        workers: loader processes; 0 loads in the training process.
        pair: what a pair looks like.
        sampler: which photographs share a batch.
    """

    images: list[str] = field(default_factory=list)
    stylized: str = ""
    short_side: int = 480
    validation_share: float = 0.04
    workers: int = 1
    pair: PairOptions = field(default_factory=PairOptions)
    sampler: SamplerOptions = field(default_factory=SamplerOptions)

    def __post_init__(self) -> None:
        if not 0 <= self.validation_share < 1:
            raise ValueError(
                f"data.validation_share is {self.validation_share}; 0 to below 1 is wanted"
            )


@dataclass
class OptimizerOptions:
    """AdamW with a linear warm-up and a cosine to zero.

    Attributes:
        learning_rate: at the top of the schedule.
        weight_decay: decoupled.
        warmup: steps of the linear rise.
        clip: largest gradient norm.
        ema: decay of a moving average of the weights, which is then what is validated and
            exported; 0 for none. 0.999 remembers about 1000 steps.
        train_only: the one network to train, e.g. "binary" on top of `init`; "" for all.
    """

    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    warmup: int = 100
    clip: float = 5.0
    ema: float = 0.0
    train_only: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.ema < 1:
            raise ValueError(f"optimizer.ema is {self.ema}; 0 (none) to below 1 is wanted")


@dataclass
class TrainConfig:
    """One training run.

    Attributes:
        output: folder of checkpoints and logs.
        init: checkpoint whose weights to start from, where names and shapes match; "" for none.
        teacher: checkpoint whose dense network `refine --part dense` imitates; "" for `init`.
        steps: optimizer steps.
        batch: pairs a step, of all processes together.
        seed: of weights, pairs and sampling.
        threads: of torch and of the core.
        bfloat16: convolutions in bfloat16: "yes", "no", or "auto" to measure what is faster here.
        log_every: steps between log lines.
        save_every: steps between checkpoints.
        validate_every: steps between scores on photographs kept out of training; 0 for none.
        validation_pairs: pairs of every kind that are matched for a score.
        sequences: HPatches-style folder whose scores are shown beside these, with every validation,
            and never select anything; "" for none.
        pictures_every: steps between pictures of pairs and matches; 0 for none.
        tensorboard: write curves and pictures for TensorBoard as well.
        data: photographs and pairs.
        model: which networks, how wide.
        optimizer: AdamW and its schedule.
        step: keypoints, losses and their weights.
    """

    output: str = "runs/default"
    init: str = ""
    teacher: str = ""
    steps: int = 12_000
    batch: int = 10
    seed: int = 1
    threads: int = 1
    bfloat16: str = "auto"
    log_every: int = 50
    save_every: int = 500
    validate_every: int = 1000
    validation_pairs: int = 20
    sequences: str = ""
    pictures_every: int = 1000
    tensorboard: bool = False
    data: DataOptions = field(default_factory=DataOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    optimizer: OptimizerOptions = field(default_factory=OptimizerOptions)
    step: StepOptions = field(default_factory=StepOptions)

    def __post_init__(self) -> None:
        self.bfloat16 = checked_setting(self.bfloat16)
        for name in ("steps", "batch", "threads", "log_every", "save_every", "validation_pairs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; 1 or more is wanted")
        for name in ("validate_every", "pictures_every"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}; 0 (never) or more is wanted")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}; 0 or more is wanted")
        if self.step.binary_weight and not self.model.binary:
            raise ValueError(
                "step.binary_weight is for a model with a binary head: model.binary=true"
            )
        if self.optimizer.train_only == "binary" and not self.step.binary_weight:
            raise ValueError(
                "optimizer.train_only=binary trains nothing without step.binary_weight"
            )


def load_config(path: Path | None, overrides: Sequence[str] = ()) -> TrainConfig:
    """Merge defaults, those of the model's size, a YAML file and `key=value` overrides.

    Raises:
        FileNotFoundError: no such file, and none of this name comes with the package.
        ValueError: an unknown key or a value of the wrong type, named, or no YAML at all.
    """
    try:
        file = OmegaConf.load(find_config(path)) if path is not None else OmegaConf.create()
        if not isinstance(file, DictConfig):
            raise ValueError(f"configuration: {path} holds a list; a mapping is wanted")
        given = OmegaConf.merge(file, OmegaConf.from_dotlist(list(overrides)))
        defaults = TrainConfig(model=sized(OmegaConf.select(given, "model")))
        merged = OmegaConf.merge(OmegaConf.structured(defaults), given)
        return cast(TrainConfig, OmegaConf.to_object(merged))
    except YAMLError as error:
        raise ValueError(f"configuration: no YAML: {' '.join(str(error).split())}") from error
    except OmegaConfBaseException as error:
        key = f"{error.full_key}: " if error.full_key else ""
        raise ValueError(f"configuration: {key}{str(error).splitlines()[0]}") from error


def dump_config(config: TrainConfig) -> str:
    """Return the resolved configuration as YAML."""
    return OmegaConf.to_yaml(OmegaConf.structured(config))
