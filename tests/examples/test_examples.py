"""Every example runs without a screen, writes its picture and prints what it found."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor.evaluation.metrics import warp_points

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(script: str, *arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(EXAMPLES / script), *map(str, arguments)]
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("script", "picture", "pattern", "at_least"),
    [
        ("match_two_images.py", "matches.png", r"(\d+) inliers", 60),
        ("opencv_tutorial_one_line.py", "tutorial.png", r"SSLMatcher: (\d+) good", 60),
        ("find_object.py", "object.png", r"found: (\d+) of", 30),
        ("panorama.py", "panorama.png", r"(\d+) of \d+ matches agree", 40),
        ("score_map.py", "score_map.png", r"(\d+) keypoints", 400),
    ],
)
def test_example(script: str, picture: str, pattern: str, at_least: int, tmp_path: Path) -> None:
    done = run(script, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = re.search(pattern, done.stdout)
    assert found, done.stdout
    assert int(found[1]) >= at_least
    assert os.listdir(tmp_path) == [picture]
    assert cv2.imread(str(tmp_path / picture)) is not None


def test_the_object_is_found_where_it_is(scene: Any, tmp_path: Path) -> None:
    """The outline's corners are those of the cut-out, seen by the scene's homography."""
    done = run("find_object.py", folder=tmp_path)
    corners = [[150, 70], [449, 70], [449, 339], [150, 339]]
    numbers = [int(text) for text in re.findall(r"-?\d+", done.stdout.split("corners:")[1])]
    expected = warp_points(corners, scene[2]).ravel()
    assert max(abs(a - b) for a, b in zip(numbers, expected, strict=True)) < 4


def test_examples_take_the_users_own_photographs(folder: Path) -> None:
    done = run("match_two_images.py", "a.png", "b.png", "--output", "c.jpg", folder=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "c.jpg").stat().st_size > 0


OF_PAIRS = ("match_two_images.py", "opencv_tutorial_one_line.py", "panorama.py", "find_object.py")


@pytest.mark.parametrize("script", [*OF_PAIRS, "score_map.py"])
def test_examples_say_when_the_picture_cannot_be_written(script: str, folder: Path) -> None:
    name = "out.xyz" if script == "score_map.py" else "missing/out.png"
    done = run(script, "--output", folder / name, folder=folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"cannot write {folder / name}"


@pytest.mark.parametrize("script", OF_PAIRS)
def test_an_example_wants_two_photographs(script: str, tmp_path: Path) -> None:
    done = run(script, "a.png", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.endswith("error: give two photographs or none, not 1\n")


@pytest.mark.parametrize(
    ("script", "paths"), [("panorama.py", ["a.png", "b.png"]), ("score_map.py", ["a.png"])]
)
def test_an_example_names_a_missing_photograph(
    script: str, paths: list[str], tmp_path: Path
) -> None:
    done = run(script, *paths, folder=tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"error: .*a\.png.*\n", done.stderr)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("match_two_images.py", "0 matches, 0 inliers\n"),
        ("opencv_tutorial_one_line.py", "and 0 keypoints, the ratio test needs two\n"),
        ("panorama.py", "do not fit together: 0 matches\n"),
        ("find_object.py", "and 0 keypoints\n"),
    ],
)
def test_an_example_matches_a_blank_photograph(script: str, message: str, folder: Path) -> None:
    cv2.imwrite(str(folder / "blank.png"), np.full((120, 160), 128, np.uint8))
    done = run(script, "a.png", "blank.png", folder=folder)
    assert "Traceback" not in done.stderr
    assert (done.stdout + done.stderr).endswith(message)


def test_the_demo_says_when_its_folder_cannot_be_made(folder: Path) -> None:
    done = run("demo.py", "a.png", "b.png", "--out", folder / "a.png", folder=folder)
    assert done.returncode == 1
    assert done.stderr == f"error: cannot make the folder {folder / 'a.png'}: File exists\n"


def test_the_demo_prints_a_table_and_writes_pictures(tmp_path: Path) -> None:
    done = run("demo.py", "--out", "pictures", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    row = r"^  (SIFT|ORB|SSLDescriptor) .* (\d+) +(\d+) +(\d+) +\d+ ms$"
    rows = re.findall(row, done.stdout, re.MULTILINE)
    assert len(rows) == 12
    for _, matches, correct, inliers in rows:
        assert 0 < int(correct) <= int(matches)
        assert int(inliers) <= int(matches)
    assert len(list((tmp_path / "pictures").glob("*.jpg"))) == 4


def test_the_demo_does_not_invent_truth(folder: Path) -> None:
    done = run("demo.py", "a.png", "b.png", folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("unknown") == 3


def test_the_demo_names_a_missing_photograph(tmp_path: Path) -> None:
    done = run("demo.py", "a.png", "b.png", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "a.png" in done.stderr
