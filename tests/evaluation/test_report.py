"""The report's formats, free of any data set."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.progress import bar, progress
from ssldescriptor.evaluation.report.content import Chart, Picture, Report, Section, Table
from ssldescriptor.evaluation.report.html import html
from ssldescriptor.evaluation.report.markdown import markdown
from ssldescriptor.evaluation.report.svg import svg
from ssldescriptor.evaluation.report.write import write_report

VOID = {"meta", "img"}


def report() -> Report:
    failures = Failures()
    failures.add("data", "v_a/3", FileNotFoundError("no image\n3.*"))
    failures.add("method", "v_a/2", ValueError("<bad> | worse"), "mine.py:f")
    table = Table(
        "A < B",
        ["method", "MMA@3"],
        [["mine | other", "0.500"], ["b", "0.6"]],
        bold=frozenset({(1, 1)}),
    )
    chart = Chart("curve & co", "x", "y", {"a": [(0, 0), (1, 0.5)], "b": [(0, 1), (1, 1)]})
    picture = Picture("best <1>", np.zeros((30, 2000, 3), np.uint8))
    sections = [Section("Scores", [table, chart, picture], "What it means.")]
    config = {"data": "some/where"}
    return Report("T", config, {"opencv": "4"}, sections, failures.as_dicts(), failures.summary())


class Checker(HTMLParser):
    """Every element is closed by its own end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    page = html(report())
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert all(link.startswith(("data:image/jpeg;base64,", "#")) for link in checker.links)
    assert len(checker.links) == 2
    for text in ("A &lt; B", "best &lt;1&gt;", "&lt;bad&gt; | worse", "some/where", "0.500"):
        assert text in page
    assert "<bad>" not in page
    assert page.count("<b>") == page.count("<b>0.6</b>") == 1


def test_markdown_has_the_tables_and_what_failed() -> None:
    text = markdown(report())
    assert "| method | MMA@3 |\n| --- | ---: |\n| mine \\| other | 0.500 |\n| b | **0.6** |" in text
    assert "1 data problems, 1 method failures" in text
    assert "| kind | item | method | reason |\n| --- | --- | --- | --- |\n" in text
    assert "| data | v_a/3 |  | FileNotFoundError: no image 3.* |" in text
    assert "- data: `some/where`" in text


def test_a_chart_puts_zero_below_and_the_top_above() -> None:
    text = svg(Chart("c", "x", "y", {"a": [(0, 0), (10, 2)]}, y_max=2, x_ticks=(0, 5, 10)))
    points = text.split('<polyline points="')[1].split('"')[0]
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in points.split())
    assert x0 < x1
    assert y0 > y1
    assert ">5</text>" in text


@pytest.mark.parametrize("lines", [{}, {"a": [(3.0, 0.5)]}, {"a": [(1e-9, 0.0), (1e9, 1.0)]}])
def test_charts_of_odd_data_do_not_fail(lines: dict[str, list[tuple[float, float]]]) -> None:
    assert svg(Chart("c", "x", "y", lines)).endswith("</svg>")


def test_the_three_files(tmp_path: Path) -> None:
    write_report(report(), {"scores": {"mine": 0.5}}, tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert {p.name for p in folder.iterdir()} == {"results.json", "results.md", "report.html"}
    content = json.loads((folder / "results.json").read_text())
    assert content["scores"] == {"mine": 0.5}
    assert content["config"] == {"data": "some/where"}
    assert len(content["failures"]) == 2


def test_a_number_that_is_none_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        write_report(report(), {"x": float("nan")}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_equal_failures_are_noted_once() -> None:
    failures = Failures()
    for _ in range(2):
        failures.add("pair", "a/2", "no overlap")
    assert (len(failures), failures.summary()) == (1, "1 pairs left out")


def test_progress_yields_everything_and_ends_with_a_full_bar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(progress([1, 2, 3], "work")) == [1, 2, 3]
    assert "3/3" in capsys.readouterr().err
    assert "1/4 2 s, 6 s to go" in bar("work", 1, 4, 2.0)
