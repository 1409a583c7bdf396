"""The accuracy benchmark runs on a small sequence and writes what it measured."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "accuracy.py"


def test_accuracy_of_a_moved_photograph(tmp_path: Path) -> None:
    folder = tmp_path / "sequences" / "v_move_coffee"
    folder.mkdir(parents=True)
    image = np.ascontiguousarray(data.coffee()[..., ::-1])
    cv2.imwrite(str(folder / "1.png"), image[:-7, :-12])
    cv2.imwrite(str(folder / "2.png"), image[7:, 12:])
    np.savetxt(folder / "H_1_2", [[1, 0, -12], [0, 1, -7], [0, 0, 1]])
    out = tmp_path / "out"
    arguments = ["--data", folder.parent, "--out", out, "--methods", "orb", "ssl"]
    command = [sys.executable, str(SCRIPT), *map(str, arguments), "--keypoints", "300"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    report = json.loads((out / "accuracy.json").read_text())
    assert set(report["scores"]) == {"upright", "turned"}
    for method in ("orb", "ssl"):
        assert report["scores"]["upright"][method]["v_move"]["mma_3"] > 0.7
        assert report["scores"]["upright"][method]["v_move"]["num_pairs"] == 1
    assert report["made"]["opencv"] == cv2.__version__
    assert str(tmp_path) not in json.dumps(report)
    table = (out / "accuracy.md").read_text()
    assert "| SSLDescriptor |" in table
    assert "v_move (1)" in table
