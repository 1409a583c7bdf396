"""The matching benchmark runs on small sets, agrees with its peers, and writes its tables."""

import argparse
import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SVG = "{http://www.w3.org/2000/svg}"
SMALL = "--sizes 64 --dims 128 --rounds 2 --seconds 0.1 --images 2"
# The processor's peak takes a compiler and seconds.
CODE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import bench_match
bench_match.measure_peaks = lambda: dict(
    float_gmacs=50.0, int16_gmacs=90.0, int8_gmacs=180.0, read_gb_per_s=9.0
)
bench_match.main()
"""


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("match_methods")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CODE, str(FOLDER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_tables_and_plot(tmp_path: Path) -> None:
    done = run(*SMALL.split(), "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "match.json").read_text())
    groups = {table["group"] for table in report["timings"]}
    assert groups == {"float", "sift", "binary", "knn", "threads", "set", "memory"}
    for table in report["timings"]:
        if table["group"] == "memory":
            assert all(faults < 50 for faults in table["faults"].values())
        else:
            assert all(t["median"] > 0 for t in table["ms"].values())
    assert "## " not in (tmp_path / "match.md").read_text()
    assert "binary, 64 x 64 x 256 bits" in (tmp_path / "match.md").read_text()
    details = (tmp_path / "match_details.md").read_text()
    for text in (
        "| figure | x faster | to reach | reached |",
        "share of the peak",
        "page faults of match()",
    ):
        assert text in details
    assert "match(), mutual + ratio | int8 |" in details
    assert "match(), mutual | int16 |" in details
    assert str(tmp_path) not in details
    ElementTree.fromstring((tmp_path / "match.svg").read_text())


def test_the_integers_are_bytes(benchmarks: ModuleType) -> None:
    for rows in benchmarks.sift_rows(100, 128):
        assert (rows == rows.astype("uint8")).all()


@pytest.mark.parametrize(("seconds", "wanted"), [(0.0, 1), (1e9, 4)])
def test_rounds(benchmarks: ModuleType, seconds: float, wanted: int) -> None:
    """Either one round for all, which is the first, or the first to warm up and as many as fit."""
    bench = importlib.import_module("bench_match")
    calls: list[int] = []
    arguments = argparse.Namespace(seconds=seconds, rounds=4)
    times, rounds = bench.time_table({"one": lambda: calls.append(1)}, time.process_time, arguments)
    assert rounds == wanted
    assert len(calls) == (1 if wanted == 1 else wanted + 1)
    assert times["one"]["ratio"] == 1


def test_one_large_match() -> None:
    done = run("--huge", "3000", "--dims", "64")
    report = json.loads(done.stdout)
    assert (report["rows"], report["dim"]) == (3000, 64)
    assert report["cpu_seconds"] > 0
    assert report["extra_mb"] is None or report["extra_mb"] < 16


def test_peers_find_what_we_find(benchmarks: ModuleType) -> None:
    """A peer that is used wrongly would be timed wrongly."""
    runs = benchmarks.float_runs(300, 32)
    found = [len(run()) for name, run in runs.items() if "ratio" in name and "floats" not in name]
    assert len(found) >= 3
    assert found == [found[0]] * len(found)
    assert found[0] >= 150


@pytest.mark.parametrize(
    ("goal", "wanted"), [(None, ["", ""]), (2.0, ["2", "yes"]), (2.1, ["2.1", "no"])]
)
def test_a_figure_is_reached_or_not(
    benchmarks: ModuleType, goal: float | None, wanted: list[str]
) -> None:
    figure = importlib.import_module("match_report").figure
    assert figure("a over b", 2.0, goal) == ["a over b", "2.00", *wanted]


def test_a_plot_has_every_line(benchmarks: ModuleType) -> None:
    plot = importlib.import_module("plots").line_plot
    text = plot({"a & b": [(10, 3.0), (1, 2.0)], "c": [(1, 0.5), (10, 0.6)]}, "x", "y")
    root = ElementTree.fromstring(text)
    labels = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert {"a & b", "c", "x", "y"} <= set(labels)
    (axes,) = root.findall(f".//{SVG}g[@id='axes_1']")
    assert sum(child.get("id", "").startswith("line2d") for child in axes) == 2
    assert text == plot({"a & b": [(1, 2.0), (10, 3.0)], "c": [(1, 0.5), (10, 0.6)]}, "x", "y")
