"""One training step: a batch of pairs in, losses and figures out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ssldescriptor.training.frames import Frames, draw_frames
from ssldescriptor.training.geometry import sample_map, turn_and_scale, warp_points
from ssldescriptor.training.keypoints import (
    Correspondences,
    both_ways,
    in_photograph,
    inside,
    other_view,
    sample_correspondences,
    sample_peak,
    window_interior,
    windows,
)
from ssldescriptor.training.losses.frame import (
    gravity_nll,
    scale_consistency,
    turn_consistency,
    turn_error,
)
from ssldescriptor.training.losses.info_nce import info_nce
from ssldescriptor.training.losses.keypoints import peak_agreement
from ssldescriptor.training.mining import ignored_negatives
from ssldescriptor.training.models.dense import STRIDE_FRAME, STRIDE_RANK, DenseMaps, as_float
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.patches import cut_patches


@dataclass(frozen=True)
class StepOptions:
    """Keypoints, losses and their weights.

    Attributes:
        keypoints: correspondences drawn per image.
        window_radius: of the windows in which peaks must agree, pixels.
        temperature: of InfoNCE.
        position_noise: standard deviation of the keypoint in the other view, pixels.
        min_negative_distance: nearer points of one image are no negatives, pixels.
        peak_weight: of the peak agreement.
        rank_weight: of the rank's cross entropy.
        frame_weight: of the angle and size losses.
    """

    keypoints: int = 64
    window_radius: int = 4
    temperature: float = 0.05
    position_noise: float = 0.6
    min_negative_distance: float = 6.0
    peak_weight: float = 1.0
    rank_weight: float = 0.5
    frame_weight: float = 0.5


class Batch(NamedTuple):
    """2B images; images 2b and 2b + 1 are the views of pair b.

    Attributes:
        gray: (2B, S, S) uint8.
        contrast: (2B, 1, S, S) float32, locally normalised.
        h: (2B, 3, 3) from each image to its other view.
        views: (2B, 3, 3) photograph to image.
        photo_size: (2B, 2) width and height.
    """

    gray: Tensor
    contrast: Tensor
    h: Tensor
    views: Tensor
    photo_size: Tensor


def collate(sample: dict[str, Tensor]) -> Batch:
    """Flatten a stacked batch of pairs."""
    return Batch(
        sample["gray"].flatten(0, 1),
        sample["contrast"].flatten(0, 1)[:, None],
        both_ways(sample["h_0to1"]),
        sample["views"].flatten(0, 1),
        sample["photo_size"].repeat_interleave(2, 0),
    )


def run_step(
    model: Model,
    batch: Batch,
    options: StepOptions,
    generator: torch.Generator,
    *,
    bfloat16: bool,
    threads: int,
) -> tuple[Tensor, dict[str, float]]:
    """Compute the loss of a batch and the figures worth watching."""
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        maps = as_float(model.dense(batch.contrast))
    found = sample_correspondences(
        maps, batch.h, batch.views, batch.photo_size, options.keypoints, generator
    )
    frame_loss, frames, figures = _frames(maps, batch, found, generator)
    noise = options.position_noise * torch.randn(found.target.shape, generator=generator)
    target = found.target + noise
    rows0, rows1 = _describe(model, batch, found.source, target, frames, bfloat16, threads)
    ignore = ignored_negatives(found.source, found.target, options.min_negative_distance)
    keep = found.valid.flatten()
    nce, nearest = info_nce(rows0[keep], rows1[keep], ignore[keep][:, keep], options.temperature)
    success = torch.zeros_like(keep)
    success[keep] = nearest
    rank_loss = _rank_loss(maps, found, success.view_as(found.valid))
    peak_loss = _peak_loss(maps, batch, found, options, generator)
    loss = (
        nce
        + options.peak_weight * peak_loss
        + options.rank_weight * rank_loss
        + options.frame_weight * frame_loss
    )
    figures |= {
        "loss": float(loss.detach()),
        "nce": float(nce.detach()),
        "peak": float(peak_loss.detach()),
        "rank": float(rank_loss.detach()),
        "accuracy": float(nearest.float().mean()),
        "repeated": float(found.repeated[found.valid].float().mean()),
        "valid": float(found.valid.float().mean()),
    }
    return loss, figures


def _describe(
    model: Model,
    batch: Batch,
    source: Tensor,
    target: Tensor,
    frames: Frames,
    bfloat16: bool,
    threads: int,
) -> tuple[Tensor, Tensor]:
    patches0 = cut_patches(batch.gray, source, frames.size0, frames.angle0, threads)
    patches1 = cut_patches(other_view(batch.gray), target, frames.size1, frames.angle1, threads)
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        rows = model.patch_head(torch.cat([patches0, patches1]))
    rows0, rows1 = rows.float().chunk(2)
    return rows0, rows1


def _frames(
    maps: DenseMaps, batch: Batch, found: Correspondences, generator: torch.Generator
) -> tuple[Tensor, Frames, dict[str, float]]:
    turn, scale = turn_and_scale(batch.h, found.source)
    frame0 = sample_map(maps.frame, found.source, STRIDE_FRAME)
    frame1 = sample_map(other_view(maps.frame), found.target, STRIDE_FRAME)
    photo = warp_points(torch.linalg.inv(batch.views), found.source)
    upright, _ = turn_and_scale(batch.views, photo)
    valid = found.valid
    v0, v1 = frame0[valid], frame1[valid]
    gravity = gravity_nll(v0[:, :2], upright[valid])
    turned = turn_consistency(v0[:, :2], v1[:, :2], turn[valid])
    scaled = scale_consistency(v0[:, 2], v1[:, 2], scale[valid])
    error = turn_error(v0[:, :2], v1[:, :2], turn[valid]).detach()
    error = torch.remainder(error + math.pi, 2 * math.pi) - math.pi
    size_error = (v1[:, 2] - v0[:, 2] - scale[valid].log2()).detach()
    figures = {
        "gravity": float(gravity.detach()),
        "turned_within_20": float((error.abs() < math.radians(20)).float().mean()),
        "size_error": float(size_error.abs().mean()),
        "size_spread": float(v0[:, 2].detach().std()),
    }
    centre = 0.05 * (frame0[..., 2].mean() ** 2)
    frames = draw_frames(frame0.detach(), frame1.detach(), turn, scale, generator)
    return gravity + turned + scaled + centre, frames, figures


def _rank_loss(maps: DenseMaps, found: Correspondences, matched: Tensor) -> Tensor:
    rank = sample_map(maps.rank, found.source, STRIDE_RANK)[..., 0]
    truth = (found.repeated & matched).float()
    return functional.binary_cross_entropy_with_logits(rank[found.valid], truth[found.valid])


def _peak_loss(
    maps: DenseMaps,
    batch: Batch,
    found: Correspondences,
    options: StepOptions,
    generator: torch.Generator,
) -> Tensor:
    images, count = found.valid.shape
    size = maps.peak.shape[-1]
    anywhere = torch.rand(images, count, 2, generator=generator) * (size - 40) + 20
    centers = torch.cat([found.source, anywhere], 1)
    source, target = windows(centers, batch.h, options.window_radius, generator)
    logits0 = sample_peak(maps.peak, source)
    logits1 = sample_peak(other_view(maps.peak), target)
    fits = inside(source, size, size, 2.0).all(-1) & inside(target, size, size, 2.0).all(-1)
    middle = source[:, :, source.shape[2] // 2]
    fits &= in_photograph(middle, batch.views, batch.photo_size, 6.0)
    return peak_agreement(logits0[fits], logits1[fits], window_interior(options.window_radius))
