"""Describe the keypoints of a batch in both views, each architecture in its way."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ssldescriptor.training.batch import Batch
from ssldescriptor.training.distributed import gather_rows
from ssldescriptor.training.frames import Frames, best_angle, draw_frames, own_size
from ssldescriptor.training.geometry import turn_and_scale, warp_points
from ssldescriptor.training.keypoints import Correspondences, other_view
from ssldescriptor.training.losses.frame import frame_loss, log_certainty
from ssldescriptor.training.models.l2net import sample_rows
from ssldescriptor.training.models.registry import GeometricModel, L2NetModel, Model
from ssldescriptor.training.patches import cut_patches, cut_rings
from ssldescriptor.training.timing import stage


class _Framed(NamedTuple):
    """What the frame net says of 2B x K correspondences, and the frames to describe them in."""

    frames: Frames
    moved0: Tensor  # (2B, K, 2) where it moves them, in the source
    moved1: Tensor  # in the other view
    certainty: Tensor
    loss: Tensor
    figures: dict[str, float]


class Described(NamedTuple):
    """The 2B x K correspondences of a batch, described.

    Attributes:
        rows0: (2BK, D) float32 unit rows, at the source keypoints.
        rows1: (2BK, D) float32 unit rows, at the same scene points in the other view.
        agree: (2B, K) bool; the keypoint would be turned and sized alike in both views.
        certainty: (2B, K) of the directions in the source, with gradients; at most 0.
        frame_loss: scalar, of angles and sizes; zero where there are none to learn.
        figures: worth watching.
    """

    rows0: Tensor
    rows1: Tensor
    agree: Tensor
    certainty: Tensor
    frame_loss: Tensor
    figures: dict[str, float]


def describe(
    model: Model,
    batch: Batch,
    found: Correspondences,
    target: Tensor,
    generator: torch.Generator,
    *,
    direction_floor: float,
    bfloat16: bool,
    threads: int,
) -> Described:
    """Describe the correspondences of a batch.

    Args:
        model: of any architecture.
        batch: the images.
        found: the correspondences.
        target: (2B, K, 2) pixels where to describe in the other view: near `found.target`.
        generator: source of randomness.
        direction_floor: of `direction_agreement`.
        bfloat16: run the networks in bfloat16 autocast.
        threads: of the core.
    """
    if isinstance(model, L2NetModel):
        return _from_map(model, batch, found, target, bfloat16)
    if not isinstance(model, GeometricModel):
        raise TypeError(f"no way to describe keypoints with a {type(model).__name__}")
    with stage("frames"):
        framed = _frames(
            model,
            batch,
            found,
            target,
            generator,
            direction_floor=direction_floor,
            bfloat16=bfloat16,
            threads=threads,
        )
    with stage("patches"), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        other = other_view(batch.gray)
        frames, foreign = framed.frames, framed.frames.foreign[..., None]
        source = torch.where(foreign, found.source, framed.moved0)
        target = torch.where(foreign, target, framed.moved1)
        grids = model.options.grids
        patches0 = cut_patches(batch.gray, source, frames.size0, frames.angle0, threads, grids)
        patches1 = cut_patches(other, target, frames.size1, frames.angle1, threads, grids)
        rows = model.patch_head(torch.cat([patches0, patches1]))
    rows0, rows1 = rows.float().chunk(2)
    return Described(rows0, rows1, frames.agree, framed.certainty, framed.loss, framed.figures)


def _from_map(
    model: L2NetModel, batch: Batch, found: Correspondences, target: Tensor, bfloat16: bool
) -> Described:
    with stage("descriptor map"), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        maps = model.l2net(batch.contrast)
    # The rows of the other view's keypoints, image by image, then put beside their sources.
    count = found.source.shape[1]
    rows = sample_rows(maps, torch.cat([found.source, other_view(target)], 1))
    rows = rows.view(len(target), 2 * count, -1)
    rows0 = rows[:, :count].flatten(0, 1)
    rows1 = other_view(rows[:, count:]).flatten(0, 1)
    sure = rows.new_zeros(found.valid.shape)
    return Described(rows0, rows1, torch.ones_like(found.valid), sure, rows.new_zeros(()), {})


def _frames(
    model: GeometricModel,
    batch: Batch,
    found: Correspondences,
    target: Tensor,
    generator: torch.Generator,
    *,
    direction_floor: float,
    bfloat16: bool,
    threads: int,
) -> _Framed:
    rings0 = cut_rings(batch.gray, found.source, threads)
    rings1 = cut_rings(other_view(batch.gray), target, threads)
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        rows = model.frame_net(torch.cat([rings0, rings1]))
    direction0, direction1 = rows.direction.chunk(2)
    log_size0, log_size1 = rows.log_size.chunk(2)
    offset0, offset1 = rows.offset.view(2, *found.source.shape)
    moved0, moved1 = found.source + offset0, target + offset1
    carried = warp_points(batch.h, moved0)
    turn, scale = turn_and_scale(batch.h, found.source)
    shape = found.valid.shape
    angle0, angle1 = (best_angle(logits).view(shape) for logits in (direction0, direction1))
    size0, size1 = (own_size(s.detach()).view(shape) for s in (log_size0, log_size1))
    frames = draw_frames(angle0, angle1, size0, size1, turn, scale, generator)
    keep = gather_rows(found.valid.flatten())
    predicted = (direction0, direction1, log_size0, log_size1)
    places = (carried.flatten(0, 1), moved1.flatten(0, 1))
    true = (turn.flatten(), scale.flatten())
    gathered = (gather_rows(part)[keep] for part in (*predicted, *places, *true))
    loss, figures = frame_loss(*gathered, floor=direction_floor)
    certainty = log_certainty(direction0).view(shape)
    return _Framed(frames, moved0.detach(), moved1.detach(), certainty, loss, figures)
