"""Which pairs are shown."""

from ssldescriptor.evaluation.runs.pictures import extremes
from ssldescriptor.evaluation.scoring import Result


def results(**values: float) -> list[Result]:
    return [Result(name, "source", {"value": value}) for name, value in values.items()]


def value(result: Result) -> float:
    return float(result.scores["value"])


def test_the_mean_over_the_methods_decides() -> None:
    found = {"x": results(a=0.1, b=0.9, c=0.5, d=0.4), "y": results(a=0.7, b=0.3, c=0.8, d=0.0)}
    # Means: a 0.4, b 0.6, c 0.65, d 0.2.
    assert extremes(found, value, 1) == [("best", "c"), ("worst", "d")]
    assert [name for _, name in extremes(found, value, 2)] == ["c", "b", "d", "a"]
    assert extremes(found, value, 0) == []


def test_a_pair_is_shown_once_and_ties_go_by_name() -> None:
    found = {"x": results(b=0.5, a=0.5, c=0.1)}
    assert extremes(found, value, 2) == [("best", "a"), ("best", "b"), ("worst", "c")]
