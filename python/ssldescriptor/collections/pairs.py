"""Which images to match: all, neighbours in a sequence, pairs of a list, or look-alikes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.collections.listing import sequences

Pairs = NDArray[np.int32]
"""(P, 2) positions of images, the lower one first, ascending, each pair once."""

WAYS = ("retrieval", "sequence", "exhaustive")


@dataclass(frozen=True)
class PairOptions:
    """How pairs are chosen; several ways add up.

    Attributes:
        select: of WAYS.
        neighbours: "retrieval": look-alikes of an image.
        words: "retrieval": centres of the vocabulary.
        window: "sequence": how many of the images that follow an image in its folder.
        pairs: a file of "name name" lines, or "" for none.
    """

    select: tuple[str, ...] = ("retrieval",)
    neighbours: int = 20
    words: int = 64
    window: int = 10
    pairs: str = ""

    def __post_init__(self) -> None:
        unknown = set(self.select) - set(WAYS)
        if unknown:
            raise ValueError(f"select is {min(unknown)!r}; {', '.join(WAYS)} are known")
        if not self.select and not self.pairs:
            raise ValueError("no way to select pairs is given")
        for name in ("neighbours", "words", "window"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; 1 or more is wanted")


def exhaustive_pairs(count: int) -> Pairs:
    """Pair every image with every other."""
    return np.stack(np.triu_indices(count, 1), axis=1).astype(np.int32)


def sequence_pairs(names: Sequence[str], window: int) -> Pairs:
    """Pair every image with those that follow it in its folder; see listing.sequences."""
    found = [np.empty((0, 2), np.int32)]
    for order in sequences(names):
        row = np.asarray(order, np.int32)
        for step in range(1, min(window, len(row) - 1) + 1):
            found.append(np.stack([row[:-step], row[step:]], axis=1))
    return normalised(np.concatenate(found))


def read_pairs(path: Path, names: Sequence[str]) -> Pairs:
    """Read a file with a pair of names a line, as hloc writes them; names have no white space.

    Raises:
        OSError: it cannot be read.
        ValueError: a line that is no pair, or a name that is not known; tells which line.
    """
    position = {name: i for i, name in enumerate(names)}
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        pair = line.split()
        if not pair:
            continue
        if len(pair) != 2:
            raise ValueError(f"{path}, line {number}: two names are wanted, got {line!r}")
        for name in pair:
            if name not in position:
                raise ValueError(f"{path}, line {number}: there are no features of {name}")
        found.append([position[name] for name in pair])
    return normalised(np.array(found, np.int32).reshape(-1, 2))


def neighbour_pairs(neighbours: NDArray[np.int32]) -> Pairs:
    """Pair every image with its neighbours, (N, k) positions; -1 is nobody."""
    first = np.repeat(np.arange(len(neighbours), dtype=np.int32), neighbours.shape[1])
    pairs = np.stack([first, neighbours.ravel()], axis=1)
    return normalised(pairs[pairs[:, 1] >= 0])


def union(parts: Iterable[Pairs]) -> Pairs:
    """Return all pairs, each once."""
    return normalised(np.concatenate([np.empty((0, 2), np.int32), *parts]))


def normalised(pairs: NDArray[np.int32]) -> Pairs:
    """Sort, name each pair once and no image with itself."""
    ordered = np.sort(pairs, axis=1)
    return np.unique(ordered[ordered[:, 0] < ordered[:, 1]], axis=0).astype(np.int32)
