"""What a report consists of, free of any format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Table:
    """Rows of text; the first column holds names, the others numbers.

    The cells of `bold`, by row and column, stand out.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    bold: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Chart:
    """Lines over a common axis: by name, (x, y) in ascending x; y from 0 to y_max.

    Without x_ticks the axis gets round numbers.
    """

    title: str
    x_label: str
    y_label: str
    lines: Mapping[str, Sequence[tuple[float, float]]]
    y_max: float = 1.0
    x_ticks: Sequence[float] = ()


@dataclass(frozen=True, eq=False)
class Picture:
    """An image (H, W, 3) uint8 BGR and what it shows."""

    caption: str
    image: NDArray[np.uint8]


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    parts: Sequence[Table | Chart | Picture]
    text: str = ""


@dataclass(frozen=True)
class Report:
    """All that is known about a run.

    Attributes:
        title: its first heading.
        config: the settings as resolved.
        made: versions and date.
        sections: results.
        failures: plain Failure records.
        summary: one line that counts the failures; empty without any.
    """

    title: str
    config: Mapping[str, Any]
    made: Mapping[str, str]
    sections: Sequence[Section]
    failures: Sequence[Mapping[str, str]] = field(default_factory=list)
    summary: str = ""
