"""The dense network's part of a step: peaks that repeat, ranks that tell the truth."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ssldescriptor.training.batch import Batch
from ssldescriptor.training.distributed import draw, gather_rows
from ssldescriptor.training.geometry import inside, sample_map
from ssldescriptor.training.keypoints import (
    Correspondences,
    in_photograph,
    other_view,
    sample_peak,
    window_interior,
    windows,
)
from ssldescriptor.training.losses.keypoints import peak_agreement, repeatability
from ssldescriptor.training.models.dense import PEAK_SHARE, STRIDE_RANK, DenseMaps

LOSSES = ("agreement", "r2d2")


def rank_loss(
    maps: DenseMaps, found: Correspondences, certainty: Tensor, matched: Tensor
) -> Tensor:
    """Cross entropy of the claim, by which keypoints are chosen, that one is found and matched.

    Args:
        maps: of the 2B images.
        found: 2B x K correspondences.
        certainty: (2B, K) of the directions, as it is added to the score at run time.
        matched: (2B, K) bool, of all ranks.
    """
    x, y = found.source.long().unbind(-1)
    peak = maps.peak.flatten(1).gather(1, y * maps.peak.shape[-1] + x)
    rank = sample_map(maps.rank, found.source, STRIDE_RANK)[..., 0]
    score = gather_rows(rank + PEAK_SHARE * peak + certainty)
    truth = (gather_rows(found.repeated) & matched).float()
    valid = gather_rows(found.valid)
    return functional.binary_cross_entropy_with_logits(score[valid], truth[valid])


def peak_loss(
    maps: DenseMaps,
    batch: Batch,
    found: Correspondences,
    name: str,
    radius: int,
    generator: torch.Generator,
    *,
    floor: float,
) -> Tensor:
    """Loss of the peaks in windows around the keypoints and as many random points.

    Args:
        maps: of the 2B images.
        batch: the images.
        found: 2B x K correspondences.
        name: "agreement" or "r2d2".
        radius: of the windows, pixels.
        generator: source of randomness.
        floor: of `peak_agreement`.
    """
    images, count = found.valid.shape
    size = maps.peak.shape[-1]
    anywhere = draw(torch.rand, (images, count, 2), generator) * (size - 40) + 20
    centers = torch.cat([found.source, anywhere], 1)
    source, target = windows(centers, batch.h, radius, generator)
    logits0 = sample_peak(maps.peak, source)
    logits1 = sample_peak(other_view(maps.peak), target)
    fits = inside(source, size, size, 2.0).all(-1) & inside(target, size, size, 2.0).all(-1)
    middle = source[:, :, source.shape[2] // 2]
    fits &= in_photograph(middle, batch.views, batch.photo_size, 6.0)
    logits0, logits1, fits = (gather_rows(x) for x in (logits0, logits1, fits))
    if name == "r2d2":
        return repeatability(logits0[fits], logits1[fits])
    return peak_agreement(logits0[fits], logits1[fits], window_interior(radius), floor)
