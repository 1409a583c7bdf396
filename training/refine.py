"""The last stages of a model: networks alone, on what the whole extractor is given or finds.

One network, on keypoints found in both views of a pair, while the others stay as they are; or a
narrower dense network, which learns from the wide one; or all, so that they lose less in integers.
What they are fed is made once, so that a step is nothing but these networks, and holds far more
keypoints than one of `train`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.images import find_images, split
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.distributed import say
from ssldescriptor.training.initial import start_from
from ssldescriptor.training.loop import descend
from ssldescriptor.training.models.registry import GeometricModel, make_model
from ssldescriptor.training.plan import InOrder
from ssldescriptor.training.precision import choose_bfloat16
from ssldescriptor.training.refine_dense import DenseLesson
from ssldescriptor.training.refine_frames import FrameLesson
from ssldescriptor.training.refine_head import HeadLesson
from ssldescriptor.training.refine_rounding import RoundingLesson
from ssldescriptor.training.state import TrainingState
from ssldescriptor.training.train import load_photographs, stylized_copies

LESSONS: dict[str, type[HeadLesson | FrameLesson | DenseLesson | RoundingLesson]] = {
    "patch_head": HeadLesson,
    "frame_net": FrameLesson,
    "dense": DenseLesson,
    "rounding": RoundingLesson,
}


def refine(config: TrainConfig, num_pairs: int, part: str = "patch_head") -> Path:
    """Train networks of `config.init` and return the path of the new weights.

    Args:
        config: the run, as for `train`; `step.keypoints` is the most of a pair, and `batch` the
            number of pairs (of the frame net: times `step.keypoints`, of candidates) of a step.
            For "rounding", `batch` images and as many times `step.keypoints`. For "dense",
            `step.keypoints` is the most of a view at each scale, and `batch` the images of a step:
            more where they are smaller. What only other networks need is not read.
        num_pairs: pairs of views that are made once, and drawn from.
        part: a name in `LESSONS`.

    Raises:
        FileNotFoundError: no photographs, or no checkpoint.
        ValueError: no checkpoint is named, it has no such network, too few keypoints were found, or
            the output folder has weights already; for the patch head, negatives of other scopes
            than the batch.
        FloatingPointError: the loss or a gradient is not finite.
    """
    if not config.init:
        raise ValueError("nothing to refine: name a checkpoint in init")
    if part not in LESSONS:
        raise ValueError(f"part={part!r} cannot be refined; known: {', '.join(LESSONS)}")
    path = Path(config.output) / "weights.pt"
    if path.exists():
        raise ValueError(f"{path} exists: give another --output, or remove it")
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    model = make_model(config.model)
    if not isinstance(model, GeometricModel):
        raise ValueError(f"a {config.model.architecture} model has no {part} to refine")
    say(start_from(model, Path(config.init)))
    path.parent.mkdir(parents=True, exist_ok=True)
    lesson = LESSONS[part](config, model, _make_pairs(config, num_pairs))
    say(f"{lesson.size} keypoints of {num_pairs} pairs")
    state = TrainingState(config, model, InOrder(config.batch, config.steps))
    state.bfloat16, reason = choose_bfloat16(config.bfloat16)
    say(reason)
    rng = np.random.default_rng(config.seed)
    model.train()
    shown: list[dict[str, float]] = []
    while state.step < config.steps:
        loss, figures = lesson.loss(model, rng, bfloat16=bool(state.bfloat16))
        descend(state, loss, figures)
        state.step += 1
        shown.append(figures)
        if state.step % config.log_every == 0 or state.step == config.steps:
            _say_means(state, shown)
            shown.clear()
        if state.step % config.save_every == 0 or state.step == config.steps:
            save_checkpoint(path, state.weights_only())
    return path


def _make_pairs(config: TrainConfig, num_pairs: int) -> PairDataset:
    paths, _ = split(find_images(config.data.images), config.data.validation_share)
    photos = load_photographs(paths, config.data.short_side)
    copies = stylized_copies(config.data, photos)
    return PairDataset(photos.images, config.data.pair, config.seed, num_pairs, copies)


def _say_means(state: TrainingState, shown: list[dict[str, float]]) -> None:
    means = {name: np.mean([row[name] for row in shown]) for name in shown[0]}
    figures = "  ".join(f"{name} {mean:.4f}" for name, mean in means.items())
    say(f"{state.step}/{state.config.steps}  {figures}")
