"""`ssldescriptor run`: other people's scripts."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import pytest

from ssldescriptor.cli.main import main


def script(folder: Path, text: str) -> str:
    (folder / "friend.py").write_text("NAME = 'friend'\n")
    path = folder / "script.py"
    path.write_text("import sys, cv2, friend\n" + text)
    return str(path)


def test_a_script_gets_our_feature(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "print(__name__, friend.NAME, sys.argv[1:], cv2.ORB_create(), sep='|')"
    before = sys.argv, list(sys.path), cv2.ORB_create
    flags = ["--upright", "--first-octave", "-1", "--min-distance", "2"]
    assert main(["run", *flags, script(tmp_path, text), "--upright", "-x", "1"]) == 0
    name, friend, arguments, feature = capsys.readouterr().out.split("|")
    assert (name, friend, arguments) == ("__main__", "friend", "['--upright', '-x', '1']")
    assert feature.startswith("SSLDescriptor(nfeatures=500")
    assert "descriptor='binary', upright=True, first_octave=-1, min_distance=2.0" in feature
    assert (sys.argv, sys.path, cv2.ORB_create) == before


def test_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--only", "SIFT", "--descriptor", "sift", "--nfeatures", "9", "--keep-keypoints"]
    text = "print(cv2.SIFT_create(), cv2.ORB_create(), sep='|')"
    assert main(["run", *options, script(tmp_path, text)]) == 0
    ours, theirs = capsys.readouterr().out.split("|")
    assert "nfeatures=9" in ours
    assert "detector=Feature2D.SIFT, descriptor='sift'" in ours
    assert theirs.startswith("< cv2.ORB")


@pytest.mark.parametrize("flags", [[], ["--upright"]])
def test_the_scripts_own_upright_counts(
    flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "print(cv2.KAZE_create(upright=True), cv2.KAZE_create(), sep='|')"
    assert main(["run", *flags, script(tmp_path, text)]) == 0
    asked, default = capsys.readouterr().out.split("|")
    assert "upright=True" in asked
    assert ("upright=True" in default) == bool(flags)


def test_the_scripts_exit_code(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["run", script(tmp_path, "sys.exit(5)")])
    assert exit_info.value.code == 5


def test_the_scripts_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["run", script(tmp_path, "1 / 0")])
    assert exit_info.value.code == 1
    error = capsys.readouterr().err
    assert "script.py" in error
    assert error.endswith("ZeroDivisionError: division by zero\n")
    assert isinstance(cv2.ORB_create(), cv2.ORB)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.py"], "there is no script gone.py"),
        (["--only", "FAST", __file__], "'FAST' is not a feature to replace"),
    ],
)
def test_bad_arguments(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error
