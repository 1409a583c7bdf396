"""Scores on photographs that the model never sees, and the weights that scored best."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.extraction import extractor
from ssldescriptor.training.sequence_scores import score_sequences
from ssldescriptor.training.state import TrainingState
from ssldescriptor.training.validation import validate


def judge(state: TrainingState, unseen: Sequence[NDArray[np.uint8]]) -> dict[str, float]:
    """Score the weights on synthetic pairs of unseen photographs; the best go to best.pt.

    The score that decides is the mean matching accuracy at 3 px over all kinds of pairs; of equal
    ones the earlier stays. Sequences, where the run names some, are scored too and decide nothing.

    Returns:
        The figures of every kind, "score", and the matching accuracy on each source of sequences.
    """
    config = state.config
    with state.evaluated() as model:
        extract = extractor(model, num_threads=config.threads)
        scores = validate(extract, unseen, pairs=config.validation_pairs)
        shown = score_sequences(extract, Path(config.sequences)) if config.sequences else {}
    figures = {f"{kind}_mma": score.mma for kind, score in scores.items()}
    figures |= {f"{kind}_correct": score.correct for kind, score in scores.items()}
    score = float(np.mean([score.mma for score in scores.values()]))
    if score > state.best_score:
        state.best_score = score
        path = Path(config.output) / "best.pt"
        save_checkpoint(path, state.weights_only() | {"score": score})
    return figures | {"score": score} | {f"{source}_mma": mma for source, mma in shown.items()}
