"""What a model scores on sequences in the layout of HPatches; shown, never selected on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ssldescriptor.evaluation.datasets.sequences import HomographyPair, read_sequences
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.training.validation import Extract, match_views, share_right

MAX_KEYPOINTS = 2048


def score_sequences(extract: Extract, folder: Path) -> dict[str, float]:
    """Match the sequences of a folder in the layout of HPatches.

    Returns:
        MMA@3 by source, e.g. "v_ox": the mean over its pairs, 0 for a pair without any match.

    Raises:
        FileNotFoundError: no sequence there.
        ValueError: a sequence is incomplete.
    """
    scores: dict[str, list[float]] = {}
    for sequence in read_sequences(folder):
        failures = Failures()
        pairs = sequence.pairs(failures)
        if failures.entries:
            raise ValueError(f"{sequence.folder}: {failures.entries[0].reason}")
        for pair in pairs:
            scores.setdefault(pair.source, []).append(_score(extract, pair))
    return {source: float(np.mean(values)) for source, values in sorted(scores.items())}


def _score(extract: Extract, pair: HomographyPair) -> float:
    view0, view1 = pair.image0.read(), pair.image1.read()
    grays = (
        np.asarray(cv2.cvtColor(view.image, cv2.COLOR_BGR2GRAY), np.uint8)
        for view in (view0, view1)
    )
    h_0to1 = view1.matrix @ pair.homography @ np.linalg.inv(view0.matrix)
    *_, errors = match_views(extract, grays, h_0to1, MAX_KEYPOINTS)
    return share_right(errors)
