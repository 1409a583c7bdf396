"""Means and spreads by hand."""

from ssldescriptor.training.ablation_table import Cell, score_table, summarise


def test_means_and_spreads() -> None:
    table = summarise(
        {"x": {1: {"upright": 0.5, "v_ox": 0.2}, 2: {"upright": 0.7}}, "y": {3: {"upright": 0.4}}}
    )
    assert table["x"]["v_ox"] == Cell(0.2, 0.0, [0.2])
    assert table["y"]["upright"] == Cell(0.4, 0.0, [0.4])
    mean, spread, values = table["x"]["upright"]
    assert values == [0.5, 0.7]
    assert abs(mean - 0.6) < 1e-12
    assert abs(spread - 0.1) < 1e-12


def test_the_table_shows_what_there_is_and_marks_the_best() -> None:
    table = {
        "x": {"upright": Cell(0.6, 0.1, [0.5, 0.7]), "v_ox": Cell(0.2, 0, [0.2])},
        "y": {"upright": Cell(0.4, 0, [0.4])},
    }
    shown = score_table(table, ["upright", "v_ox"])
    assert shown.header == ["configuration", "seeds", "upright", "v_ox"]
    assert shown.rows == [["x", "2", "0.600 ± 0.100", "0.200"], ["y", "1", "0.400", "-"]]
    assert shown.bold == {(0, 2), (0, 3)}


def test_means_that_look_alike_are_both_marked() -> None:
    table = {name: {"upright": Cell(mean, 0, [mean])} for name, mean in (("x", 0.5), ("y", 0.5004))}
    assert score_table(table, ["upright"]).bold == {(0, 2), (1, 2)}


def test_nothing_gives_an_empty_table() -> None:
    assert summarise({}) == {}
    assert score_table({}, ["upright"]).rows == []
