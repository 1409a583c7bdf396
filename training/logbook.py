"""The figures of a run: log lines, a progress bar on a terminal, log.csv, TensorBoard."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.files import write_picture
from ssldescriptor.training.table import Table
from ssldescriptor.training.throughput import describe_stages, pairs_per_core, waiting_advice
from ssldescriptor.training.timing import take_stages

# Steps whose times say something.
ENOUGH = 10


class Logbook:
    """Averages the figures of steps and shows them every so often."""

    def __init__(self, config: TrainConfig, start: int) -> None:
        self.config, self.folder = config, Path(config.output)
        self._log = Table(self.folder / "log.csv", start)
        self._scores = Table(self.folder / "validation.csv", start)
        self._curves = _curves(self.folder / "tensorboard", start) if config.tensorboard else None
        # None: only where standard error is a terminal.
        self._bar = tqdm(total=config.steps, initial=start, unit="step", disable=None)
        self._advised = False
        self._begin()

    def _begin(self) -> None:
        self._sums: dict[str, float] = {}
        self._count = 0
        self._clock = time.monotonic()
        take_stages()

    def note(self, text: str) -> None:
        """Show a line."""
        tqdm.write(text)
        sys.stdout.flush()

    def add(self, step: int, figures: dict[str, float]) -> None:
        """Take the figures of one step; write when it is time."""
        self._bar.update()
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._count += 1
        if step % self.config.log_every and step != self.config.steps:
            return
        seconds = (time.monotonic() - self._clock) / self._count
        stages = {name: total / self._count for name, total in take_stages().items()}
        means = {name: total / self._count for name, total in self._sums.items()}
        means |= {"seconds": seconds}
        shown = "  ".join(f"{name} {value:.3f}" for name, value in means.items())
        self.note(f"{step}/{self.config.steps}  {shown}")
        self.note(f"  {describe_stages(stages, seconds)}; {pairs_per_core(self.config, seconds)}")
        advice = waiting_advice(stages, seconds)
        # The first batch of all waits for the loader processes to start.
        if advice and not self._advised and self._count >= ENOUGH:
            self.note(advice)
            self._advised = True
        means |= {f"seconds_{name}": value for name, value in stages.items()}
        self._log.add(step, means)
        self._draw("training", step, means)
        self._begin()

    def add_scores(self, step: int, scores: dict[str, float]) -> None:
        """Take the scores of a validation."""
        shown = "  ".join(f"{name} {value:.3f}" for name, value in scores.items())
        self.note(f"{step}/{self.config.steps}  on unseen photographs: {shown}")
        self._scores.add(step, scores)
        self._draw("validation", step, scores)

    def add_picture(self, step: int, name: str, picture: NDArray[np.uint8]) -> None:
        """Take a picture (H, W, 3) BGR: pictures/NAME_STEP.png."""
        write_picture(self.folder / "pictures" / f"{name}_{step:06d}.png", picture)
        if self._curves:
            self._curves.add_image(name, picture[..., ::-1].copy(), step, dataformats="HWC")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Leave what is done in the block out of the time of the steps."""
        started = time.monotonic()
        yield
        self._clock += time.monotonic() - started

    def close(self) -> None:
        """End the bar and write what TensorBoard has not been given yet."""
        self._bar.close()
        if self._curves:
            self._curves.close()

    def _draw(self, group: str, step: int, figures: dict[str, float]) -> None:
        if self._curves:
            for name, value in figures.items():
                self._curves.add_scalar(f"{group}/{name}", value, step)


def _curves(folder: Path, start: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ValueError(
            "tensorboard=true needs the package tensorboard: pip install 'ssldescriptor[train]'"
        ) from error
    return SummaryWriter(str(folder), purge_step=start + 1)
