"""Hand-computed recall and precision."""

import numpy as np
import pytest

from ssldescriptor.evaluation.ranking import (
    average_precision,
    positions,
    rank,
    recall_at,
    revisited_scores,
)


def test_rank_puts_the_nearest_first_and_ties_in_order() -> None:
    database = [[0.5, 0], [1, 0], [0, 1], [1, 0]]
    assert rank([[1, 0], [0, 1]], database).tolist() == [[1, 3, 0, 2], [2, 0, 1, 3]]


def test_recall_counts_queries_not_answers() -> None:
    orders = [[3, 1, 2, 0], [0, 1, 2, 3]]
    relevant = [{1, 2}, {3}]
    assert [recall_at(orders, relevant, n) for n in (1, 2, 3, 4)] == [0, 0.5, 0.5, 1]
    assert recall_at([], [], 1) == 0


def test_positions_skip_what_is_ignored() -> None:
    # Without 4 and 0 the list is 3 1 2 5.
    assert positions([4, 3, 0, 1, 2, 5], {1, 5}, {4, 0}) == [1, 3]


def test_average_precision_by_hand() -> None:
    # Places 1 and 3 of 2: (0/1 + 1/2) / 2 / 2 + (1/3 + 2/4) / 2 / 2
    assert average_precision([1, 3], 2) == pytest.approx(0.125 + 5 / 24)
    assert average_precision([0, 1, 2], 3) == 1
    assert average_precision([], 3) == 0
    # One of two found, at the top: half of the area.
    assert average_precision([0], 2) == 0.5


def test_revisited_protocol_by_hand() -> None:
    truth = [{"easy": [0], "hard": [1, 2], "junk": [3]}]
    scores = revisited_scores([[3, 1, 4, 0, 2, 5]], truth)
    # Easy: junk and hard are ignored: 4 0 5, right is 0 at place 1.
    assert scores["easy"]["map"] == pytest.approx((0 / 1 + 1 / 2) / 2)
    assert (scores["easy"]["mp_1"], scores["easy"]["mp_10"]) == (0, 0.5)
    # Medium: 1 4 0 2 5, right at places 0, 2, 3.
    expected = ((1 + 1) / 2 + (1 / 2 + 2 / 3) / 2 + (2 / 3 + 3 / 4) / 2) / 3
    assert scores["medium"]["map"] == pytest.approx(expected)
    assert (scores["medium"]["mp_1"], scores["medium"]["mp_5"]) == (1, 0.75)
    # Hard: junk and easy are ignored: 1 4 2 5, right at places 0, 2.
    assert scores["hard"]["map"] == pytest.approx((1 + (1 / 2 + 2 / 3) / 2) / 2)
    assert scores["hard"]["mp_10"] == pytest.approx(2 / 3)


def test_right_answers_that_a_shortlist_lacks_count_as_deeper() -> None:
    truth = [{"easy": [], "hard": list(range(20)), "junk": []}]
    scores = revisited_scores([[3, *range(100, 199)]], truth)["hard"]
    assert (scores["mp_1"], scores["mp_5"], scores["mp_10"]) == (1, 0.2, 0.1)


def test_queries_without_answers_of_a_difficulty_do_not_count() -> None:
    truth = [
        {"easy": [0], "hard": [], "junk": []},
        {"easy": [], "hard": [1], "junk": []},
    ]
    scores = revisited_scores([[0, 1], [0, 1]], truth)
    assert (scores["easy"]["map"], scores["easy"]["num_queries"]) == (1, 1)
    assert scores["medium"]["num_queries"] == 2
    assert scores["hard"]["map"] == pytest.approx(0.25)
    nothing = revisited_scores([], [])
    assert (nothing["easy"]["map"], nothing["easy"]["num_queries"]) == (0, 0)


def test_precision_without_right_answers_in_the_list_is_zero() -> None:
    scores = revisited_scores([[5, 6]], [{"easy": [0], "hard": [], "junk": []}])
    assert (scores["easy"]["map"], scores["easy"]["mp_1"]) == (0, 0)


def test_numpy_orders_are_as_good_as_lists() -> None:
    order = np.array([3, 1, 4, 0, 2, 5])
    truth = [{"easy": [0], "hard": [1, 2], "junk": [3]}]
    assert revisited_scores([order], truth) == revisited_scores([order.tolist()], truth)
    assert recall_at([order], [{1}], 2) == 1
