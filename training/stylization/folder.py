"""Stylize a folder of photographs: what is there already stays, what fails is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.data.copies import copy_name
from ssldescriptor.training.data.decoding import UnusableError, load_image
from ssldescriptor.training.data.images import Rejected
from ssldescriptor.training.files import write_picture
from ssldescriptor.training.stylization.alignment import edge_displacements
from ssldescriptor.training.stylization.methods import Stylizer
from ssldescriptor.training.stylization.styles import Styles


@dataclass
class Outcome:
    """What became of a folder.

    Attributes:
        made: copies written.
        kept: copies that were there already.
        rejected: photographs that cannot be used, and why.
        displacements: how far edges moved in the copies made, (N, 2) pixels each.
    """

    made: int = 0
    kept: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    displacements: list[NDArray[np.float64]] = field(default_factory=list)

    def edges(self) -> str:
        """Tell in a line how far edges moved; blocks are those of `edge_displacements`."""
        moved = np.concatenate([np.empty((0, 2)), *self.displacements])
        if not len(moved):
            return "no edges to measure the alignment of"
        middle, high = np.percentile(np.hypot(*moved.T), [50, 95])
        return f"edges moved by {middle:.3f} px (median) and {high:.3f} px (95 %) of {len(moved)}"


def stylize_folder(
    paths: Sequence[Path],
    names: Sequence[Path],
    styles: Styles,
    output: Path,
    stylizers: dict[str, Stylizer],
    *,
    copies: int,
    short_side: int,
    report: Callable[[int, Outcome], None],
) -> Outcome:
    """Make the copies of photographs that are not there yet.

    Args:
        paths: of the photographs.
        names: their names within `output`.
        styles: to choose from.
        output: folder of the copies, made when missing; each file is written whole or not at all.
        stylizers: methods by name; each makes its own copies.
        copies: of each photograph and method.
        short_side: photographs are shrunk to it as in training, pixels.
        report: called after each photograph with its number, from 1.

    Raises:
        OSError: a copy cannot be written.
        ValueError: no style can be used.
    """
    outcome = Outcome()
    for count, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        wanted = [(m, k, output / copy_name(name, m, k)) for m in stylizers for k in range(copies)]
        missing = [item for item in wanted if not item[2].exists()]
        outcome.kept += len(wanted) - len(missing)
        if missing:
            try:
                photo = load_image(path, short_side)
            except UnusableError as error:
                outcome.rejected.append(Rejected(path, str(error)))
                missing = []
        for method, number, target in missing:
            copy = stylizers[method](photo, styles.choose(name, number))
            write_picture(target, copy)
            outcome.displacements.append(edge_displacements(photo, copy))
            outcome.made += 1
        report(count, outcome)
    return outcome
