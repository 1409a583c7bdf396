"""`ssldescriptor evaluate pose` on a textured box seen by three cameras."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.evaluation.box import write_box

from ssldescriptor.cli.main import main
from ssldescriptor.evaluation.runs.pose import PoseConfig, evaluate_pose
from ssldescriptor.evaluation.tasks.pose import mean_pose_scores


@pytest.fixture
def scene(tmp_path: Path, photograph: np.ndarray) -> Path:
    return write_box(tmp_path / "data" / "box", photograph, 3)


def test_the_box_is_recovered_and_broken_items_are_counted(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("poselib")
    (scene / "3.KRt.txt").write_text("1 2 3")
    twin = (scene / "0.KRt.txt").read_text()
    (scene / "4.KRt.txt").write_text(twin)
    (scene / "4.png").write_bytes((scene / "0.png").read_bytes())
    output = scene.parents[1] / "out"
    arguments = ["--data", str(scene.parent), "-o", str(output), "--methods", "sift"]
    assert main(["evaluate", "pose", *arguments, "--num-threads", "1"]) == 0
    results = json.loads((output / "results.json").read_text())
    assert results["scores"]["sift"]["box"]["num_pairs"] == 5
    assert results["scores"]["sift"]["box"]["auc_20"] > 0.8
    assert results["config"]["solver"] == "poselib"
    assert "poselib" in results["made"]
    items = [(failure["kind"], failure["item"]) for failure in results["failures"]]
    assert items == [("data", "box/3"), ("pair", "box/0 - 4")]
    assert "1 data problems, 1 pairs left out" in capsys.readouterr().out
    page = (output / "report.html").read_text()
    assert "<svg" in page
    # Two of the five pairs are shown as the best, two as the worst.
    assert page.count("data:image/jpeg") == 4
    assert page.count("<figcaption>best: box/") == 2


def test_opencv_recovers_the_box_too(scene: Path) -> None:
    output = scene.parents[1] / "out"
    settings: dict[str, Any] = {"methods": ("sift",), "solver": "cv2", "num_threads": 1}
    evaluate_pose(PoseConfig(data=str(scene), output=str(output), **settings))
    results = json.loads((output / "results.json").read_text())
    assert results["scores"]["sift"]["box"]["auc_20"] > 0.7


def test_a_pair_without_pose_is_an_infinite_error() -> None:
    row = {"num_features": 10, "num_matches": 4, "num_inliers": 2}
    found = {"rotation_deg": 1.0, "translation_deg": 2.5, **row}
    lost = {"rotation_deg": None, "translation_deg": None, **row}
    means = mean_pose_scores([found, lost])
    # (0, 0) - (2.5, 1/2), level to 5: 2.5 / 4 + 2.5 / 2.
    assert means["auc_5"] == pytest.approx((2.5 / 4 + 2.5 / 2) / 5)
    assert (means["median_deg"], means["num_matches"], means["num_pairs"]) == (None, 4, 2)
    assert mean_pose_scores([found])["median_deg"] == 2.5


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"ratio": 0}, "ratio=0"),
        ({"max_error": -1}, "max_error=-1"),
        ({"solver": "magic"}, "magic"),
        ({"gaps": (0,)}, "gaps"),
        ({"pictures": -1}, "pictures=-1"),
    ],
)
def test_settings_are_checked(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PoseConfig(data="a", output="b", **settings)


def test_scenes_without_a_pair_are_an_error(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in scene.glob("[12].*"):
        path.unlink()
    arguments = ["--data", str(scene), "-o", str(scene / "out"), "--methods", "orb"]
    assert main(["evaluate", "pose", *arguments]) == 1
    assert "no pair" in capsys.readouterr().err
