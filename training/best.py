"""Scores on photographs that the model never sees, and the weights that scored best."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.extraction import extractor
from ssldescriptor.training.state import TrainingState
from ssldescriptor.training.validation import validate


def judge(state: TrainingState, unseen: Sequence[NDArray[np.uint8]]) -> dict[str, float]:
    """Score the weights on synthetic pairs of unseen photographs; the best go to best.pt.

    The score that decides is the mean matching accuracy at 3 px over all kinds of pairs; of equal
    ones the earlier stays.

    Returns:
        The figures of every kind, and "score".
    """
    with state.evaluated() as model:
        scores = validate(
            extractor(model, num_threads=state.config.threads),
            unseen,
            pairs=state.config.validation_pairs,
        )
    figures = {f"{kind}_mma": score.mma for kind, score in scores.items()}
    figures |= {f"{kind}_correct": score.correct for kind, score in scores.items()}
    score = float(np.mean([score.mma for score in scores.values()]))
    if score > state.best_score:
        state.best_score = score
        path = Path(state.config.output) / "best.pt"
        save_checkpoint(path, state.weights_only() | {"score": score})
    return figures | {"score": score}
