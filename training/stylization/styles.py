"""Which style each copy of a photograph gets."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.data.decoding import UnusableError, load_image
from ssldescriptor.training.data.images import Rejected

KEPT = 64


class Styles:
    """Photographs whose look is given to others.

    The choice depends on the seed, the photograph's name and the number of its copy alone: a run
    that goes on, or gets more photographs, makes the same copies. A file that cannot be used is
    noted in `rejected` and the next of the photograph's order takes its place.

    Args:
        paths: of the styles.
        short_side: to which they are shrunk, pixels.
        seed: of the choice.
    """

    def __init__(self, paths: Sequence[Path], short_side: int, seed: int) -> None:
        self.paths, self.seed = list(paths), seed
        self.rejected: dict[Path, Rejected] = {}
        self._load = lru_cache(KEPT)(lambda path: load_image(path, short_side))

    def choose(self, name: Path, number: int) -> NDArray[np.uint8]:
        """Return the style (H, W, 3) uint8 BGR of a photograph's copy.

        Copies of one photograph have different styles while there are any left.

        Raises:
            ValueError: no style can be used.
        """
        rng = np.random.default_rng((self.seed, zlib.crc32(os.fsencode(name.as_posix()))))
        usable: list[Path] = []
        for i in rng.permutation(len(self.paths)):
            path = self.paths[i]
            if path not in self.rejected:
                try:
                    style = self._load(path)
                except UnusableError as error:
                    self.rejected[path] = Rejected(path, str(error))
                else:
                    if len(usable) == number:
                        return style
                    usable.append(path)
        if not usable:
            raise ValueError(f"none of the {len(self.paths)} styles can be used")
        return self._load(usable[number % len(usable)])
