"""The figures of a run: a line on the terminal and a row of log.csv every few steps."""

from __future__ import annotations

import time
from pathlib import Path


class Logbook:
    """Averages figures between log lines."""

    def __init__(self, path: Path, every: int, steps: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.every, self.steps = path, every, steps
        self._sums: dict[str, float] = {}
        self._count = 0
        self._clock = time.monotonic()

    def add(self, step: int, figures: dict[str, float]) -> None:
        """Take the figures of one step; write when it is time."""
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._count += 1
        if step % self.every and step != self.steps:
            return
        seconds = (time.monotonic() - self._clock) / self._count
        means = {name: total / self._count for name, total in self._sums.items()}
        means["seconds"] = seconds
        if not self.path.exists():
            self.path.write_text("step," + ",".join(means) + "\n")
        with self.path.open("a") as file:
            file.write(f"{step}," + ",".join(f"{v:.5g}" for v in means.values()) + "\n")
        shown = "  ".join(f"{name} {value:.3f}" for name, value in means.items())
        print(f"{step}/{self.steps}  {shown}", flush=True)
        self._sums, self._count, self._clock = {}, 0, time.monotonic()
