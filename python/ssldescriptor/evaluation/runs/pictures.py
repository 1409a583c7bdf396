"""Pictures of the pairs that most and least methods master."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.drawing import draw_matches
from ssldescriptor.evaluation.report.content import Picture
from ssldescriptor.evaluation.scoring import Pair, Result
from ssldescriptor.evaluation.store import Stored

if TYPE_CHECKING:
    from ssldescriptor.evaluation.runs.session import Session

P = TypeVar("P", bound=Pair)
# Points (M, 2) of both views, row by row partners, and (M,) bool: right or wrong.
DrawnMatches = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


def extremes(
    results: Mapping[str, Sequence[Result]], value: Callable[[Result], float], count: int
) -> list[tuple[str, str]]:
    """Return the best and the worst pairs by their mean value over the methods.

    Args:
        results: by method.
        value: of a result, the higher the better.
        count: of each kind; a pair is shown once.

    Returns:
        ("best", name), the best first, then ("worst", name), the worst first.
    """
    values: dict[str, list[float]] = {}
    for rows in results.values():
        for row in rows:
            values.setdefault(row.pair, []).append(value(row))
    order = sorted(values, key=lambda name: (-float(np.mean(values[name])), name))
    best = order[:count]
    worst = [name for name in order[::-1][:count] if name not in best]
    return [("best", name) for name in best] + [("worst", name) for name in worst]


def draw_extremes(
    session: Session,
    pairs: Sequence[P],
    chosen: Sequence[tuple[str, str]],
    match: Callable[[Stored, Stored, P], DrawnMatches],
) -> list[Picture]:
    """Draw every method's matches of the pairs that `extremes` chose."""
    by_name = {pair.name: pair for pair in pairs}
    pictures = []
    for rank, name in chosen:
        pair = by_name[name]
        images = pair.image0.read().image, pair.image1.read().image
        for method in session.methods:
            view0 = session.extraction.get(method, pair.image0)
            view1 = session.extraction.get(method, pair.image1)
            assert view0 is not None
            assert view1 is not None
            points0, points1, good = match(view0, view1, pair)
            right = f"{good.sum()} of {len(good)} matches are right"
            drawn = draw_matches(images[0], points0, images[1], points1, good=good)
            pictures.append(Picture(f"{rank}: {name}, {method.label}: {right}", drawn))
    return pictures
