"""ASMK beside a naive sum over words and images."""

import sys

import numpy as np
import pytest

from ssldescriptor.evaluation.aggregation import unit_rows
from ssldescriptor.evaluation.asmk import ALPHA, QUERY_WORDS, asmk_orders


def image(seed: int, count: int = 40, length: int = 32) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, length)))


WORDS = image(0, 8)


def naive_signs(rows: np.ndarray, words: np.ndarray, num_words: int) -> dict[int, np.ndarray]:
    """Signs of the summed residuals of every word that an image has."""
    distances = np.linalg.norm(rows[:, None] - words[None], axis=2)
    near = np.argsort(distances, axis=1)[:, :num_words]
    sums = {}
    for word in np.unique(near):
        members = rows[(near == word).any(axis=1)]
        sums[int(word)] = np.where((members - words[word]).sum(axis=0) > 0, 1, -1)
    return sums


def naive_scores(query: np.ndarray, database: list[np.ndarray], words: np.ndarray) -> np.ndarray:
    asked = naive_signs(query, words, QUERY_WORDS)
    scores = np.zeros(len(database))
    for i, rows in enumerate(database):
        signs = naive_signs(rows, words, 1) if len(rows) else {}
        for word in asked.keys() & signs.keys():
            similarity = float(np.mean(asked[word] * signs[word]))
            if similarity >= 0:
                scores[i] += similarity**ALPHA / np.sqrt(len(signs))
    return scores


# Fewer words than a descriptor of a query takes; lengths that fill no whole number of 32 bits.
@pytest.mark.parametrize(("num_words", "length"), [(8, 32), (3, 32), (8, 40), (8, 488)])
def test_orders_are_those_of_a_naive_sum(num_words: int, length: int) -> None:
    pytest.importorskip("asmk")
    words = image(99, num_words, length)
    database = [image(seed, 10 + 5 * seed, length) for seed in range(8)]
    query = np.concatenate([database[4][:15], image(90, 15, length)])
    (order,) = asmk_orders([query], database, words)
    scores = naive_scores(query, database, words)
    assert len(np.unique(scores)) > 5
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
