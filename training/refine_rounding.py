"""What `refine` does with all networks for integers: answer, rounded, as they do in floats."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.entries import FrameEntry
from ssldescriptor.training.extraction import networks
from ssldescriptor.training.losses.imitation import share_of_variance
from ssldescriptor.training.models.registry import GeometricModel
from ssldescriptor.training.quantization import calibration, record_inputs
from ssldescriptor.training.rounding import Rounding

Array = NDArray[np.float32]

CALIBRATE_EVERY = 50
CALIBRATION = 100  # samples, as many as `export` has


class RoundingLesson:
    """The dense network, the frame net and the patch head, each taught by itself in floats."""

    def __init__(self, config: TrainConfig, model: GeometricModel, pairs: PairDataset) -> None:
        """Record what the networks are fed when the extractor looks at the pairs' first views.

        Raises:
            ValueError: there is no keypoint in any of them.
        """
        views = [pairs[i]["gray"][0].numpy() for i in range(len(pairs))]
        inputs = record_inputs(networks(model), views)
        self.size = sum(map(len, inputs["patches"]))
        model.train_only("dense", "frame_net", "patch_head")
        teacher = copy.deepcopy(model).eval()
        images, rows = config.batch, config.batch * config.step.keypoints
        self._parts = {
            name: _Part(name, network, taught_by, inputs[name], images if name == "image" else rows)
            for name, network, taught_by in (
                ("image", model.dense, teacher.dense),
                ("rings", FrameEntry(model), FrameEntry(teacher)),
                ("patches", model.patch_head, teacher.patch_head),
            )
        }
        self._steps = 0

    def loss(
        self,
        model: GeometricModel,
        rng: np.random.Generator,
        *,
        bfloat16: bool,  # noqa: ARG002
    ) -> tuple[Tensor, dict[str, float]]:
        """Return how far the rounded networks are from those in floats; never in bfloat16."""
        model.eval()  # batch norms as in the model file
        if self._steps % CALIBRATE_EVERY == 0:
            for part in self._parts.values():
                part.calibrate()
        self._steps += 1
        losses = {name: part.loss(rng) for name, part in self._parts.items()}
        total = torch.stack(list(losses.values())).sum()
        figures = {name: float(loss.detach()) for name, loss in losses.items()}
        return total, {"loss": float(total.detach())} | figures


class _Part:
    """One network, the same in floats as it was, and what both are fed."""

    def __init__(
        self,
        name: str,
        network: nn.Module,
        teacher: nn.Module,
        samples: Sequence[Array],
        batch: int,
    ) -> None:
        self._rounding, self._teacher, self._batch = Rounding(network), teacher, batch
        self._calibration = list(map(torch.from_numpy, calibration(name, samples[:CALIBRATION])))
        by_shape = defaultdict(list)
        for sample in samples:
            by_shape[sample.shape[1:]].append(sample)
        self._samples = [torch.from_numpy(np.concatenate(alike)) for alike in by_shape.values()]
        sizes = np.array([sample.numel() for sample in self._samples])
        self._shares = sizes / sizes.sum()

    def calibrate(self) -> None:
        with torch.no_grad():
            self._rounding.calibrate(self._calibration)

    def loss(self, rng: np.random.Generator) -> Tensor:
        """Return the mean over the outputs of the squared error as a share of the variance."""
        samples = self._samples[rng.choice(len(self._samples), p=self._shares)]
        drawn = samples[torch.from_numpy(rng.integers(len(samples), size=self._batch))]
        with torch.no_grad():
            wanted = self._teacher(drawn)
        found = self._rounding(drawn)
        pairs = [(found, wanted)] if isinstance(found, Tensor) else zip(found, wanted, strict=True)
        return torch.stack([share_of_variance(*pair) for pair in pairs]).mean()
