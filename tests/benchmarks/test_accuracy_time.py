"""Accuracy against time: every method of a published evaluation is timed and drawn."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "accuracy_time.py"
SVG = "{http://www.w3.org/2000/svg}"


def test_every_method_is_timed_and_drawn(tmp_path: Path) -> None:
    mma = {"sift": (0.2, 0.6, 0.0), "ssl": (0.4, 0.7, 0.0), "orb": (0.1, 0.75, 0.0)}
    names = ("i_daynight", "i_ox", "v_evd")
    scores = {
        method: {s: {"mma_3": value} for s, value in zip(names, values, strict=True)}
        for method, values in mma.items()
    }
    scores["ssl@sift"] = scores["ssl"]
    evaluation = tmp_path / "evaluation_x.json"
    evaluation.write_text(json.dumps({"scores": scores}))
    command = [sys.executable, str(SCRIPT), "--evaluation", str(evaluation), "--out", str(tmp_path)]
    done = subprocess.run([*command, "--rounds", "1"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    report = json.loads((tmp_path / "accuracy_time.json").read_text())
    assert set(report["cpu_ms"]) == set(mma)
    assert report["cpu_ms"]["sift"]["ratio"] == 1
    assert report["cpu_ms"]["orb"]["ratio"] < report["cpu_ms"]["ssl"]["ratio"]
    assert str(tmp_path) not in json.dumps(report)
    table = (tmp_path / "accuracy_time.md").read_text()
    assert "| 0.400 | 0.700 |" in table
    assert "v_evd" not in table

    svg = ElementTree.parse(tmp_path / "accuracy_time.svg").getroot()
    texts = ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]
    assert {"SIFT", "ORB", "SSLDescriptor", "i_daynight", "i_ox"} <= set(texts)
    assert "v_evd" not in texts
    day, ox = [heights(svg, f"axes_{n}") for n in (1, 2)]
    # The better, the higher: sift, ssl, orb as they stand in the evaluation.
    assert day[2] > day[0] > day[1]
    assert ox[0] > ox[1] > ox[2]


def heights(svg: Element, panel: str) -> list[float]:
    """Return how far down the points of a panel are."""
    (axes,) = svg.findall(f".//{SVG}g[@id='{panel}']")
    points = [group for group in axes if group.get("id", "").startswith("PathCollection")]
    return [float(use.attrib["y"]) for point in points for use in point.iter(f"{SVG}use")]
