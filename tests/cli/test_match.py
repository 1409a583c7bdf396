"""`ssldescriptor match`: its outputs, and every way in which it can fail."""

import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from ssldescriptor.cli.main import main
from ssldescriptor.evaluation.metrics import warp_points

Pair = tuple[Path, Path]


def run(*arguments: object) -> int:
    return main(["match", *(str(argument) for argument in arguments)])


def error_line(capsys: pytest.CaptureFixture[str]) -> str:
    err = capsys.readouterr().err
    assert err.startswith("ssldescriptor match: error: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("detector", ["own", "sift", "orb", "akaze", "fast"])
def test_a_moved_photograph_is_matched(photographs: Pair, detector: str, tmp_path: Path) -> None:
    picture, report = tmp_path / "out.png", tmp_path / "out.json"
    arguments = ["--detector", detector, "--nfeatures", 500, "--ratio", 0.9, "--min-distance", 1]
    assert run(*photographs, "-o", picture, "--report", report, *arguments) == 0
    content = json.loads(report.read_text())
    assert content["detector"] == detector
    assert (content["min_distance"], content["threshold"]) == (1, 3)
    assert (content["upright"], content["first_octave"]) == (False, 0)
    assert content["inliers"] > 100
    assert max(content["keypoints"]) <= 501
    np.testing.assert_allclose(warp_points([[300, 200]], content["matrix"]), [[288, 193]], atol=1)
    assert cv2.imread(str(picture)).shape[1] > 1000
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "b.png", "out.png", "out.json"}


def test_the_page_knows_the_grids_of_the_model(photographs: Pair, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    assert run(*photographs, "--report", page, "--nfeatures", 50, "--model", "large") == 0
    assert '"grids": 3,' in page.read_text(encoding="utf-8")


def test_the_summary_is_printed(photographs: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*photographs, "--nfeatures", 300) == 0
    out = capsys.readouterr().out
    assert [line.split(":")[0] for line in out.splitlines()] == [
        "keypoints",
        "matches",
        "inliers",
        "seconds",
    ]


def test_blank_photographs_match_nothing(tmp_path: Path) -> None:
    blank, report = tmp_path / "blank.png", tmp_path / "out.json"
    cv2.imwrite(str(blank), np.full((120, 160), 128, np.uint8))
    assert run(blank, blank, "--report", report, "--detector", "orb", "-o", tmp_path / "o.png") == 0
    content = json.loads(report.read_text())
    assert (content["matches"], content["inliers"], content["matrix"]) == (0, 0, None)


def test_a_missing_image_is_named(photographs: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(photographs[0], photographs[0].with_name("nowhere.png")) == 1
    assert "nowhere.png" in error_line(capsys)


@pytest.mark.parametrize("content", [b"", b"not an image"])
def test_a_broken_image_is_named(
    photographs: Pair, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    photographs[1].write_bytes(content)
    assert run(*photographs) == 1
    assert "b.png" in error_line(capsys)


def test_a_folder_is_no_image(photographs: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(photographs[0], photographs[0].parent) == 1
    assert str(photographs[0].parent) in error_line(capsys)


@pytest.mark.parametrize(("option", "name"), [("-o", "o.png"), ("--report", "o.html")])
def test_an_unwritable_output_is_reported_before_the_work(
    photographs: Pair, option: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--model", "no-such-model"]
    assert run(*photographs, option, tmp_path / "nowhere" / name, *arguments) == 1
    assert "nowhere" in error_line(capsys)


def test_an_output_that_is_a_folder(
    photographs: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.png").mkdir()
    assert run(*photographs, "-o", tmp_path / "out.png") == 1
    assert "out.png: it is a folder" in error_line(capsys)


@pytest.mark.parametrize("option", ["-o", "--report"])
def test_an_input_is_not_overwritten(
    photographs: Pair, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = tmp_path / ("link.png" if option == "-o" else "link.html")
    link.symlink_to(photographs[1])
    before = photographs[1].read_bytes()
    assert run(*photographs, option, link, "--nfeatures", 50) == 1
    assert f"{link.name} is an input: it would be overwritten" in error_line(capsys)
    assert photographs[1].read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
def test_names_that_are_not_utf8(photographs: Pair, tmp_path: Path) -> None:
    names = [Path(os.fsdecode(bytes(tmp_path) + b"/\xff" + end)) for end in (b".png", b".html")]
    photographs[0].rename(tmp_path / "a\udcff.png")
    arguments = [tmp_path / "a\udcff.png", photographs[1], "-o", names[0], "--report", names[1]]
    assert run(*arguments, "--nfeatures", 50) == 0
    assert names[0].stat().st_size > 0
    assert "a\ufffd.png and" in names[1].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["out", "out.xyz"])
def test_an_unknown_image_format(
    photographs: Pair, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*photographs, "-o", tmp_path / name) == 1
    assert "unknown image format" in error_line(capsys)


def test_an_unknown_kind_of_report(
    photographs: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*photographs, "--report", tmp_path / "out.txt") == 1
    assert "a report ends in .html or .json" in error_line(capsys)


def test_a_failed_run_leaves_the_old_output(
    photographs: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.png"
    output.write_bytes(b"old")
    before = sorted(tmp_path.iterdir())
    assert run(*photographs, "-o", output, "--model", "no-such-model") == 1
    assert "no-such-model" in error_line(capsys)
    assert output.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_a_broken_model_is_named(
    photographs: Pair, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "broken.onnx"
    model.write_bytes(content)
    assert run(*photographs, "--model", model) == 1
    assert "broken.onnx" in error_line(capsys)
