"""What `refine` does with the dense network: a narrower one learns to answer as it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ssldescriptor.features import FeatureExtractor
from ssldescriptor.options import FeatureOptions
from ssldescriptor.scales import scale_levels
from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.extraction import networks
from ssldescriptor.training.initial import trained_model
from ssldescriptor.training.losses.imitation import divergence, share_of_variance
from ssldescriptor.training.models.dense import as_float
from ssldescriptor.training.models.registry import GeometricModel, Model
from ssldescriptor.training.narrowing import cut_narrower

WINDOW_RADIUS = 4  # pixels around a keypoint within which its place is learnt
SAMPLE = 24  # images by which channels are chosen


class DenseLesson:
    """A dense network of fewer channels, cut out of the teacher's where `init` has no such one."""

    def __init__(self, config: TrainConfig, model: GeometricModel, pairs: PairDataset) -> None:
        """Have the wide network find keypoints in the pairs' views, at all scales.

        Raises:
            ValueError: a layer is wider than the teacher's, there is nothing to learn from it, or
                there is no keypoint.
        """
        start = trained_model(Path(config.init))
        wide = trained_model(Path(config.teacher)) if config.teacher else start
        begun = _widths(start) == _widths(model)
        if begun and not config.teacher:
            raise ValueError(
                f"the dense network of {config.init} has these widths already: name narrower ones, "
                "e.g. model.head=32, or a teacher"
            )
        by_shape = defaultdict(list)
        for i in range(len(pairs)):
            for gray in pairs[i]["gray"].numpy():
                for answer in _ask(wide, gray, config.step.keypoints):
                    by_shape[answer.image.shape].append(answer)
        if not by_shape:
            raise ValueError(f"no keypoint was found in any of {len(pairs)} pairs of views")
        self._answers = [_Answers(*map(torch.cat, zip(*a, strict=True))) for a in by_shape.values()]
        self.size = sum(int((answers.at >= 0).sum()) for answers in self._answers)
        pixels = np.array([answers.image.numel() for answers in self._answers])
        self._shares = pixels / pixels.sum()
        self._pixels = config.batch * max(answers.image[0].numel() for answers in self._answers)
        if not begun:
            cut_narrower(wide.dense, model.dense, self._answers[0].image[:SAMPLE])
        model.train_only("dense")

    def loss(
        self, model: GeometricModel, rng: np.random.Generator, *, bfloat16: bool
    ) -> tuple[Tensor, dict[str, float]]:
        """Return how far the narrow network is from the wide one, on images of one shape."""
        answers = self._answers[rng.choice(len(self._answers), p=self._shares)]
        count = self._pixels // answers.image[0].numel()
        drawn = torch.from_numpy(rng.integers(len(answers.image), size=count))
        image, peak, rank, at = (column[drawn] for column in answers)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            found = as_float(model.dense(image))
        losses = {
            "peak": share_of_variance(found.peak, peak),
            "rank": share_of_variance(found.rank, rank),
            "place": divergence(_windows(found.peak, at), _windows(peak, at)),
        }
        total = torch.stack(list(losses.values())).sum()
        figures = {name: float(loss.detach()) for name, loss in losses.items()}
        return total, {"loss": float(total.detach())} | figures


class _Answers(NamedTuple):
    """What the wide network said of N images of one shape.

    Attributes:
        image: (N, 1, H, W), locally normalised.
        peak: (N, 1, H, W) logits.
        rank: (N, 1, H/4, W/4) logits.
        at: (N, K) pixels y W + x of its best keypoints; -1 where there are fewer.
    """

    image: Tensor
    peak: Tensor
    rank: Tensor
    at: Tensor


class _Listener:
    """A session that keeps what it was last asked and what it answered."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.heard: list[Tensor] = []

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.float32]]) -> list[Any]:
        """Run the session."""
        found: list[Any] = self._session.run(outputs, inputs)
        self.heard = [torch.from_numpy(value) for value in (*inputs.values(), *found)]
        return found


def _widths(model: Model) -> list[torch.Size]:
    return [weight.shape for weight in model.dense.state_dict().values()]


def _ask(wide: Model, gray: NDArray[np.uint8], most: int) -> Iterator[_Answers]:
    """Yield what the extractor is told of an image, a scale at a time, if it has a keypoint."""
    listener = _Listener(networks(wide)._session)
    watched = replace(networks(wide), _session=listener)
    extractor = FeatureExtractor(FeatureOptions(num_threads=1), watched)
    for level in scale_levels(gray):
        *_, here = extractor.candidates([level])
        if len(here) == 0:
            continue
        height, width = listener.heard[0].shape[2:]
        ends = np.array([width, height]) - 1 - WINDOW_RADIUS
        x, y = here[:most].round().astype(np.int64).clip(WINDOW_RADIUS, ends).T
        at = torch.full((1, most), -1)
        at[0, : len(x)] = torch.from_numpy(y * width + x)
        image, peak, rank = listener.heard
        yield _Answers(image, peak, rank, at)


def _windows(peak: Tensor, at: Tensor) -> Tensor:
    """Return (M, P) logits of windows around the M keypoints of all images."""
    side = torch.arange(-WINDOW_RADIUS, WINDOW_RADIUS + 1)
    steps = (side[:, None] * peak.shape[-1] + side).flatten()
    image, _ = keypoints = (at >= 0).nonzero(as_tuple=True)
    return peak.flatten(1)[image[:, None], at[keypoints][:, None] + steps]
