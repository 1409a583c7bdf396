"""`ssldescriptor evaluate matching` on small sequences, whole, resumed and broken."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor.cli.main import main
from ssldescriptor.evaluation.runs.matching import MatchingConfig, evaluate_matching
from ssldescriptor.models import resolve

MakeSequence = Callable[[str], Path]

COUNTING = """
import cv2, pathlib
feature = cv2.ORB.create(200)

def count(image, num_keypoints):
    calls = pathlib.Path(__file__).with_name("calls")
    calls.touch()
    if calls.with_name("stop").exists() and calls.stat().st_size == 2:
        raise KeyboardInterrupt
    with calls.open("a") as file:
        file.write("x")
    keypoints, rows = feature.detectAndCompute(image, None)
    return cv2.KeyPoint.convert(keypoints), rows

def nothing(image, num_keypoints):
    return None, None

def crash(image, num_keypoints):
    if image[0, 0, 0] % 2:
        raise RuntimeError("no luck\\nat all")
    return count(image, num_keypoints)
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "plugin.py"
    path.write_text(COUNTING)
    return path


def evaluate(folder: Path, **settings: Any) -> dict[str, Any]:
    output = folder.parents[1] / "out"
    defaults = {"keypoints": 200, "num_threads": 1, "pictures": 0}
    config = MatchingConfig(data=str(folder.parent), output=str(output), **defaults | settings)
    evaluate_matching(config)
    return json.loads((output / "results.json").read_text())


