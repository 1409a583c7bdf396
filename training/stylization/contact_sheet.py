"""A sheet to judge stylization by: a row for each photograph, with its style and all methods."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.drawing import add_caption
from ssldescriptor.training.data.decoding import UnusableError, load_image
from ssldescriptor.training.stylization.methods import Stylizer
from ssldescriptor.training.stylization.styles import Styles

Image = NDArray[np.uint8]
CELL = (320, 240)  # width, height
GAP = 4


def contact_sheet(
    paths: Sequence[Path],
    names: Sequence[Path],
    styles: Styles,
    stylizers: dict[str, Stylizer],
    *,
    rows: int,
    short_side: int,
) -> Image:
    """Stylize photographs spread evenly over a list and show them side by side.

    Args:
        paths: of the photographs.
        names: of the photographs in their folders; they decide the styles, as for the copies.
        styles: to choose from.
        stylizers: methods by name, a column each.
        rows: photographs at most.
        short_side: photographs are shrunk to it, pixels.

    Returns:
        (H, W, 3) uint8 BGR.

    Raises:
        ValueError: no photograph or no style can be used.
    """
    lines: list[list[Image]] = []
    step = max(1, len(paths) // rows)
    # First the evenly spread ones; those after them stand in where one cannot be used.
    for index in sorted(range(len(paths)), key=lambda i: i % step):
        if len(lines) == rows:
            break
        try:
            photo = load_image(paths[index], short_side)
        except UnusableError:
            continue
        style = styles.choose(names[index], 0)
        lines.append([photo, style, *(method(photo, style) for method in stylizers.values())])
    if not lines:
        raise ValueError(f"none of the {len(paths)} photographs can be used")
    return arrange(lines, ["photograph", "style", *stylizers])


def arrange(lines: Sequence[Sequence[Image]], captions: Sequence[str]) -> Image:
    """Lay pictures out in cells of 320 x 240 px, captions above the columns."""
    columns = [
        add_caption(np.vstack([_cell(line[column]) for line in lines]), caption)
        for column, caption in enumerate(captions)
    ]
    return np.hstack(columns)


def _cell(image: Image) -> Image:
    """Shrink a picture into a cell, whole, on black."""
    scale = min(CELL[0] / image.shape[1], CELL[1] / image.shape[0])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    cell = np.zeros((CELL[1] + GAP, CELL[0] + GAP, 3), np.uint8)
    y, x = (CELL[1] - size[1]) // 2, (CELL[0] - size[0]) // 2
    cell[y : y + size[1], x : x + size[0]] = small
    return cell
