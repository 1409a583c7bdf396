"""One training step: a batch of pairs in, losses and figures out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ssldescriptor.training import keypoint_step
from ssldescriptor.training.batch import Batch
from ssldescriptor.training.describe import Described, describe
from ssldescriptor.training.distributed import draw, gather_rows
from ssldescriptor.training.keypoint_step import peak_loss, rank_loss
from ssldescriptor.training.keypoints import Correspondences, sample_correspondences
from ssldescriptor.training.losses import registry
from ssldescriptor.training.losses.binary import binary_loss
from ssldescriptor.training.losses.ratio import ratio_loss
from ssldescriptor.training.mining import SCOPES, ignored_negatives, nearest_is_right
from ssldescriptor.training.models.dense import DenseMaps, as_float
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.timing import stage


@dataclass(frozen=True)
class StepOptions:
    """Keypoints, losses and their weights.

    Attributes:
        keypoints: correspondences drawn per image.
        window_radius: of the windows in which peaks must agree, pixels.
        descriptor_loss: "info_nce", "average_precision" or "triplet".
        temperature: of info_nce.
        ap_bins: bins of average_precision.
        ap_low: least similarity that average_precision tells apart; -1 for rows with negative
            elements.
        hardest: negatives of a row that average_precision counts; 0 for all.
        margin: of triplet, in L2 distance.
        ratio_weight: of a loss on the ratio test, beside the descriptor loss.
        ratio_threshold: of that test.
        negatives: where they come from: "pair", the own pair; "batch", every pair; "other", every
            pair but the own.
        position_noise: standard deviation, pixels, of a keypoint that the other view has missed.
        min_negative_distance: nearer points of one image are no negatives, pixels.
        keypoint_loss: "agreement" of the peaks in two views, or the pair of "r2d2".
        peak_floor: of "agreement"; the higher, the more it is about windows that agree already.
        direction_floor: the same for the directions of the frame net.
        peak_weight: of the keypoint loss.
        rank_weight: of the cross entropy of what keypoints are chosen by.
        frame_weight: of the angle and size losses.
        binary_weight: of the binary head's loss; 0 leaves the head as it is.
        binary_temperature: of the InfoNCE of the codes.
        binary_trains_rows: let the binary loss shape the float rows, too.
    """

    keypoints: int = 64
    window_radius: int = 4
    descriptor_loss: str = "info_nce"
    temperature: float = 0.05
    ap_bins: int = 20
    ap_low: float = 0.0
    hardest: int = 20
    margin: float = 1.0
    ratio_weight: float = 0.0
    ratio_threshold: float = 0.72
    negatives: str = "batch"
    position_noise: float = 0.6
    min_negative_distance: float = 6.0
    keypoint_loss: str = "agreement"
    peak_floor: float = 0.2
    direction_floor: float = 0.01
    peak_weight: float = 1.0
    rank_weight: float = 0.5
    frame_weight: float = 1.0
    binary_weight: float = 0.0
    binary_temperature: float = 0.05
    binary_trains_rows: bool = False

    def __post_init__(self) -> None:
        for name, known in (
            ("descriptor_loss", registry.NAMES),
            ("negatives", SCOPES),
            ("keypoint_loss", keypoint_step.LOSSES),
        ):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"step.{name}={getattr(self, name)!r} is unknown; known: {', '.join(known)}"
                )
        for name in ("keypoints", "window_radius"):
            if getattr(self, name) < 1:
                raise ValueError(f"step.{name}={getattr(self, name)}; 1 or more is wanted")
        for name in ("temperature", "binary_temperature"):
            if not getattr(self, name) > 0:
                raise ValueError(f"step.{name}={getattr(self, name)} must be positive")
        if self.ap_bins < 2 or self.hardest < 0 or not self.ap_low < 1:
            raise ValueError(
                f"step.ap_bins={self.ap_bins}, step.hardest={self.hardest} and step.ap_low="
                f"{self.ap_low} must be at least 2, at least 0, and below 1"
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
    """Compute the loss of a batch and the figures worth watching.

    Raises:
        FloatingPointError: no keypoint is valid, as with maps that hold nothing but NaN.
    """
    with stage("dense"), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        maps = as_float(model.dense(batch.contrast))
    with stage("keypoints"):
        found = sample_correspondences(
            maps, batch.h, batch.views, batch.photo_size, options.keypoints, generator
        )
        if not gather_rows(found.valid).any():
            raise FloatingPointError("no keypoint is valid: no peak that the other view can see")
        noise = draw(torch.randn, found.target.shape, generator)
    missed = found.target + options.position_noise * noise
    target = torch.where(found.repeated[..., None], found.seen, missed)
    described = describe(
        model,
        batch,
        found,
        target,
        generator,
        direction_floor=options.direction_floor,
        bfloat16=bfloat16,
        threads=threads,
    )
    with stage("loss"):
        return _losses(model, batch, options, generator, maps, found, described)


def _losses(
    model: Model,
    batch: Batch,
    options: StepOptions,
    generator: torch.Generator,
    maps: DenseMaps,
    own: Correspondences,
    described: Described,
) -> tuple[Tensor, dict[str, float]]:
    """Sum the losses of the rows of all ranks, whose own correspondences are given."""
    found = Correspondences(*map(gather_rows, own))
    rows0, rows1, agree = (
        gather_rows(x) for x in (described.rows0, described.rows1, described.agree)
    )
    keep = found.valid.flatten()
    rows0, rows1 = rows0[keep], rows1[keep]
    points = found.source, found.target, options.min_negative_distance
    ignore = ignored_negatives(*points, options.negatives)[keep][:, keep]
    descriptor = rows_loss(rows0, rows1, ignore, options)
    binary = bits_loss(model, rows0, rows1, ignore, options)
    # Of all rows, whatever the loss looked at: so the figure means the same in every run.
    nearest = nearest_is_right(rows0, rows1, ignored_negatives(*points, "batch")[keep][:, keep])
    matched = torch.zeros_like(keep)
    matched[keep] = nearest
    matched = matched.view_as(found.valid) & agree
    rank = rank_loss(maps, own, described.certainty, matched)
    peak = peak_loss(
        maps,
        batch,
        own,
        options.keypoint_loss,
        options.window_radius,
        generator,
        floor=options.peak_floor,
    )
    loss = (
        descriptor
        + options.peak_weight * peak
        + options.rank_weight * rank
        + options.frame_weight * described.frame_loss
        + options.binary_weight * binary
    )
    figures = described.figures | {
        "loss": float(loss.detach()),
        "descriptor": float(descriptor.detach()),
        "binary": float(binary.detach()),
        "peak": float(peak.detach()),
        "rank": float(rank.detach()),
        "accuracy": float(nearest.float().mean()),
        "repeated": float(found.repeated[found.valid].float().mean()),
        "valid": float(found.valid.float().mean()),
    }
    return loss, figures


def rows_loss(rows0: Tensor, rows1: Tensor, ignore: Tensor, options: StepOptions) -> Tensor:
    """Return the descriptor loss that the options name; ignore (N, N) marks unfair negatives."""
    loss = registry.descriptor_loss(
        options.descriptor_loss,
        temperature=options.temperature,
        margin=options.margin,
        bins=options.ap_bins,
        hardest=options.hardest,
        low=options.ap_low,
    )
    total = loss(rows0, rows1, ignore)
    if options.ratio_weight:
        ratio = ratio_loss(rows0, rows1, ignore, threshold=options.ratio_threshold)
        total = total + options.ratio_weight * ratio
    return total


def bits_loss(
    model: Model, rows0: Tensor, rows1: Tensor, ignore: Tensor, options: StepOptions
) -> Tensor:
    """Return the loss of the binary head, zero without a weight.

    Raises:
        ValueError: the model has no binary head.
    """
    if options.binary_weight == 0:
        return rows0.new_zeros(())
    if model.binary is None:
        raise ValueError("step.binary_weight wants a model with a binary head: model.binary=true")
    if not options.binary_trains_rows:
        rows0, rows1 = rows0.detach(), rows1.detach()
    return binary_loss(
        model.binary(rows0),
        model.binary(rows1),
        ignore,
        temperature=options.binary_temperature,
    )
