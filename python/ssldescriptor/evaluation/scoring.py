"""The second loop of an evaluation: the scores of every pair by every method."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.extraction import Extraction
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.methods import Method
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.sources import ImageSource, digest
from ssldescriptor.evaluation.store import Stored


class UnscorableError(Exception):
    """The pair says nothing about any method, for example because its views do not overlap."""


class Pair(Protocol):
    """Two images, and numbers that say how they are related."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def image0(self) -> ImageSource: ...  # noqa: D102
    @property
    def image1(self) -> ImageSource: ...  # noqa: D102
    @property
    def truth(self) -> NDArray[np.float64]: ...  # noqa: D102


P = TypeVar("P", bound=Pair)
Scores = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """The scores of one pair: plain numbers, None where there is none."""

    pair: str
    source: str
    scores: Scores


class ScoreFile:
    """The scores of one method, a line of JSON each, added as they are made.

    An interruption can only tear the last line; it is made again.
    """

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self._path = path
        self._known: dict[str, Scores] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not fresh:
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                    self._known[entry["key"]] = entry["scores"]
                except (ValueError, KeyError, TypeError):
                    continue

    def get(self, key: str, make: Callable[[], Scores]) -> Scores:
        """Return the scores under a key, made and added if they are not there."""
        if key not in self._known:
            scores = self._known[key] = make()
            # The line break comes first, so that a torn line before it stays alone.
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n" + json.dumps({"key": key, "scores": scores}))
        return self._known[key]


def score_pairs(
    methods: Sequence[Method],
    pairs: Sequence[P],
    extraction: Extraction,
    score: Callable[[Stored, Stored, P], Scores],
    folder: Path,
    failures: Failures,
    settings: object = "",
) -> dict[str, list[Result]]:
    """Score every pair by every method.

    Args:
        methods: whose features were extracted.
        pairs: a pair with an image that could not be read is left out (it is noted already).
        extraction: where the features are.
        score: two views and their pair to numbers; raises UnscorableError to leave the pair out.
        folder: where scores are kept between runs.
        failures: takes the pairs that were left out.
        settings: whatever `score` depends on beside its arguments.

    Returns:
        By the methods' specs, the results in the order of the pairs.
    """
    files = {
        m.spec: ScoreFile(folder / f"{m.folder}.jsonl", fresh=extraction.store.fresh)
        for m in methods
    }
    results: dict[str, list[Result]] = {method.spec: [] for method in methods}
    for pair in progress(pairs, "scores"):
        for method in methods:
            views = extraction.get(method, pair.image0), extraction.get(method, pair.image1)
            if views[0] is None or views[1] is None:
                continue
            view0, view1 = views[0], views[1]
            key = digest(view0.key, view1.key, pair.truth, settings)
            try:
                scores = files[method.spec].get(key, lambda: score(view0, view1, pair))  # noqa: B023
            except UnscorableError as reason:
                failures.add("pair", pair.name, str(reason))
                break
            results[method.spec].append(Result(pair.name, pair.source, scores))
    return results


def by_source(results: Sequence[Result]) -> dict[str, list[Scores]]:
    """Group scores by source, in the order of names; numbers in them count as numbers."""
    groups: dict[str, list[Scores]] = {}
    for result in results:
        groups.setdefault(result.source, []).append(result.scores)
    return dict(sorted(groups.items(), key=lambda group: _parts(group[0])))


def _parts(name: str) -> list[str | int]:
    """Return text and numbers in turn."""
    return [int(part) if i % 2 else part for i, part in enumerate(re.split(r"(\d+)", name))]
