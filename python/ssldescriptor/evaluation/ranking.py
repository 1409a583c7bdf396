"""Scores of ranked lists: recall of places, average precision of landmarks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Of each difficulty: what counts as right, and what is ignored.
DIFFICULTIES = {
    "easy": (("easy",), ("junk", "hard")),
    "medium": (("easy", "hard"), ("junk",)),
    "hard": (("hard",), ("junk", "easy")),
}
PRECISION_AT = (1, 5, 10)
# Indexes into a database, the best first.
Order = Sequence[int] | NDArray[np.intp]


def rank(queries: ArrayLike, database: ArrayLike) -> NDArray[np.intp]:
    """Order the database for each query by the dot product, highest first, ties to the lowest.

    Args:
        queries: (Q, D).
        database: (N, D).

    Returns:
        (Q, N) indexes into the database.
    """
    similarity = np.asarray(queries) @ np.asarray(database).T
    return np.argsort(-similarity, axis=1, kind="stable")


def recall_at(orders: Sequence[Order], relevant: Sequence[Collection[int]], depth: int) -> float:
    """Return the share of queries that have a right answer among their first `depth`.

    Recall@N of place recognition (Arandjelovic et al., "NetVLAD", CVPR 2016, section 5.1).

    Args:
        orders: for each query the database in order, the best first.
        relevant: for each query the right answers; never empty.
        depth: N.

    Returns:
        In [0, 1]; 0 without queries.
    """
    hits = [
        not set(right).isdisjoint(int(item) for item in order[:depth])
        for order, right in zip(orders, relevant, strict=True)
    ]
    return float(np.mean(hits)) if hits else 0.0


def positions(order: Order, relevant: Collection[int], ignored: Collection[int]) -> list[int]:
    """Return the 0-based places of the right answers in a list without what is ignored."""
    right, skipped = set(relevant), set(ignored)
    kept = [item for item in order if item not in skipped]
    return [place for place, item in enumerate(kept) if item in right]


def average_precision(places: Sequence[int], count: int) -> float:
    """Return the area under the precision-recall curve, by trapezoids.

    As the Oxford buildings protocol has it (Philbin et al., CVPR 2007) and its revision keeps it.

    Args:
        places: 0-based, ascending; see positions.
        count: how many right answers there are, found or not; above 0.
    """
    area = 0.0
    for found, place in enumerate(places):
        before = found / place if place else 1.0
        area += (before + (found + 1) / (place + 1)) / 2 / count
    return area


def revisited_scores(
    orders: Sequence[Order], truth: Sequence[Mapping[str, Collection[int]]]
) -> dict[str, dict[str, float]]:
    """Score ranked lists by the protocol of the revisited Oxford and Paris sets.

    Radenovic et al., "Revisiting Oxford and Paris", CVPR 2018, section 3.3. Queries without right
    answers of a difficulty do not count there.

    Args:
        orders: for each query the database in order, the best first.
        truth: for each query the database indexes called "easy", "hard" and "junk".

    Returns:
        For each of DIFFICULTIES: "map", "mp_1", "mp_5", "mp_10" (precision among the first so many,
        but no deeper than the last right answer) and "num_queries".
    """
    scores = {}
    for name, (right_kinds, ignored_kinds) in DIFFICULTIES.items():
        rows = []
        for order, answers in zip(orders, truth, strict=True):
            right = {item for kind in right_kinds for item in answers[kind]}
            ignored = {item for kind in ignored_kinds for item in answers[kind]} - right
            if right:
                places = positions(order, right, ignored)
                rows.append(
                    [average_precision(places, len(right)), *_precisions(places, len(right))]
                )
        means = np.mean(rows, axis=0) if rows else np.zeros(1 + len(PRECISION_AT))
        names = ["map", *(f"mp_{depth}" for depth in PRECISION_AT)]
        scores[name] = dict(zip(names, means.tolist(), strict=True)) | {"num_queries": len(rows)}
    return scores


def _precisions(places: Sequence[int], count: int) -> list[float]:
    # Right answers that a shortlist does not name would come behind it.
    last = max(places) + 1 if len(places) == count else max(PRECISION_AT)
    depths = [min(last, depth) for depth in PRECISION_AT]
    return [sum(place < depth for place in places) / depth for depth in depths]
