"""The ranked lists of the retrieval evaluation: a method's own, those of a file, re-ranked ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.aggregation import Rows, unit_rows, vlad
from ssldescriptor.evaluation.asmk import asmk_orders
from ssldescriptor.evaluation.datasets.pairs import read_pairs
from ssldescriptor.evaluation.datasets.places import PlaceSet
from ssldescriptor.evaluation.datasets.revisited import RevisitedSet
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.methods import Method
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.ranking import rank
from ssldescriptor.evaluation.runs.session import Session
from ssldescriptor.evaluation.scoring import ScoreFile
from ssldescriptor.evaluation.sources import ImageSource, digest
from ssldescriptor.evaluation.tasks.places import count_inliers, rerank, vocabulary

if TYPE_CHECKING:
    from ssldescriptor.evaluation.runs.places import PlacesConfig

# Raised when the same images give other scores.
PROTOCOL = "places 1"
Orders = list[NDArray[np.intp]]


def method_rankings(
    config: PlacesConfig,
    session: Session,
    method: Method,
    places: PlaceSet | RevisitedSet,
    asked: Sequence[int],
    others: Sequence[ImageSource],
    listed: Orders | None,
) -> dict[str, Orders]:
    """Order the database for every query.

    Args:
        config: settings.
        session: holds the features.
        method: whose.
        places: the set.
        asked: the queries that could be read.
        others: images to learn a vocabulary from.
        listed: the orders to re-rank; None for the method's own.

    Returns:
        By label, with and without re-ranking; empty, and noted, where no vocabulary can be learnt.
    """
    orders = listed or _own_orders(config, session, method, places, asked, others)
    if orders is None:
        return {}
    found = {} if listed else {method.label: orders}
    if config.rerank:
        found[f"{method.label}, re-ranked"] = _reranked(
            config, session, method, places, asked, orders
        )
    return found


def read_shortlists(
    path: Path, places: PlaceSet | RevisitedSet, asked: Sequence[int], failures: Failures
) -> Orders:
    """Read what a global descriptor found for every query, the best first.

    Args:
        path: file of pairs; images are called FOLDER/FILE as in reports, those of the revisited
            sets jpg/NAME.
        places: the set.
        asked: the queries that could be read; pairs of others are passed over.
        failures: takes lines that name no images of the set, and queries without any pair.

    Raises:
        FileNotFoundError: no such file.
    """
    queries = [image.name.removeprefix("query ") for image in places.queries]
    number = {image.name: i for i, image in enumerate(places.database)}
    pairs = read_pairs(path, set(queries), set(number), failures)
    return [
        np.array([number[name] for name in dict.fromkeys(pairs[queries[i]])], np.intp)
        for i in asked
    ]


def _own_orders(
    config: PlacesConfig,
    session: Session,
    method: Method,
    places: PlaceSet | RevisitedSet,
    asked: Sequence[int],
    others: Sequence[ImageSource],
) -> Orders | None:
    learnt = [
        stored.features for image in others if (stored := session.extraction.get(method, image))
    ]
    try:
        words = vocabulary(learnt, config.num_words)
    except ValueError as error:
        session.failures.add("method", "vocabulary", error, method.spec)
        return None
    database = [_rows(session, method, image) for image in places.database]
    queries = [_rows(session, method, places.queries[i]) for i in asked]
    if config.aggregation == "asmk":
        return asmk_orders(queries, database, words)
    vectors = [[vlad(rows, words) for rows in images] for images in (queries, database)]
    # A vector of zeros is nearer than those that look away: what shows nothing comes last.
    empty = np.array([len(rows) == 0 for rows in database])
    return [np.concatenate([o[~empty[o]], o[empty[o]]]) for o in rank(*vectors)]


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
