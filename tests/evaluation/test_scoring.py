"""How scores are kept and grouped."""

from pathlib import Path

from ssldescriptor.evaluation.scoring import Result, ScoreFile, by_source


def test_sources_come_in_the_order_of_their_numbers() -> None:
    names = ["road, 10 apart", "road, 5 apart", "road, 1 apart", "castle-P30", "7 wells", "castle"]
    found = by_source([Result(str(i), name, {"n": i}) for i, name in enumerate([*names, "castle"])])
    assert list(found) == [
        "7 wells",
        "castle",
        "castle-P30",
        "road, 1 apart",
        "road, 5 apart",
        "road, 10 apart",
    ]
    assert found["castle"] == [{"n": 5}, {"n": 6}]


def test_a_torn_line_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    first = ScoreFile(path)
    assert [first.get(key, lambda: {"n": 1})["n"] for key in ("a", "b")] == [1, 1]
    path.write_text(path.read_text()[:-3])
    for _ in range(2):
        again = ScoreFile(path)
        assert again.get("a", lambda: {"n": 2}) == {"n": 1}
        assert again.get("b", lambda: {"n": 2}) == {"n": 2}
