"""Accuracy against time: every method of a published evaluation is timed and drawn."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

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
    panels = svg.findall(f"{SVG}g")
    assert len(panels) == 2
    heights = {}
    for panel in panels:
        texts = [text.text for text in panel.findall(f"{SVG}text")]
        assert {"SIFT", "ORB", "SSLDescriptor"} <= set(texts)
        heights[texts[0]] = [float(dot.attrib["cy"]) for dot in panel.findall(f"{SVG}circle")]
    # The better, the higher: sift, ssl, orb as they stand in the evaluation.
    assert heights["i_daynight"][2] > heights["i_daynight"][0] > heights["i_daynight"][1]
    assert heights["i_ox"][0] > heights["i_ox"][1] > heights["i_ox"][2]
