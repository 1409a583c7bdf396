"""The choice of keypoints."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ssldescriptor.selection import CERTAINTY_WEIGHT, num_asked, select_surest

# Few values: many ties.
VALUES = st.lists(st.tuples(st.integers(-4, 4), st.integers(-3, 0)), max_size=60)


@given(candidates=VALUES, count=st.integers(0, 70))
def test_the_best_scores_win_and_equals_keep_their_order(
    candidates: list[tuple[int, int]], count: int
) -> None:
    rank, certainty = np.array(candidates, np.float32).reshape(-1, 2).T
    chosen, score = select_surest(rank, certainty, count)
    scores = [float(r + CERTAINTY_WEIGHT * c) for r, c in zip(rank, certainty, strict=True)]
    expected = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[: count or None]
    assert chosen.tolist() == expected
    assert score.tolist() == [scores[i] for i in expected]


def test_half_as_many_again_are_asked() -> None:
    assert [num_asked(100), num_asked(0), num_asked(3)] == [150, 0, 5]