def test_a_moved_photograph_is_matched(
    make_sequence: MakeSequence, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_sequence("v_move_coffee")
    output = folder.parents[1] / "out"
    arguments = ["--data", folder.parent, "-o", output, "--methods", "orb", "ssl"]
    options = ["--keypoints", "200", "--sweep-images", "1", "--num-threads", "1"]
    assert main(["evaluate", "matching", *map(str, arguments), *options]) == 0
    results = json.loads((output / "results.json").read_text())
    for spec in ("orb", "ssl"):
        scores = results["scores"][spec]["v_move"]
        assert scores["mma_3"] > 0.8
        assert (scores["homography_3"], scores["num_pairs"]) == (1, 2)
        assert results["sweeps"]["rotation"][spec][0]["mma_1"] == 1
        assert len(results["sweeps"]["rotation"][spec]) == 24
        assert [row["at"] for row in results["sweeps"]["scale"][spec]][-1] == 2
        assert [row["pair"] for row in results["pairs"][spec]] == [
            f"v_move_coffee/{k}" for k in (2, 3)
        ]
    assert results["config"]["methods"] == ["orb", "ssl"]
    weights = hashlib.blake2b(resolve("default").read_bytes(), digest_size=12).hexdigest()
    assert results["methods"]["ssl"]["model"] == weights
    assert json.loads((output / "config.json").read_text())["keypoints"] == 200
    page = (output / "report.html").read_text()
    assert page.count("data:image/jpeg") == 4
    text = (output / "results.md").read_text()
    assert "| SSLDescriptor |" in text
    assert "| method | 0° | 45° | 90° |" in text
    assert "| method | x 0.25 |" in text
    assert "| ORB | 1.000 |" in text
    assert "| SSLDescriptor |" in capsys.readouterr().out


def test_a_second_run_makes_nothing_again(make_sequence: MakeSequence, plugin: Path) -> None:
    folder, calls = make_sequence("v_move_coffee"), plugin.with_name("calls")
    spec = f"{plugin}:count"
    first = evaluate(folder, methods=(spec,))
    assert calls.read_text() == "xxx"
    assert evaluate(folder, methods=(spec, "orb"))["scores"][spec] == first["scores"][spec]
    assert calls.read_text() == "xxx"
    evaluate(folder, methods=(spec,), fresh=True)
    assert calls.read_text() == "xxxxxx"
    cv2.imwrite(str(folder / "3.png"), np.zeros((180, 270, 3), np.uint8))
    changed = evaluate(folder, methods=(spec,))
    assert calls.read_text() == "x" * 7
    assert changed["pairs"][spec][1]["scores"]["num_matches"] == 0


def test_an_interrupted_run_goes_on(make_sequence: MakeSequence, plugin: Path) -> None:
    folder, calls = make_sequence("v_move_coffee"), plugin.with_name("calls")
    plugin.with_name("stop").touch()
    with pytest.raises(KeyboardInterrupt):
        evaluate(folder, methods=(f"{plugin}:count",))
    assert calls.read_text() == "xx"
    plugin.with_name("stop").unlink()
    results = evaluate(folder, methods=(f"{plugin}:count",))
    assert calls.read_text() == "xxx"
    assert len(results["pairs"][f"{plugin}:count"]) == 2


def test_a_method_that_finds_nothing_scores_zero(make_sequence: MakeSequence, plugin: Path) -> None:
    spec = f"{plugin}:nothing"
    folder = make_sequence("v_move_coffee")
    for _ in range(2):  # it is reported again where the features are already there
        results = evaluate(folder, methods=(spec, "orb"))
        assert results["scores"][spec]["v_move"]["mma_10"] == 0
        assert results["scores"][spec]["v_move"]["num_pairs"] == 2
        assert results["scores"]["orb"]["v_move"]["mma_10"] > 0.8
        named = [(f["kind"], f["item"], f["method"]) for f in results["failures"]]
        assert named == [("empty", f"v_move_coffee/{k}", spec) for k in (1, 2, 3)]
        assert results["summary"] == "3 images without features"


def test_a_crash_is_reported_and_counts_as_nothing_found(
    make_sequence: MakeSequence, plugin: Path
) -> None:
    folder = make_sequence("v_move_coffee")
    for k, value in ((1, 0), (2, 0), (3, 1)):
        image = cv2.imread(str(folder / f"{k}.png"))
        image[0, 0] = value
        cv2.imwrite(str(folder / f"{k}.png"), image)
    spec = f"{plugin}:crash"
    for _ in range(2):  # a crash is not kept: the next run tries again and reports it again
        results = evaluate(folder, methods=(spec, "orb"))
        (failure,) = results["failures"]
        assert (failure["kind"], failure["item"]) == ("method", "v_move_coffee/3")
        assert failure["method"] == spec
        assert failure["reason"] == "RuntimeError: no luck at all"
        assert results["summary"] == "1 method failures"
        matches = [row["scores"]["num_matches"] for row in results["pairs"][spec]]
        assert matches[0] > 0
        assert matches[1] == 0


def test_broken_items_are_left_out_and_counted(
    make_sequence: MakeSequence, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_sequence("v_move_coffee")
    broken = make_sequence("v_move_broken")
    (broken / "2.png").write_bytes((broken / "2.png").read_bytes()[:100])
    (broken / "H_1_3").write_text("1 0 0")
    apart = make_sequence("v_move_apart")
    (apart / "H_1_2").write_text("1 0 9999 0 1 0 0 0 1")
    (apart / "H_1_3").unlink()
    (apart / "3.png").unlink()
    make_sequence("v_move_empty")
    (folder.parent / "v_move_empty" / "1.png").write_bytes(b"")
    output = folder.parents[1] / "out"
    arguments = ["--data", str(folder.parent), "-o", str(output), "--methods", "orb"]
    assert main(["evaluate", "matching", *arguments, "--sweep-images", "0"]) == 0
    results = json.loads((output / "results.json").read_text())
    items = [(failure["kind"], failure["item"]) for failure in results["failures"]]
    assert items == [
        ("data", "v_move_broken/3"),
        ("data", "v_move_broken/2"),
        ("data", "v_move_empty/1"),
        ("pair", "v_move_apart/2"),
    ]
    assert results["scores"]["orb"]["v_move"]["num_pairs"] == 2
    assert "3 data problems, 1 pairs left out" in capsys.readouterr().out
    assert "v_move_empty/1" in (output / "report.html").read_text()


def test_nothing_to_score_is_an_error(
    make_sequence: MakeSequence, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_sequence("v_move_coffee")
    for path in folder.glob("*.png"):
        path.write_bytes(b"no image")
    output = str(folder.parents[1] / "out")
    arguments = ["--data", str(folder.parent), "-o", output, "--methods", "orb"]
    assert main(["evaluate", "matching", *arguments]) == 1
    assert "no pair" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"methods": ()}, "no methods"),
        ({"keypoints": 0}, "keypoints=0"),
        ({"num_threads": -1}, "num_threads=-1"),
        ({"sweep_images": -1}, "sweep_images=-1"),
    ],
)
def test_settings_are_checked(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        MatchingConfig(data="a", output="b", **settings)


def test_a_missing_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(tmp_path / "nowhere"), "-o", str(tmp_path / "o")]
    assert main(["evaluate", "matching", *arguments, "--methods", "orb"]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_hpatches_is_pooled_and_what_is_missing_is_named(make_sequence: MakeSequence) -> None:
    folder = make_sequence("v_wall")
    make_sequence("i_dome")
    make_sequence("v_talent")
    results = evaluate(folder, methods=("orb",))
    assert list(results["scores"]["orb"]) == ["i", "v", "hpatches"]
    assert results["scores"]["orb"]["hpatches"]["num_pairs"] == 4
    items = {failure["item"] for failure in results["failures"]}
    assert len(items) == 106 + 6
    assert {"v_graffiti", "v_wall/4", "i_dome/6"} <= items
    everything = evaluate(folder, methods=("orb",), all_sequences=True)
    assert everything["scores"]["orb"]["v"]["num_pairs"] == 4


def test_turned_views_are_other_images(make_sequence: MakeSequence) -> None:
    folder = make_sequence("v_move_coffee")
    plain = evaluate(folder, methods=("orb",))
    turned = evaluate(folder, methods=("orb",), turned=True)
    assert turned["scores"]["orb"]["v_move"]["mma_3"] > 0.6
    assert turned["scores"] != plain["scores"]
