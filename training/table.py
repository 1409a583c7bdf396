"""Tables of figures that grow while a run goes: one row a step, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from ssldescriptor.training.files import write_whole


class Table:
    """A CSV file with the column `step` and whatever columns its rows bring."""

    def __init__(self, path: Path, start: int) -> None:
        """Open a table for the steps after `start`; of an earlier run, rows up to it stay."""
        self.path = path
        self.rows: list[dict[str, str]] = []
        if start and path.exists():
            with path.open(newline="") as file:
                rows = [row for row in csv.DictReader(file) if (row.get("step") or "").isdigit()]
            self.rows = [row for row in rows if int(row["step"]) <= start]

    def add(self, step: int, figures: Mapping[str, float]) -> None:
        """Append a row and write the table anew, whole.

        Raises:
            OSError: it cannot be written; names the file, which stays as it was.
        """
        row = {"step": str(step)} | {name: _shown(figure) for name, figure in figures.items()}
        self.rows.append(row)
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_whole(self.path, text.getvalue().encode())


def _shown(figure: float) -> str:
    return str(figure) if isinstance(figure, int) else f"{figure:.5g}"
