"""The retrieval evaluation's table, chart and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ssldescriptor.evaluation.datasets.places import PlaceSet
from ssldescriptor.evaluation.datasets.revisited import RevisitedSet
from ssldescriptor.evaluation.ranking import DIFFICULTIES
from ssldescriptor.evaluation.report.content import Chart, Table

DEPTHS = (1, 5, 10)


def places_table(scores: Mapping[str, Any], places: PlaceSet | RevisitedSet) -> Table:
    """Return recall of places, or precision of landmarks at every difficulty."""
    title = f"{len(places.queries)} queries, {len(places.database)} images"
    if isinstance(places, PlaceSet):
        header = ["method", *(f"recall@{n}" for n in DEPTHS)]
        rows = [[m, *(f"{s[f'recall_{n}']:.3f}" for n in DEPTHS)] for m, s in scores.items()]
        return Table(title, header, rows)
    header = ["method", *(f"{d} {n}" for d in DIFFICULTIES for n in ("mAP", "mP@10"))]
    rows = [
        [m, *(f"{s[d][key]:.3f}" for d in DIFFICULTIES for key in ("map", "mp_10"))]
        for m, s in scores.items()
    ]
    return Table(title, header, rows)


def places_charts(curves: Mapping[str, list[tuple[float, float]]]) -> list[Chart]:
    """Return the curve of recall, where there is one."""
    return [Chart("recall@N", "N", "share of queries", curves)] if curves else []


COMPARED = {
    "vlad": "aggregated by VLAD over {} words of its own, learnt on other images, and compared by "
    "the dot product.",
    "asmk": "aggregated in each of {} words of its own, learnt on other images, made binary, and "
    "compared word by word (ASMK*, by the package asmk).",
}
LISTED = "The shortlist was given; images that it does not name are not found."


def explanation(aggregation: str, num_words: int, rerank: int) -> str:
    """Return what the numbers mean."""
    text = LISTED
    if aggregation in COMPARED:
        text = "Every method's descriptors are " + COMPARED[aggregation].format(num_words)
    if rerank:
        text += (
            f" Re-ranked: the first {rerank} in the order of how many mutual matches agree with "
            "one fundamental matrix."
        )
    return text
