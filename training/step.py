"""One training step: a batch of pairs in, losses and figures out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ssldescriptor.training.frames import Frames, best_angle, draw_frames, own_size, wrap
from ssldescriptor.training.geometry import inside, sample_map, turn_and_scale, warp_points
from ssldescriptor.training.keypoints import (
    Correspondences,
    both_ways,
    in_photograph,
    other_view,
    sample_correspondences,
    sample_peak,
    window_interior,
    windows,
)
from ssldescriptor.training.losses.frame import (
    direction_agreement,
    gravity_nll,
    scale_consistency,
)
from ssldescriptor.training.losses.info_nce import info_nce
from ssldescriptor.training.losses.keypoints import peak_agreement
from ssldescriptor.training.mining import ignored_negatives
from ssldescriptor.training.models.dense import STRIDE_RANK, DenseMaps, as_float
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.patches import cut_patches, cut_rings


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
    frame_weight: float = 1.0


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
    noise = options.position_noise * torch.randn(found.target.shape, generator=generator)
    target = found.target + noise
    frame_loss, frames, figures = _frames(
        model, batch, found, target, generator, bfloat16=bfloat16, threads=threads
    )
    rows0, rows1 = _describe(model, batch, found.source, target, frames, bfloat16, threads)
    ignore = ignored_negatives(found.source, found.target, options.min_negative_distance)
    keep = found.valid.flatten()
    nce, nearest = info_nce(rows0[keep], rows1[keep], ignore[keep][:, keep], options.temperature)
    success = torch.zeros_like(keep)
    success[keep] = nearest
    rank_loss = _rank_loss(maps, found, success.view_as(found.valid) & frames.agree)
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
    model: Model,
    batch: Batch,
    found: Correspondences,
    target: Tensor,
    generator: torch.Generator,
    *,
    bfloat16: bool,
    threads: int,
) -> tuple[Tensor, Frames, dict[str, float]]:
    rings0 = cut_rings(batch.gray, found.source, threads)
    rings1 = cut_rings(other_view(batch.gray), target, threads)
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        rows = model.frame_net(torch.cat([rings0, rings1]))
    direction0, direction1 = rows.direction.chunk(2)
    log_size0, log_size1 = rows.log_size.chunk(2)
    turn, scale = turn_and_scale(batch.h, found.source)
    upright, _ = turn_and_scale(
        batch.views, warp_points(torch.linalg.inv(batch.views), found.source)
    )
    keep = found.valid.flatten()
    flat_turn, flat_scale = turn.flatten(), scale.flatten()
    agreement = direction_agreement(direction0[keep], direction1[keep], flat_turn[keep])
    gravity = gravity_nll(direction0[keep], upright.flatten()[keep])
    scaled = scale_consistency(log_size0[keep], log_size1[keep], flat_scale[keep])
    centre = log_size0[keep].mean() ** 2
    angle0, angle1 = best_angle(direction0), best_angle(direction1)
    error = wrap(angle1 - angle0 - flat_turn)[keep].abs()
    size_error = (log_size1 - log_size0 - flat_scale.log2()).detach()[keep].abs()
    figures = {
        "agreement": float(agreement.detach()),
        "gravity": float(gravity.detach()),
        "turned_within_20": float((error < math.radians(20)).float().mean()),
        "size_error": float(size_error.mean()),
        "size_spread": float(log_size0.detach().std()),
    }
    shape = found.valid.shape
    size0, size1 = (own_size(s.detach()).view(shape) for s in (log_size0, log_size1))
    frames = draw_frames(
        angle0.view(shape), angle1.view(shape), size0, size1, turn, scale, generator
    )
    return agreement + 0.2 * gravity + scaled + 0.05 * centre, frames, figures


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
