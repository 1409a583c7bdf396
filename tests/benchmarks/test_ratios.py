"""Precision and recall under ratio tests, on a moved photograph and by hand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "ratios.py"


def test_a_moved_photograph(tmp_path: Path) -> None:
    folder = tmp_path / "v_move_coffee"
    folder.mkdir()
    image = np.ascontiguousarray(data.coffee()[..., ::-1])
    cv2.imwrite(str(folder / "1.png"), image[:-7, :-12])
    cv2.imwrite(str(folder / "2.png"), image[7:, 12:])
    np.savetxt(folder / "H_1_2", [[1, 0, -12], [0, 1, -7], [0, 0, 1]])
    np.savetxt(folder / "H_1_3", np.eye(3))
    arguments = ["--data", str(tmp_path), "--methods", "orb", "ssl", "--keypoints", "500"]
    command = [sys.executable, str(SCRIPT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "left out: v_move_coffee/3" in done.stdout
    assert "precision / recall, 1 pairs" in done.stdout
    for method in ("ORB", "SSLDescriptor"):
        row = re.search(rf"^\| {method} (.*)\|$", done.stdout, re.M)
        assert row
        found = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) / ([\d.]+)", row[1])]
        precision, recall = zip(*found, strict=True)
        assert recall[-1] == 1
        assert list(recall) == sorted(recall)
        assert min(precision) > 0.7
