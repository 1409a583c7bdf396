"""Train the patch head alone, on keypoints that are found in both views of a pair.

The last stage of a model: the networks that find keypoints and their frames stay as they are, the
patch head (and the binary head, where `step.binary_weight` asks for it) learns to tell apart what
they really find. A step is a third of one of `train` and holds about as many keypoints.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.images import find_images, split
from ssldescriptor.training.data.pairs import PairDataset
from ssldescriptor.training.distributed import say
from ssldescriptor.training.extraction import package_extractor
from ssldescriptor.training.initial import start_from
from ssldescriptor.training.loop import descend
from ssldescriptor.training.matched_patches import STEPS, MatchedPatches, cut_matched_patches
from ssldescriptor.training.mining import nearest_is_right
from ssldescriptor.training.models.registry import GeometricModel, make_model
from ssldescriptor.training.plan import InOrder
from ssldescriptor.training.precision import choose_bfloat16
from ssldescriptor.training.state import TrainingState
from ssldescriptor.training.step import bits_loss, rows_loss
from ssldescriptor.training.train import load_photographs, stylized_copies


def refine(config: TrainConfig, num_pairs: int) -> Path:
    """Train the patch head of `config.init` and return the path of the new weights.

    Args:
        config: the run, as for `train`; `batch` is the number of pairs whose keypoints make a
            step, `step.keypoints` the most of a pair. What only other networks need is not read.
        num_pairs: pairs of views that are made once, and drawn from.

    Raises:
        FileNotFoundError: no photographs, or no checkpoint.
        ValueError: no checkpoint is named, it has no patch head, or no keypoint was found twice.
            Negatives of other scopes than the batch.
        FloatingPointError: the loss or a gradient is not finite.
    """
    if not config.init:
        raise ValueError("nothing to refine: name a checkpoint in init")
    if config.step.negatives != "batch":
        given = config.step.negatives
        raise ValueError(f"step.negatives={given!r}: refine has only those of the batch")
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    model = make_model(config.model)
    if not isinstance(model, GeometricModel):
        raise ValueError(f"a {config.model.architecture} model has no patch head to refine")
    say(start_from(model, Path(config.init)))
    model.train_only("patch_head", *(["binary"] if config.step.binary_weight else []))
    path = Path(config.output) / "weights.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    matched = _cut(config, model, num_pairs)
    say(f"{len(matched.xy)} keypoints found in both views of {len(matched.start) - 1} pairs")
    state = TrainingState(config, model, InOrder(config.batch, config.steps))
    state.bfloat16, reason = choose_bfloat16(config.bfloat16)
    say(reason)
    rng = np.random.default_rng(config.seed)
    model.train()
    shown: list[dict[str, float]] = []
    while state.step < config.steps:
        shown.append(_take_step(state, model, matched, rng))
        if state.step % config.log_every == 0 or state.step == config.steps:
            means = {name: np.mean([row[name] for row in shown]) for name in shown[0]}
            say(
                f"{state.step}/{config.steps}  "
                + "  ".join(f"{k} {v:.4f}" for k, v in means.items())
            )
            shown.clear()
        if state.step % config.save_every == 0 or state.step == config.steps:
            save_checkpoint(path, state.weights_only())
    return path


def _cut(config: TrainConfig, model: GeometricModel, num_pairs: int) -> MatchedPatches:
    paths, _ = split(find_images(config.data.images), config.data.validation_share)
    photos = load_photographs(paths, config.data.short_side)
    copies = stylized_copies(config.data, photos)
    pairs = PairDataset(photos.images, config.data.pair, config.seed, num_pairs, copies)
    extractor = package_extractor(model, num_threads=config.threads)
    return cut_matched_patches(extractor, pairs, config.step.keypoints, config.model.grids)


def _take_step(
    state: TrainingState, model: GeometricModel, matched: MatchedPatches, rng: np.random.Generator
) -> dict[str, float]:
    """Train on the keypoints of some pairs and return the figures worth watching."""
    config = state.config
    pairs = len(matched.start) - 1
    drawn = rng.choice(pairs, size=min(config.batch, pairs), replace=False)
    spans = [slice(*matched.start[p : p + 2]) for p in drawn]
    patches = np.concatenate([matched.patches[span] for span in spans])
    views = torch.from_numpy(patches).transpose(0, 1).flatten(0, 1).float() / STEPS
    ignore = same_points(
        [torch.from_numpy(matched.xy[span]) for span in spans], config.step.min_negative_distance
    )
    with torch.autocast("cpu", torch.bfloat16, enabled=bool(state.bfloat16)):
        rows = model.patch_head(views)
    rows0, rows1 = rows.float().chunk(2)
    descriptor = rows_loss(rows0, rows1, ignore, config.step)
    binary = bits_loss(model, rows0, rows1, ignore, config.step)
    nearest = nearest_is_right(rows0.detach(), rows1.detach(), ignore)
    loss = descriptor + config.step.binary_weight * binary
    figures = {
        "loss": float(loss.detach()),
        "descriptor": float(descriptor.detach()),
        "binary": float(binary.detach()),
        "accuracy": float(nearest.float().mean()),
    }
    descend(state, loss, figures)
    state.step += 1
    return figures


def same_points(xy: list[Tensor], min_distance: float) -> Tensor:
    """Tell which keypoints are no negatives of each other: nearly the same point of one pair.

    Args:
        xy: of each pair, (K, 2, 2) pixels in both views.
        min_distance: nearer in either view is nearly the same; pixels.

    Returns:
        (N, N) bool for all N keypoints, True on the diagonal.
    """
    near = [(torch.cdist(v, v) < min_distance).any(0) for v in (x.transpose(0, 1) for x in xy)]
    blocks: Tensor = torch.block_diag(*near)  # type: ignore[no-untyped-call]
    return blocks
