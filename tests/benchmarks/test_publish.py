"""Results of an evaluation are published with what they were made with, and without paths."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from ssldescriptor.evaluation.runs.matching import MatchingConfig, evaluate_matching

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "publish.py"


def publish(folder: Path, results: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), str(folder), "--results", str(results)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_results_are_published_without_paths(tmp_path: Path) -> None:
    folder = tmp_path / "sequences" / "v_move_coffee"
    folder.mkdir(parents=True)
    image = np.ascontiguousarray(data.coffee()[::2, ::2, ::-1])
    cv2.imwrite(str(folder / "1.png"), image[:-7, :-12])
    cv2.imwrite(str(folder / "2.png"), image[7:, 12:])
    cv2.imwrite(str(folder / "3.png"), image)
    np.savetxt(folder / "H_1_2", [[1, 0, -12], [0, 1, -7], [0, 0, 1]])
    out = tmp_path / "moved"
    options = {"methods": ("orb", "sift"), "keypoints": 200, "num_threads": 1}
    evaluate_matching(MatchingConfig(data=str(folder.parent), output=str(out), **options))
    made = publish(out, tmp_path / "results")
    assert made.returncode == 0, made.stderr

    text = (tmp_path / "results" / "evaluation_moved.md").read_text()
    content = json.loads((tmp_path / "results" / "evaluation_moved.json").read_text())
    whole = json.loads((out / "results.json").read_text())
    assert content["scores"] == whole["scores"]
    assert content["scores"]["orb"]["v_move"]["num_pairs"] == 1
    assert content["config"]["methods"] == "orb sift"
    assert content["methods"]["sift"]["keypoints"] == 200
    assert content["made"]["opencv"] == cv2.__version__
    assert [failure["item"] for failure in content["failures"]] == ["v_move_coffee/3"]
    assert "| SIFT |" in text
    assert "v_move_coffee/3" in text
    assert "- data: `sequences`\n" in text
    assert str(tmp_path) not in text + json.dumps(content)


def test_an_unfinished_evaluation_is_refused(tmp_path: Path) -> None:
    made = publish(tmp_path, tmp_path / "results")
    assert made.returncode == 1
    assert "no finished evaluation" in made.stderr
    assert not (tmp_path / "results").exists()
