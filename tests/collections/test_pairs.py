"""Selections of pairs, beside plain loops."""

from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.collections.pairs import (
    PairOptions,
    exhaustive_pairs,
    neighbour_pairs,
    read_pairs,
    sequence_pairs,
    union,
)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_exhaustive_pairs(count: int) -> None:
    wanted = [[i, j] for i in range(count) for j in range(i + 1, count)]
    assert exhaustive_pairs(count).tolist() == wanted


@pytest.mark.parametrize("window", [1, 2, 99])
def test_sequence_pairs(window: int) -> None:
    names = ["a/1.png", "a/10.png", "a/2.png", "b/1.png", "b/2.png", "c/1.png"]
    order = [[0, 2, 1], [3, 4], [5]]
    wanted = {
        tuple(sorted((part[i], part[j])))
        for part in order
        for i in range(len(part))
        for j in range(i + 1, min(len(part), i + window + 1))
    }
    assert sequence_pairs(names, window).tolist() == sorted(map(list, wanted))


def test_neighbours_become_pairs_once() -> None:
    assert neighbour_pairs(np.array([[1, 2], [0, -1], [0, 1]])).tolist() == [[0, 1], [0, 2], [1, 2]]


def test_several_ways_add_up() -> None:
    assert union([np.array([[0, 1], [2, 3]]), np.array([[1, 2], [0, 1]])]).tolist() == [
        [0, 1],
        [1, 2],
        [2, 3],
    ]
    assert union([]).shape == (0, 2)


def test_a_file_of_pairs(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text("b a\n\na b\nb b\nc a\n")
    assert read_pairs(path, ["a", "b", "c"]).tolist() == [[0, 1], [0, 2]]
    for content, reason in [("a b c\n", "line 1: two names"), ("a b\na x\n", "line 2.*of x")]:
        path.write_text(content)
        with pytest.raises(ValueError, match=reason):
            read_pairs(path, ["a", "b", "c"])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"select": ("magic",)}, "select is 'magic'"),
        ({"select": ()}, "no way"),
        ({"neighbours": 0}, "neighbours is 0"),
        ({"window": -1}, "window is -1"),
    ],
)
def test_wrong_options(options: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PairOptions(**options)
