"""Everything that changes while a run goes, and its way into a checkpoint and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from ssldescriptor.training.config import TrainConfig, dump_config
from ssldescriptor.training.ema import MovingAverage
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.optimizer import make_optimizer
from ssldescriptor.training.plan import Plan


class TrainingState:
    """A run between two steps.

    Attributes:
        config: the run; never changes.
        model: with the weights of the last step.
        plan: which pairs make a batch.
        optimizer: with its moments.
        average: of the weights; None unless the configuration wants one.
        generator: the random numbers of the steps.
        step: number of steps done.
        bfloat16: whether convolutions run in bfloat16; None until it is decided.
        best_score: the best validation score so far.
        seconds: that the steps took.
    """

    def __init__(self, config: TrainConfig, model: Model, plan: Plan) -> None:
        self.config, self.model, self.plan = config, model, plan
        self.optimizer = make_optimizer(config, model)
        decay = config.optimizer.ema
        self.average = MovingAverage(model, decay) if decay else None
        self.generator = torch.Generator().manual_seed(config.seed)
        self.step = 0
        self.bfloat16: bool | None = None
        self.best_score = -1.0
        self.seconds = 0.0

    def to_checkpoint(self) -> dict[str, Any]:
        """Return all of it as tensors and plain values."""
        return {
            "model": self.model.state_dict(),
            "ema": self.average.weights if self.average else {},
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
            "torch_random": torch.get_rng_state(),
            "plan": self.plan.state_dict(),
            "step": self.step,
            "bfloat16": self.bfloat16,
            "best_score": self.best_score,
            "seconds": self.seconds,
            "config": dump_config(self.config),
        }

    def weights_only(self) -> dict[str, Any]:
        """Return what `init=` and `export` need: the weights, averaged if the run averages."""
        weights = self.average.weights if self.average else self.model.state_dict()
        return {"model": weights, "step": self.step, "config": dump_config(self.config)}

    def load(self, checkpoint: dict[str, Any]) -> None:
        """Go on from a checkpoint of the same configuration.

        Raises:
            ValueError: it holds weights only.
        """
        if "optimizer" not in checkpoint:
            raise ValueError("the checkpoint holds weights only: start from it with init=PATH")
        self.model.load_state_dict(checkpoint["model"])
        if self.average:
            self.average.load(checkpoint["ema"])
        self.optimizer.load_state_dict(checkpoint["optimizer"])
        self.generator.set_state(checkpoint["generator"])
        # Checkpoints of version 0.1.0 do not have the rest.
        torch.set_rng_state(checkpoint.get("torch_random", torch.get_rng_state()))
        self.plan.load_state_dict(checkpoint.get("plan", {}))
        self.step = checkpoint["step"]
        self.bfloat16 = checkpoint.get("bfloat16")
        self.best_score = checkpoint.get("best_score", -1.0)
        self.seconds = checkpoint["seconds"]

    @contextmanager
    def evaluated(self) -> Iterator[Model]:
        """Lend the model out for evaluation, with the averaged weights if there are any."""
        own: dict[str, Tensor] = {}
        if self.average:
            own = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
            self.model.load_state_dict(self.average.weights)
        self.model.eval()
        try:
            yield self.model
        finally:
            self.model.train()
            if own:
                self.model.load_state_dict(own)
