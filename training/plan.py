"""Which pairs make the batch of each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from torch import nn

from ssldescriptor.training.data.sampler import BATCH_STREAM

# What a dataset is asked for: the number of a pair, or that and the photograph to show.
Item = int | tuple[int, int]
# The items of the batch of a step, of all ranks together, and the same whenever it is asked.
Items = Callable[[int], Sequence[Item]]


class Plan(Protocol):
    """Chooses the items of the steps, a span of steps at a time."""

    def prepare(self, model: nn.Module, step: int) -> int:
        """Get ready for the span that holds `step` and return the step after its last one.

        It is called before the first step of a run, where a run goes on, and after each span;
        in between the items are a pure function of the step.
        """

    def items(self, step: int) -> Sequence[Item]:
        """Return the items of a step's batch, of all ranks together."""

    def state_dict(self) -> dict[str, Any]:
        """Return the tensors and plain values that a checkpoint keeps."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take what `state_dict` returned."""


class InOrder:
    """Pairs 0, 1, 2, ...: the dataset draws the photograph of each."""

    def __init__(self, batch: int, steps: int) -> None:
        self.batch, self.steps = batch, steps

    def prepare(self, model: nn.Module, step: int) -> int:
        """Return the end of the run: nothing depends on the model."""
        del model, step
        return self.steps

    def items(self, step: int) -> Sequence[Item]:
        """Return consecutive numbers."""
        return range(step * self.batch, (step + 1) * self.batch)

    def state_dict(self) -> dict[str, Any]:
        """Return nothing: there is nothing to remember."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take nothing."""
        del state


class Different(InOrder):
    """Pairs 0, 1, 2, ..., of photographs that differ within a batch while there are enough.

    Two pairs of one photograph have true correspondences among their negatives.
    """

    def __init__(self, batch: int, steps: int, photographs: int, seed: int) -> None:
        """Keep what batches are drawn with.

        Args:
            batch: pairs a step, of all ranks together.
            steps: of the run.
            photographs: how many there are.
            seed: of the choice.
        """
        super().__init__(batch, steps)
        self.photographs, self.seed = photographs, seed

    def items(self, step: int) -> Sequence[Item]:
        """Return consecutive numbers with random photographs; none twice before all were once."""
        rng = np.random.default_rng((self.seed, step, BATCH_STREAM))
        rounds = -(-self.batch // self.photographs)
        drawn = np.concatenate([rng.permutation(self.photographs) for _ in range(rounds)])
        return list(enumerate(drawn[: self.batch].tolist(), step * self.batch))
