"""Which keypoints are kept: those that rank high and whose direction is sure."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

# On relit views of photographs kept out of training MMA@3 is .536, .539, .541 and .537 on average
# with .5, .75, 1 and 1.5 (16 pairs of each kind).
CERTAINTY_WEIGHT = np.float32(1.0)
# Certainty is asked for so many times the keypoints wanted, then for the few that can still get in:
# 1.37 times in all on photographs; 1.44 and 1.51 times with 1.2 and 1.5 here.
SPARE = 1.3
# With a least distance so many times the keypoints wanted are chosen first, to choose from: two
# pixels leave 2020 to 2048 of 2048 wanted on photographs.
CROWD = 1.5


def select_surest(
    rank: FloatArray, count: int, certainty: Callable[[slice], FloatArray]
) -> tuple[NDArray[np.intp], FloatArray]:
    """Choose the candidates of the highest score, rank + CERTAINTY_WEIGHT * certainty.

    The result is that of scoring all of them, but most are never asked for their certainty: it
    only lowers a score, so whoever ranks below the last score kept cannot get in.

    Args:
        rank: (N,) float32, in descending order.
        count: How many to keep, at most.
        certainty: From consecutive candidates to their certainty, float32, at most 0; each
            candidate is asked once at the most, earlier ones first.

    Returns:
        Positions (K,) of the chosen, best first, equals in the order given; and their scores (K,).
    """
    asked = min(math.ceil(SPARE * count), len(rank))
    score = rank[:asked] + CERTAINTY_WEIGHT * certainty(slice(0, asked))
    if 0 < count < asked:
        last = np.partition(score, asked - count)[asked - count]
        able = int(np.count_nonzero(rank >= last))
        if able > asked:
            more = rank[asked:able] + CERTAINTY_WEIGHT * certainty(slice(asked, able))
            score = np.concatenate([score, more])
    order = np.argsort(-score, kind="stable")[:count]
    return order, score[order]


def chance_of(score: FloatArray) -> FloatArray:
    """Return the chances (N,) whose logits are the scores."""
    return np.exp(-np.logaddexp(np.float32(0), -score))
