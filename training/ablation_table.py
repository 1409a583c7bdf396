"""Scores of runs -> means and spreads over seeds -> a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

# Configuration -> seed -> score -> value.
Scores = Mapping[str, Mapping[int, Mapping[str, float]]]


class Cell(NamedTuple):
    """One score of one configuration over its seeds.

    Attributes:
        mean: over the seeds.
        spread: half the distance from the lowest to the highest; 0 for one seed.
        values: in the order of the seeds.
    """

    mean: float
    spread: float
    values: list[float]


def summarise(scores: Scores) -> dict[str, dict[str, Cell]]:
    """Return a cell for every configuration and score, in the order given.

    A score that only some seeds of a configuration have is taken over those.
    """
    table: dict[str, dict[str, Cell]] = {}
    for name, runs in scores.items():
        table[name] = {}
        for score in dict.fromkeys(key for run in runs.values() for key in run):
            values = [run[score] for run in runs.values() if score in run]
            spread = (max(values) - min(values)) / 2
            table[name][score] = Cell(float(np.mean(values)), spread, values)
    return table


def markdown(table: Mapping[str, Mapping[str, Cell]], columns: Sequence[str]) -> str:
    """Return a Markdown table of the columns; the highest mean of each, as shown, is bold.

    Args:
        table: see `summarise`.
        columns: scores to show; a configuration without one gets a dash.
    """
    best = {
        column: max((row[column].mean for row in table.values() if column in row), default=0.0)
        for column in columns
    }
    lines = [
        "| configuration | seeds | " + " | ".join(columns) + " |",
        "| --- | ---: |" + " ---: |" * len(columns),
    ]
    for name, row in table.items():
        seeds = max((len(cell.values) for cell in row.values()), default=0)
        cells = [_text(row[c], best[c]) if c in row else "-" for c in columns]
        lines.append(f"| {name} | {seeds} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _text(cell: Cell, best: float) -> str:
    mean = f"{cell.mean:.3f}"
    shown = f"**{mean}**" if mean == f"{best:.3f}" else mean
    return f"{shown} ± {cell.spread:.3f}" if len(cell.values) > 1 else shown
