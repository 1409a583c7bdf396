"""Batches of photographs that look alike: the coarse step of HNDesc (Melekhov et al., 3DV 2021).

A descriptor learns little from negatives of a photograph that looks quite different. Here a
batch holds a photograph and others that look like it as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# Pairs are drawn from (seed, item), what options add to them from (seed, item, 1) and
# (seed, item, 2): see `data/pairs.py`.
BATCH_STREAM = 3


@dataclass(frozen=True)
class SamplerOptions:
    """Which photographs share a batch.

    Attributes:
        look_alike_share: share of a batch, beside its first photograph, that look like it, 0..1;
            0 draws every photograph at random.
        neighbours: look-alikes of each photograph, from which a batch draws.
        refresh: steps after which look-alikes are looked up again, by the model as it is then.
        embeddings: .npy or .npz file of global descriptors to use instead, see `embeddings.py`.
        pooling: "vlad" or "gem", of local descriptors into a global one.
        centres: of VLAD.
        side: short side at which photographs are looked at, pixels.
        keypoints: of a photograph.
        min_inliers: matches in one epipolar geometry that make two photographs overlap.
    """

    look_alike_share: float = 0.0
    neighbours: int = 20
    refresh: int = 1000
    embeddings: str = ""
    pooling: str = "vlad"
    centres: int = 32
    side: int = 320
    keypoints: int = 256
    min_inliers: int = 20

    def __post_init__(self) -> None:
        if not 0 <= self.look_alike_share <= 1:
            raise ValueError(
                f"data.sampler.look_alike_share is {self.look_alike_share}; 0..1 is wanted"
            )
        if self.pooling not in ("vlad", "gem"):
            raise ValueError(f"data.sampler.pooling is {self.pooling!r}; wanted: vlad or gem")
        for name in ("neighbours", "refresh", "centres", "side", "keypoints", "min_inliers"):
            if getattr(self, name) < 1:
                raise ValueError(f"data.sampler.{name} is {getattr(self, name)}; 1 or more")


@dataclass(frozen=True, eq=False)
class LookAlikes:
    """What is known of N photographs.

    Attributes:
        neighbours: (N, k) int32, the most alike first; negative for none.
        overlaps: (M, 2) int32, pairs i < j that show the same place.
    """

    neighbours: NDArray[np.int32]
    overlaps: NDArray[np.int32]

    @cached_property
    def overlapping(self) -> dict[int, set[int]]:
        """The photographs that overlap each photograph which has any."""
        found: dict[int, set[int]] = {}
        for i, j in self.overlaps.tolist():
            found.setdefault(i, set()).add(j)
            found.setdefault(j, set()).add(i)
        return found


def compose_batch(
    look_alikes: LookAlikes, seed: int, step: int, size: int, share: float
) -> list[int]:
    """Choose the photographs of a step: a pure function of its arguments.

    First a random photograph, then round(share (size - 1)) random ones of its neighbours (fewer
    where neighbours overlap), the rest at random. No photograph occurs twice, and no two of
    them are known to overlap. Where that falls short, because one that overlaps many was drawn
    early, the batch is of those that overlap the fewest others.

    Raises:
        ValueError: so many photographs are the same or overlap that no batch can be made.
    """
    rng = np.random.default_rng((seed, step, BATCH_STREAM))
    anybody = rng.permutation(len(look_alikes.neighbours))
    near = rng.permutation(look_alikes.neighbours[anybody[0]])
    chosen = [int(anybody[0])]
    _fill(chosen, near[near >= 0].tolist(), 1 + round(share * (size - 1)), look_alikes)
    _fill(chosen, anybody.tolist(), size, look_alikes)
    if len(chosen) < size:
        chosen = max(chosen, _apart(anybody.tolist(), size, look_alikes), key=len)
    if len(chosen) < size:
        raise ValueError(
            f"only {len(chosen)} of {len(anybody)} photographs show different places, for a batch "
            f"of {size}; set batch lower or data.sampler.look_alike_share=0"
        )
    return chosen


def _fill(chosen: list[int], from_: Iterable[int], size: int, look_alikes: LookAlikes) -> None:
    """Append photographs that differ from all chosen ones until there are `size`."""
    taken = set(chosen).union(*(look_alikes.overlapping.get(i, set()) for i in chosen))
    for photo in from_:
        if len(chosen) >= size:
            return
        if photo not in taken:
            chosen.append(photo)
            taken |= {photo} | look_alikes.overlapping.get(photo, set())


def _apart(left: list[int], size: int, look_alikes: LookAlikes) -> list[int]:
    """Choose up to `size` photographs that differ: next is what fewest of those left overlap."""
    chosen: list[int] = []
    while left and len(chosen) < size:
        others = set(left)
        overlaps = {photo: look_alikes.overlapping.get(photo, set()) & others for photo in left}
        chosen.append(min(left, key=lambda photo: len(overlaps[photo])))
        left = [p for p in left if p != chosen[-1] and p not in overlaps[chosen[-1]]]
    return chosen
