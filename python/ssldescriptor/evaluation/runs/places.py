"""`ssldescriptor evaluate places`: image retrieval by local features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ssldescriptor.evaluation.asmk import import_asmk
from ssldescriptor.evaluation.datasets.places import PlaceSet, list_images, read_places
from ssldescriptor.evaluation.datasets.revisited import (
    RevisitedSet,
    find_ground_truth,
    read_revisited,
)
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.ranking import recall_at, revisited_scores
from ssldescriptor.evaluation.report.content import Chart, Picture, Report, Section, Table
from ssldescriptor.evaluation.runs.config import RunConfig
from ssldescriptor.evaluation.runs.places_ranking import (
    Orders,
    method_rankings,
    read_shortlists,
)
from ssldescriptor.evaluation.runs.places_report import (
    DEPTHS,
    explanation,
    places_charts,
    places_table,
)
from ssldescriptor.evaluation.runs.session import Session
from ssldescriptor.evaluation.sources import ImageSource
from ssldescriptor.evaluation.tasks.sweeps import evenly

CURVE = tuple(range(1, 26))
AGGREGATIONS = ("vlad", "asmk")


@dataclass(frozen=True, kw_only=True)
class PlacesConfig(RunConfig):
    """Settings of the retrieval evaluation.

    Attributes:
        vocabulary: folder of other images, from which every method learns its words.
        shortlist: instead of it, a file of pairs "query database", those of a query in the order
            that a global descriptor gave them; every method re-ranks the same lists.
        aggregation: how descriptors make one vector or set of an image: "vlad" or "asmk".
        num_words: words of a vocabulary.
        vocabulary_images: at most so many images of the folder, spread over it.
        database: subfolder of the images to find; see datasets/places.py.
        queries: subfolder of the images to find them by.
        tolerance: of sets with numbered images, see read_places.
        rerank: so many of the first are sorted again by geometry; 0 for none.
        ratio: ratio test of that geometry.
    """

    vocabulary: str = ""
    shortlist: str = ""
    aggregation: str = "vlad"
    num_words: int = 64
    vocabulary_images: int = 200
    database: str = ""
    queries: str = ""
    tolerance: int = 2
    rerank: int = 0
    ratio: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.aggregation not in AGGREGATIONS:
            raise ValueError(
                f"aggregation={self.aggregation!r} is unknown; known: {', '.join(AGGREGATIONS)}"
            )
        for name, least in {
            "num_words": 2,
            "vocabulary_images": 1,
            "tolerance": 0,
            "rerank": 0,
        }.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name}={getattr(self, name)}, {least} or more is wanted")
        if not 0 < self.ratio <= 1:
            raise ValueError(f"ratio={self.ratio}, a number in (0, 1] is wanted")
        if bool(self.vocabulary) == bool(self.shortlist):
            raise ValueError("either a vocabulary or a shortlist is wanted")
        if self.shortlist and not self.rerank:
            raise ValueError("rerank=0, but a shortlist is there to be re-ranked")


def evaluate_places(config: PlacesConfig) -> Report:
    """Run the evaluation and write its results.

    Raises:
        FileNotFoundError: no data, no images for the vocabulary, or no shortlist.
        ValueError: an unknown method, asmk is missing, or no query that could be answered.
    """
    if config.aggregation == "asmk":
        import_asmk()
    if config.shortlist and not Path(config.shortlist).is_file():
        raise FileNotFoundError(f"no shortlist {config.shortlist}")
    failures = Failures()
    places = _read_set(config, failures)
    others = []
    if config.vocabulary:
        found = list_images(Path(config.vocabulary), config.max_side)
        # A folder of the test may have the same name, and images of the same names in it.
        named = [replace(image, name=f"vocabulary {image.name}") for image in found]
        others = evenly(named, config.vocabulary_images)
    session = Session(config, failures=failures)
    session.extract([*others, *places.database, *places.queries])
    asked = [i for i, q in enumerate(places.queries) if _readable(session, q)]
    if not asked:
        raise ValueError(f"no query of {config.data} could be used: {failures.summary()}")
    rankings: dict[str, Orders] = {}
    if config.shortlist:
        rankings["shortlist"] = read_shortlists(Path(config.shortlist), places, asked, failures)
    for method in session.methods:
        listed = rankings.get("shortlist")
        rankings |= method_rankings(config, session, method, places, asked, others, listed)
    scores = {name: _scores(places, asked, orders) for name, orders in rankings.items()}
    curves: dict[str, list[tuple[float, float]]] = {}
    if isinstance(places, PlaceSet):
        right = [places.relevant[i] for i in asked]
        for name, orders in rankings.items():
            curves[name] = [(float(n), recall_at(orders, right, n)) for n in CURVE]
    if not scores:
        raise ValueError(f"no method could be scored: {failures.summary()}")
    parts: list[Table | Chart | Picture] = [places_table(scores, places), *places_charts(curves)]
    aggregation = "shortlist" if config.shortlist else config.aggregation
    text = explanation(aggregation, config.num_words, config.rerank)
    sections = [Section("Scores", parts, text)]
    return session.finish(f"Retrieval: {config.root.name}", sections, {"scores": scores})


def _read_set(config: PlacesConfig, failures: Failures) -> PlaceSet | RevisitedSet:
    if find_ground_truth(config.root):
        return read_revisited(config.root, failures, config.max_side)
    return read_places(
        config.root,
        failures,
        database=config.database,
        queries=config.queries,
        tolerance=config.tolerance,
        max_side=config.max_side,
    )


def _scores(
    places: PlaceSet | RevisitedSet, asked: Sequence[int], orders: Orders
) -> dict[str, Any]:
    if isinstance(places, RevisitedSet):
        return revisited_scores(orders, [places.truth[i] for i in asked])
    relevant = [places.relevant[i] for i in asked]
    recalls = {f"recall_{n}": recall_at(orders, relevant, n) for n in DEPTHS}
    return recalls | {"num_queries": len(asked), "num_database": len(places.database)}


def _readable(session: Session, image: ImageSource) -> bool:
    return any(session.extraction.get(method, image) for method in session.methods)
