"""Several processes that train one model as one process would; without torchrun, all are no-ops.

Every loss is computed from the rows of all ranks (`gather_rows`), every random number is drawn for
all ranks alike (`draw`), and gradients are averaged: so P ranks with B / P pairs each take the
very steps of one process with B pairs. What differs is the order of float additions.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, distributed, nn


@contextmanager
def process_group() -> Iterator[None]:
    """Join the processes that torchrun started, talking by gloo; alone, do nothing."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    distributed.init_process_group("gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def num_ranks() -> int:
    """Return how many processes train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Return which of them this is, from 0."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def is_main() -> bool:
    """Tell whether this process writes files and log lines."""
    return int(os.environ.get("RANK", "0")) == 0


def say(text: str) -> None:
    """Print a line, once."""
    if is_main():
        print(text, flush=True)


def own_part(count: int) -> slice:
    """Return which of `count` rows of a global batch are this rank's.

    Raises:
        ValueError: the ranks cannot share them evenly.
    """
    if count % num_ranks():
        raise ValueError(f"batch={count} cannot be shared evenly by {num_ranks()} processes")
    share = count // num_ranks()
    return slice(rank() * share, (rank() + 1) * share)


def draw(
    function: Callable[..., Tensor], shape: tuple[int, ...], generator: torch.Generator
) -> Tensor:
    """Draw random numbers for the images of all ranks and return those of this rank's.

    Args:
        function: `torch.rand`, `torch.randn` or the like: takes a shape and a generator, which
            is in the same state on every rank.
        shape: of this rank's numbers; the first dimension counts images.
        generator: source of randomness.
    """
    numbers = function((num_ranks() * shape[0], *shape[1:]), generator=generator)
    return numbers[rank() * shape[0] : (rank() + 1) * shape[0]]


def gather_rows(rows: Tensor) -> Tensor:
    """Put the rows (N, ...) of all ranks below one another: (P N, ...), in the order of ranks.

    Gradients go back to the rank whose rows they are, summed over what every rank did with them.
    """
    if num_ranks() == 1:
        return rows
    if rows.dtype == torch.bool:  # gloo knows no bool
        return gather_rows(rows.to(torch.uint8)).bool()
    gathered: Tensor = _Gather.apply(rows)  # type: ignore[no-untyped-call]
    return gathered


def average_gradients(model: nn.Module) -> None:
    """Replace every gradient by its mean over the ranks, in one message."""
    if num_ranks() == 1:
        return
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    parts = torch.split(flat / num_ranks(), [gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def from_main(value: Any) -> Any:
    """Return what rank 0 gave, on every rank; any picklable value."""
    if num_ranks() == 1:
        return value
    values = [value]
    distributed.broadcast_object_list(values)
    return values[0]


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: Tensor) -> Tensor:
        ctx.count = len(rows)
        parts = [rows.new_empty(rows.shape) for _ in range(num_ranks())]
        distributed.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        distributed.all_reduce(total)
        return total[rank() * ctx.count : (rank() + 1) * ctx.count]
