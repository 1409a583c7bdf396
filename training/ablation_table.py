"""Scores of runs -> means and spreads over seeds -> a table for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ssldescriptor.evaluation.report.content import Table

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


def score_table(table: Mapping[str, Mapping[str, Cell]], columns: Sequence[str]) -> Table:
    """Return the table that a report shows; the highest mean of each column, as shown, is bold.

    Args:
        table: see `summarise`.
        columns: scores to show; a configuration without one gets a dash.
    """
    best = {
        c: max((_mean(row[c]) for row in table.values() if c in row), default="") for c in columns
    }
    rows, bold = [], set()
    for number, (name, row) in enumerate(table.items()):
        seeds = max((len(cell.values) for cell in row.values()), default=0)
        cells = [_text(row[c]) if c in row else "-" for c in columns]
        rows.append([name, str(seeds), *cells])
        marked = (c for c in columns if c in row and _mean(row[c]) == best[c])
        bold |= {(number, 2 + columns.index(c)) for c in marked}
    return Table("", ["configuration", "seeds", *columns], rows, bold=frozenset(bold))


def _mean(cell: Cell) -> str:
    return f"{cell.mean:.3f}"


def _text(cell: Cell) -> str:
    return _mean(cell) + (f" ± {cell.spread:.3f}" if len(cell.values) > 1 else "")
