"""Matches of many pairs of images, into one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor import __version__
from ssldescriptor.collections.engine import Engine, WorkerDiedError
from ssldescriptor.collections.h5 import (
    MATCHES,
    FeatureFile,
    ImageFeatures,
    MatchFile,
    write_matches,
)
from ssldescriptor.collections.outputs import Summary, check_facts, replace_file
from ssldescriptor.collections.pairs import (
    PairOptions,
    Pairs,
    exhaustive_pairs,
    neighbour_pairs,
    read_pairs,
    sequence_pairs,
    union,
)
from ssldescriptor.collections.parts import Arrays, Parts, digest, parts_beside
from ssldescriptor.collections.retrieval import look_alikes
from ssldescriptor.collections.together import pair_key, settings_key
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.formats import NUM_BITS, SIFT_SCALE
from ssldescriptor.geometry import estimate
from ssldescriptor.matching import Matches, match

MODELS = ("none", "fundamental", "homography")
# Pairs of one image that a worker does at a time: its features are read once, and little is lost
# when it is killed.
CHUNK = 32
Names = tuple[str, str]


@dataclass(frozen=True)
class MatchOptions:
    """How a pair is matched; always mutually.

    Attributes:
        ratio: see matching.match; None for no test.
        verify: of MODELS; keeps the matches that agree with one, "none" keeps all.
        max_error: of an inlier, pixels of the file.
    """

    ratio: float | None = None
    verify: str = "none"
    max_error: float = 3.0

    def __post_init__(self) -> None:
        if self.verify not in MODELS:
            raise ValueError(f"verify={self.verify!r}; {', '.join(MODELS)} are known")
        if self.ratio is not None and not 0 < self.ratio <= 1:
            raise ValueError(f"ratio is {self.ratio}; a number in (0, 1] is wanted")
        if not self.max_error > 0:
            raise ValueError(f"max_error is {self.max_error}; a number above 0 is wanted")

    def facts(self, features: dict[str, Any]) -> dict[str, Any]:
        """Return everything that matches depend on; `features` are the facts of theirs."""
        return asdict(self) | {
            "content": "matches",
            "features": features,
            "matcher": __version__,
        }


@dataclass(frozen=True)
class MatchWork:
    """The work on some pairs of one image.

    Attributes:
        features: the file of features.
        options: how pairs are matched.
        parts: where the matches go.
    """

    features: Path
    options: MatchOptions
    parts: Parts

    def __call__(self, item: tuple[str, tuple[Names, ...]]) -> bool:
        """Do (key, pairs) and tell whether they are new; the part has arrays `0.matches0`, ..."""
        key, pairs = item
        if self.parts.load(key) is not None:
            return False
        arrays: dict[str, NDArray[Any]] = {}
        with FeatureFile(self.features) as file:
            form, name, first = file.facts["descriptor"], "", None
            for i, (name0, name1) in enumerate(pairs):
                if first is None or name0 != name:
                    name, first = name0, file.load(name0)
                found = match_features(first, file.load(name1), self.options, form)
                arrays |= {f"{i}.{field}": array for field, array in found.items()}
        self.parts.save(key, arrays)
        return True


def match_features(
    first: ImageFeatures, second: ImageFeatures, options: MatchOptions, form: str
) -> Arrays:
    """Match two images.

    Returns:
        matches0 (N0,) int32, the row of the second image or -1; matching_scores0 (N0,) float32, in
        [0, 1] where matched: hloc's (1 + cosine) / 2, or the share of equal bits.
    """
    found = match(first.descriptors, second.descriptors, ratio=options.ratio, num_threads=1)
    kept = np.ones(len(found), dtype=np.bool_)
    if options.verify != "none":
        points0 = first.keypoints.xy[found.index0]
        points1 = second.keypoints.xy[found.index1]
        model: Any = options.verify
        _, kept = estimate(points0, points1, model, options.max_error)
    matches0 = np.full(len(first.keypoints), -1, np.int32)
    scores = np.zeros(len(first.keypoints), np.float32)
    matches0[found.index0[kept]] = found.index1[kept]
    scores[found.index0[kept]] = scores_of(found, form)[kept]
    return {"matches0": matches0, "matching_scores0": scores}


def scores_of(matches: Matches, form: str) -> NDArray[np.float32]:
    """Return what matching_scores0 has, of distances between rows of a form."""
    if form == "binary":
        return np.asarray(1 - matches.distance / NUM_BITS, np.float32)
    # |a - b|^2 = 2 - 2 cos for unit rows
    length = SIFT_SCALE if form == "sift" else 1.0
    score = 1 - (matches.distance / np.float32(length)) ** 2 / 4
    return np.clip(score, 0, 1).astype(np.float32)


def match_collection(
    features: Path,
    output: Path,
    options: MatchOptions,
    selection: PairOptions,
    engine: Engine,
    *,
    overwrite: bool = False,
) -> Summary:
    """Bring the matches of the selected pairs into one file.

    Matches that an earlier, perhaps killed, run has made are kept as long as neither features nor
    options have changed. The file appears, or is replaced, as a whole at the end.

    Args:
        features: made by extract_collection.
        output: the HDF5 file; beside it `output`.pairs.txt lists the pairs.
        options: how pairs are matched.
        selection: which pairs are.
        engine: runs the work.
        overwrite: replace `output`, whatever it holds.

    Raises:
        ValueError: no pair, or `output` was made with other features or options.
        OSError: a file cannot be read or written.
    """
    with FeatureFile(features) as file:
        facts, keys = options.facts(file.facts), file.index()
    parts = parts_beside(output)
    old = {} if overwrite or not output.exists() else _old_keys(output, facts)
    pairs = select_pairs(features, keys, selection, engine, parts)
    if not len(pairs):
        raise ValueError(f"no pair of the {len(keys)} images is selected")
    settings, names = settings_key(facts), list(keys)
    wanted = {
        (names[i], names[j]): pair_key(settings, keys[names[i]], keys[names[j]])
        for i, j in pairs.tolist()
    }
    items = chunks({pair: key for pair, key in wanted.items() if old.get(pair) != key})
    summary = Summary(kept=len(wanted) - sum(len(part) for _, part in items))
    work = MatchWork(features.absolute(), options, parts)
    for (_, part), made in progress(engine.run(work, items), "matches", len(items)):
        if isinstance(made, WorkerDiedError):
            raise made
        summary.count(len(part), made=made)
    summary.gone = len(old.keys() - wanted.keys())
    if wanted != old:
        entries = _entries(wanted, old, output, items, parts)
        replace_file(output, parts, lambda draft: write_matches(draft, facts, entries))
    list_ = "".join(f"{name0} {name1}\n" for name0, name1 in wanted)
    output.with_name(f"{output.name}.pairs.txt").write_text(list_, encoding="utf-8")
    parts.remove()
    return summary


def select_pairs(
    features: Path, keys: dict[str, str], options: PairOptions, engine: Engine, parts: Parts
) -> Pairs:
    """Return the pairs of images that are to be matched, as positions in `keys`."""
    names, found = list(keys), []
    if "exhaustive" in options.select:
        found.append(exhaustive_pairs(len(names)))
    if "sequence" in options.select:
        found.append(sequence_pairs(names, options.window))
    if options.pairs:
        found.append(read_pairs(Path(options.pairs), names))
    if "retrieval" in options.select:
        count, words = options.neighbours, options.words
        key = digest("look-alikes", count, words, *keys.items())
        near = parts.load(key)
        if near is None:
            made = look_alikes(features, keys, engine, parts, neighbours=count, num_words=words)
            near = {"near": made}
            parts.save(key, near)
        found.append(neighbour_pairs(near["near"]))
    return union(found)


def chunks(wanted: dict[Names, str]) -> list[tuple[str, tuple[Names, ...]]]:
    """Group pairs by their first image, CHUNK at a time; each group has a key."""
    items = []
    for _, group in groupby(wanted, key=lambda pair: pair[0]):
        pairs = list(group)
        for i in range(0, len(pairs), CHUNK):
            part = tuple(pairs[i : i + CHUNK])
            items.append((digest("pairs", *(wanted[pair] for pair in part)), part))
    return items


def _old_keys(output: Path, facts: dict[str, Any]) -> dict[Names, str]:
    with MatchFile(output) as file:
        check_facts(output, file.facts, facts)
        return file.index()


def _entries(
    wanted: dict[Names, str],
    old: dict[Names, str],
    output: Path,
    items: list[tuple[str, tuple[Names, ...]]],
    parts: Parts,
) -> Iterator[tuple[Names, str, Arrays]]:
    """Yield what write_matches wants, in the order of `wanted`, a chunk in memory at a time."""
    place = {pair: (key, i) for key, part in items for i, pair in enumerate(part)}
    last, arrays = "", dict[str, Any]()
    with ExitStack() as stack:
        file = stack.enter_context(MatchFile(output)) if old else None
        for pair, key in wanted.items():
            if pair not in place:
                assert file is not None  # it is among the old ones
                yield pair, key, file.arrays(pair)
                continue
            part, i = place[pair]
            if part != last:
                last, arrays = part, dict(parts.need(part))
            yield pair, key, {field: arrays[f"{i}.{field}"] for field in MATCHES}
