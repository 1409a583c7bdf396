"""The choice of keypoints against scoring every candidate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssldescriptor.selection import CERTAINTY_WEIGHT, SPARE, chance_of, select_surest

# Few values: many ties.
VALUES = st.lists(st.tuples(st.integers(-4, 4), st.integers(-3, 0)), max_size=60)


@given(candidates=VALUES, count=st.integers(0, 70))
def test_it_equals_scoring_all_candidates(candidates: list[tuple[int, int]], count: int) -> None:
    ordered = sorted(candidates, key=lambda pair: -pair[0])
    rank, certainty = np.array(ordered, np.float32).reshape(-1, 2).T
    asked: list[int] = []

    def look(part: slice) -> np.ndarray:
        asked.extend(range(part.start, part.stop))
        return certainty[part]

    chosen, score = select_surest(rank, count, look)
    everything = rank + CERTAINTY_WEIGHT * certainty
    expected = np.argsort(-everything, kind="stable")[:count]
    assert chosen.tolist() == expected.tolist()
    assert score.tolist() == everything[expected].tolist()
    assert asked == list(range(len(asked)))


@pytest.mark.parametrize(("certainty", "expected"), [(0.0, round(100 * SPARE)), (-8.0, 1000)])
def test_few_are_asked_where_directions_are_sure(certainty: float, expected: int) -> None:
    rank = np.linspace(5, 0, 1000, dtype=np.float32)
    asked = []

    def look(part: slice) -> np.ndarray:
        asked.append(part.stop - part.start)
        return np.full(asked[-1], certainty, np.float32)

    select_surest(rank, 100, look)
    assert sum(asked) == expected


def test_chances_of_logits() -> None:
    logits = np.array([-200, -3, 0, 3, 200], np.float32)
    chance = chance_of(logits)
    assert chance.dtype == np.float32
    np.testing.assert_allclose(chance, [0, 0.0474259, 0.5, 0.9525741, 1], atol=1e-7)
