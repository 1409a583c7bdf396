"""What a run leaves behind while it goes: log, scores, pictures, checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.batch import Batch
from ssldescriptor.training.best import judge
from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.distributed import is_main
from ssldescriptor.training.extraction import extractor
from ssldescriptor.training.logbook import Logbook
from ssldescriptor.training.memory import PageFaults
from ssldescriptor.training.pictures import training_pairs, validation_matches
from ssldescriptor.training.state import TrainingState


class Recorder:
    """Watches the steps of a run and writes what is due; silent on all ranks but the first."""

    def __init__(self, state: TrainingState, unseen: Sequence[NDArray[np.uint8]]) -> None:
        self._state, self._unseen = state, unseen
        self._folder = Path(state.config.output)
        self._book = Logbook(state.config, state.step) if is_main() else None
        self._faults = PageFaults()
        if state.config.validate_every and not unseen:
            self.note("no photograph is kept out of training: no scores (data.validation_share)")

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._book:
            self._book.close()

    def note(self, text: str) -> None:
        """Show a line."""
        if self._book:
            self._book.note(text)

    def after_step(self, batch: Batch, figures: dict[str, float]) -> None:
        """Write what is due after the step that trained on the batch."""
        if not self._book:
            return
        state, config = self._state, self._state.config
        self._book.add(state.step, figures)
        advice = self._faults.after_step()
        if advice:
            self.note(advice)
        with self._book.aside():
            if self._unseen and _due(state.step, config.validate_every):
                self._book.add_scores(state.step, judge(state, self._unseen))
            if _due(state.step, config.pictures_every):
                self._draw(self._book, batch)
            if _due(state.step, config.save_every) or state.step == config.steps:
                save_checkpoint(self._folder / "last.pt", state.to_checkpoint())

    def finish(self) -> Path:
        """Write the weights alone; return the path of the last checkpoint."""
        if self._book:
            save_checkpoint(self._folder / "weights.pt", self._state.weights_only())
        return self._folder / "last.pt"

    def _draw(self, book: Logbook, batch: Batch) -> None:
        state = self._state
        with state.evaluated() as model:
            book.add_picture(state.step, "pairs", training_pairs(model, batch, state.step))
            if self._unseen:
                extract = extractor(model, num_threads=state.config.threads)
                matches = validation_matches(extract, self._unseen)
                book.add_picture(state.step, "matches", matches)


def _due(step: int, every: int) -> bool:
    return every > 0 and step % every == 0
