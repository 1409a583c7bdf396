"""ASMK beside a naive sum over words and images."""

import sys

import numpy as np
import pytest

from ssldescriptor.evaluation.aggregation import unit_rows
from ssldescriptor.evaluation.asmk import ALPHA, QUERY_WORDS, asmk_orders

RNG = np.random.default_rng(0)
WORDS = unit_rows(RNG.normal(size=(8, 32)))


def image(seed: int, count: int = 40) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, 32)))


def naive_signs(rows: np.ndarray, num_words: int) -> dict[int, np.ndarray]:
    """Signs of the summed residuals of every word that an image has."""
    distances = np.linalg.norm(rows[:, None] - WORDS[None], axis=2)
    near = np.argsort(distances, axis=1)[:, :num_words]
    sums = {}
    for word in np.unique(near):
        members = rows[(near == word).any(axis=1)]
        sums[int(word)] = np.where((members - WORDS[word]).sum(axis=0) > 0, 1, -1)
    return sums


def naive_scores(query: np.ndarray, database: list[np.ndarray]) -> np.ndarray:
    asked = naive_signs(query, QUERY_WORDS)
    scores = np.zeros(len(database))
    for i, rows in enumerate(database):
        signs = naive_signs(rows, 1) if len(rows) else {}
        for word in asked.keys() & signs.keys():
            similarity = float(asked[word] @ signs[word]) / 32
            if similarity >= 0:
                scores[i] += similarity**ALPHA / np.sqrt(len(signs))
    return scores


def test_orders_are_those_of_a_naive_sum() -> None:
    pytest.importorskip("asmk")
    database = [image(seed) for seed in range(6)]
    # Half of it is image 4, so that one answer stands out.
    query = np.concatenate([database[4][:20], image(90, 20)])
    (order,) = asmk_orders([query], database, WORDS)
    scores = naive_scores(query, database)
    assert order[0] == 4
    assert order.tolist() == np.argsort(-scores, kind="stable").tolist()


def test_images_without_descriptors_come_last_in_their_order() -> None:
    pytest.importorskip("asmk")
    nothing = np.zeros((0, 0), np.float32)
    database = [nothing, image(1), nothing, image(2), nothing]
    (order, empty) = asmk_orders([image(2), nothing], database, WORDS)
    assert order.tolist() == [3, 1, 0, 2, 4]
    assert empty.tolist() == [0, 1, 2, 3, 4]


def test_without_the_package_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asmk", None)
    with pytest.raises(ValueError, match=r"pip install 'ssldescriptor\[eval\]'"):
        asmk_orders([image(0)], [image(1)], WORDS)
