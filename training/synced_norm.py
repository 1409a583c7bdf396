"""Batch norm over the images of all ranks; torch's own SyncBatchNorm runs on GPUs only."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from ssldescriptor.training.distributed import gather_rows, num_ranks

Norm = nn.BatchNorm1d | nn.BatchNorm2d


def synchronise_norms(model: nn.Module) -> None:
    """Let every batch norm of the model use the statistics of all ranks; alone, do nothing."""
    if num_ranks() == 1:
        return
    for module in model.modules():
        if isinstance(module, Norm):
            module.forward = partial(synced_norm, module)  # type: ignore[method-assign]


def synced_norm(norm: Norm, x: Tensor) -> Tensor:
    """Do what batch norm does (Ioffe and Szegedy, 2015), with the mean and variance of all ranks.

    Args:
        norm: the layer; its running statistics are updated while it trains.
        x: (N, C) or (N, C, H, W), of the same shape on every rank.
    """
    if not norm.training:
        return type(norm).forward(norm, x)
    axes = [0, *range(2, x.ndim)]
    shape = (1, -1, *[1] * (x.ndim - 2))
    values = x.float()
    own_variance, own_mean = torch.var_mean(values, axes, correction=0)
    ranks = gather_rows(torch.stack([own_mean, own_variance])[None])
    mean = ranks[:, 0].mean(0)
    variance = ranks[:, 1].mean(0) + ranks[:, 0].var(0, correction=0)
    _update(norm, mean.detach(), variance.detach(), len(ranks) * x.numel() // x.shape[1])
    scale = torch.rsqrt(variance + norm.eps)
    if norm.affine:
        scale = scale * norm.weight
    shift = norm.bias - mean * scale if norm.affine else -mean * scale
    return (values * scale.view(shape) + shift.view(shape)).to(x.dtype)


def _update(norm: Norm, mean: Tensor, variance: Tensor, count: int) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert norm.num_batches_tracked is not None
    assert norm.momentum is not None
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance * (count / (count - 1)), norm.momentum)
    norm.num_batches_tracked.add_(1)
