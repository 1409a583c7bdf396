"""Tables of figures that grow while a run goes: one row a step, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path


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
        """Append a row and write the table anew, whole."""
        row = {"step": str(step)} | {name: f"{value:.5g}" for name, value in figures.items()}
        self.rows.append(row)
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        temporary.replace(self.path)
