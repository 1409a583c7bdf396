"""`ssldescriptor evaluate places`: image retrieval by local features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.aggregation import Rows, unit_rows, vlad
from ssldescriptor.evaluation.asmk import asmk_orders, import_asmk
from ssldescriptor.evaluation.datasets.places import PlaceSet, list_images, read_places
from ssldescriptor.evaluation.datasets.revisited import (
    RevisitedSet,
    find_ground_truth,
    read_revisited,
)
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.methods import Method
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.ranking import rank, recall_at, revisited_scores
from ssldescriptor.evaluation.report.content import Chart, Picture, Report, Section, Table
from ssldescriptor.evaluation.runs.config import RunConfig
from ssldescriptor.evaluation.runs.places_report import (
    DEPTHS,
    explanation,
    places_charts,
    places_table,
)
from ssldescriptor.evaluation.runs.session import Session
from ssldescriptor.evaluation.scoring import ScoreFile
from ssldescriptor.evaluation.sources import ImageSource, digest
from ssldescriptor.evaluation.tasks.places import count_inliers, rerank, vocabulary
from ssldescriptor.evaluation.tasks.sweeps import evenly

# Raised when the same images give other scores.
PROTOCOL = "places 1"
CURVE = tuple(range(1, 26))
AGGREGATIONS = ("vlad", "asmk")
Orders = list[NDArray[np.intp]]


@dataclass(frozen=True, kw_only=True)
class PlacesConfig(RunConfig):
    """Settings of the retrieval evaluation.

    Attributes:
        vocabulary: folder of other images, from which every method learns its words.
        aggregation: how descriptors make one vector or set of an image: "vlad" or "asmk".
        num_words: words of a vocabulary.
        vocabulary_images: at most so many images of the folder, spread over it.
        database: subfolder of the images to find; see datasets/places.py.
        queries: subfolder of the images to find them by.
        tolerance: of sets with numbered images, see read_places.
        rerank: so many of the first are sorted again by geometry; 0 for none.
        ratio: ratio test of that geometry.
    """

    vocabulary: str
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


def evaluate_places(config: PlacesConfig) -> Report:
    """Run the evaluation and write its results.

    Raises:
        FileNotFoundError: no data, or no images for the vocabulary.
        ValueError: an unknown method, asmk is missing, or no query that could be answered.
    """
    if config.aggregation == "asmk":
        import_asmk()
    failures = Failures()
    places: PlaceSet | RevisitedSet
    if find_ground_truth(config.root):
        places = read_revisited(config.root, failures, config.max_side)
    else:
        places = read_places(
            config.root,
            failures,
            database=config.database,
            queries=config.queries,
            tolerance=config.tolerance,
            max_side=config.max_side,
        )
    others = evenly(list_images(Path(config.vocabulary), config.max_side), config.vocabulary_images)
    session = Session(config, failures=failures)
    session.extract([*others, *places.database, *places.queries])
    asked = [i for i, q in enumerate(places.queries) if _readable(session, q)]
    if not asked:
        raise ValueError(f"no query of {config.data} could be used: {failures.summary()}")
    scores: dict[str, Any] = {}
    curves: dict[str, list[tuple[float, float]]] = {}
    for method in session.methods:
        for name, orders in _rankings(config, session, method, places, asked, others).items():
            scores[name] = _scores(places, asked, orders)
            if isinstance(places, PlaceSet):
                right = [places.relevant[i] for i in asked]
                curves[name] = [(float(n), recall_at(orders, right, n)) for n in CURVE]
    if not scores:
        raise ValueError(f"no method could be scored: {failures.summary()}")
    parts: list[Table | Chart | Picture] = [places_table(scores, places), *places_charts(curves)]
    text = explanation(config.aggregation, config.num_words, config.rerank)
    sections = [Section("Scores", parts, text)]
    return session.finish(f"Retrieval: {config.root.name}", sections, {"scores": scores})


def _rankings(
    config: PlacesConfig,
    session: Session,
    method: Method,
    places: PlaceSet | RevisitedSet,
    asked: Sequence[int],
    others: Sequence[ImageSource],
) -> dict[str, Orders]:
    """Return by label, with and without re-ranking, the database in order for every query."""
    learnt = [
        stored.features for image in others if (stored := session.extraction.get(method, image))
    ]
    try:
        words = vocabulary(learnt, config.num_words)
    except ValueError as error:
        session.failures.add("method", "vocabulary", error, method.spec)
        return {}
    database = [_rows(session, method, image) for image in places.database]
    queries = [_rows(session, method, places.queries[i]) for i in asked]
    if config.aggregation == "asmk":
        orders = asmk_orders(queries, database, words)
    else:
        vectors = [[vlad(rows, words) for rows in images] for images in (queries, database)]
        orders = list(rank(*vectors))
    found = {method.label: orders}
    if config.rerank:
        found[f"{method.label}, re-ranked"] = _reranked(
            config, session, method, places, asked, orders
        )
    return found


def _rows(session: Session, method: Method, image: ImageSource) -> Rows:
    stored = session.extraction.get(method, image)
    if stored is None or len(stored.features.points) == 0:
        return np.zeros((0, 0), np.float32)
    return unit_rows(stored.features.descriptors)


def _reranked(
    config: PlacesConfig,
    session: Session,
    method: Method,
    places: PlaceSet | RevisitedSet,
    asked: Sequence[int],
    orders: Orders,
) -> Orders:
    path = config.folder / "scores" / f"{method.folder}.jsonl"
    file = ScoreFile(path, fresh=config.fresh)
    changed = []
    for query, order in progress(list(zip(asked, orders, strict=True)), "re-ranking"):
        first = session.extraction.get(method, places.queries[query])
        assert first is not None

        def inliers(item: int) -> int:
            second = session.extraction.get(method, places.database[item])
            if second is None:
                return -1
            key = digest(PROTOCOL, first.key, second.key, config.ratio)  # noqa: B023
            views = first.features, second.features  # noqa: B023
            return int(file.get(key, lambda: {"n": count_inliers(*views, config.ratio)})["n"])

        changed.append(rerank(order, config.rerank, inliers))
    return changed


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
