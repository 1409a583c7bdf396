"""The images that look most like each image: VLAD over the local features, searched by FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.collections.engine import Engine, WorkerDiedError
from ssldescriptor.collections.h5 import FeatureFile
from ssldescriptor.collections.parts import Parts, digest
from ssldescriptor.evaluation.aggregation import Rows, learn_vocabulary, unit_rows, vlad
from ssldescriptor.evaluation.progress import progress

NOBODY = -1
# As many rows a word as FAISS's own k-means draws; more change the words little.
ROWS_PER_WORD = 256
VOCABULARY_IMAGES = 500
# Images whose global descriptors are computed, or searched, at a time.
CHUNK = 64
BLOCK = 4096


def import_faiss() -> Any:
    """Import FAISS (Johnson et al., 2019).

    Raises:
        ValueError: it is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise ValueError(
            f"retrieval needs faiss ({error}); get it with: pip install "
            "'ssldescriptor[collections]'"
        ) from error
    return faiss


@dataclass(frozen=True, eq=False)
class VladWork:
    """The global descriptors of some images.

    Attributes:
        features: the file of features.
        words: the vocabulary.
        parts: where the descriptors go.
    """

    features: Path
    words: Rows
    parts: Parts

    def __call__(self, item: tuple[int, str, tuple[str, ...]]) -> None:
        """Do (position, key, names); the part has `rows` (N, K D) float32."""
        _, key, names = item
        self.parts.get(key, lambda: {"rows": self._rows(names)})

    def _rows(self, names: tuple[str, ...]) -> Rows:
        with FeatureFile(self.features) as file:
            return np.stack([vlad(unit_rows(file.descriptors(n)), self.words) for n in names])


def look_alikes(
    features: Path,
    keys: dict[str, str],
    engine: Engine,
    parts: Parts,
    *,
    neighbours: int,
    num_words: int,
) -> NDArray[np.int32]:
    """Find the images that look most like each image.

    Args:
        features: the file of features.
        keys: what identifies the features of each image, in order.
        engine: runs the work.
        parts: where what is done is kept.
        neighbours: how many, k.
        num_words: of the vocabulary.

    Returns:
        (N, k) int32 positions, the most alike first; NOBODY where there are no more.

    Raises:
        ValueError: too few features for the vocabulary, or FAISS is not installed.
    """
    import_faiss()
    everything = digest("words", num_words, *keys.items())
    words = parts.get(everything, lambda: {"words": _vocabulary(features, list(keys), num_words)})
    work = VladWork(features.absolute(), words["words"], parts)
    names = list(keys)
    chunks = [tuple(names[i : i + CHUNK]) for i in range(0, len(names), CHUNK)]
    items = [
        (i * CHUNK, digest("vlad", everything, *((n, keys[n]) for n in chunk)), chunk)
        for i, chunk in enumerate(chunks)
    ]
    parts.folder.mkdir(parents=True, exist_ok=True)
    shape = len(names), words["words"].size
    table = np.lib.format.open_memmap(parts.folder / "global.npy", "w+", np.float32, shape)
    results = progress(engine.run(work, items), "global descriptors", len(items))
    for (start, key, chunk), result in results:
        if isinstance(result, WorkerDiedError):
            raise result
        table[start : start + len(chunk)] = parts.need(key)["rows"]
    return nearest_rows(table, neighbours)


def nearest_rows(table: NDArray[np.float32], count: int, block: int = BLOCK) -> NDArray[np.int32]:
    """Find the nearest rows of every row by the exact inner product, a block at a time.

    Args:
        table: (N, D) float32 unit rows, perhaps on disk. A row of zeros, of an image without
            features, has no neighbours and is nobody's.
        count: neighbours of a row, k.
        block: rows in memory at a time, twice.

    Returns:
        (N, k) int32, nearest first, never the row itself; NOBODY where there are no more. Which of
        equally near rows are the last ones is up to FAISS.
    """
    faiss = import_faiss()
    found = np.full((len(table), count), NOBODY, np.int32)
    for start in range(0, len(table), block):
        query = np.array(table[start : start + block])
        best = np.full((len(query), 1), -np.inf, np.float32)
        index = np.full((len(query), 1), NOBODY, np.int64)
        for other in range(0, len(table), block):
            # Rows of zeros are left out before: their product 0 would beat negative ones.
            known = other + np.flatnonzero(table[other : other + block].any(axis=1))
            if not len(known):
                continue
            near, where = faiss.knn(
                query, table[known], min(count + 1, len(known)), metric=faiss.METRIC_INNER_PRODUCT
            )
            where = known[where]
            near[where == np.arange(start, start + len(query))[:, None]] = -np.inf
            best, index = _best(
                np.concatenate([best, near], axis=1), np.concatenate([index, where], axis=1), count
            )
        empty: NDArray[np.bool_] = np.asarray(query.any(axis=1) == 0)
        index[np.isneginf(best) | empty[:, None]] = NOBODY
        found[start : start + len(query), : index.shape[1]] = index
    return found


def _best(
    near: NDArray[np.float32], index: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Keep the `count` largest of each row, of equals the lowest index."""
    order = np.lexsort((index, -near), axis=1)[:, :count]
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(index, order, axis=1)


def _vocabulary(features: Path, names: Sequence[str], num_words: int) -> Rows:
    """Learn words from rows of at most VOCABULARY_IMAGES images, evenly spread."""
    spread = np.linspace(0, len(names) - 1, min(len(names), VOCABULARY_IMAGES)).round().astype(int)
    rng = np.random.default_rng(0)
    share = -(-ROWS_PER_WORD * num_words // len(spread))
    sample = []
    with FeatureFile(features) as file:
        for i in spread:
            rows = file.descriptors(names[i])
            chosen = np.sort(rng.permutation(len(rows))[:share])
            sample.append(unit_rows(rows[chosen]))
    return learn_vocabulary(np.concatenate(sample), num_words)
