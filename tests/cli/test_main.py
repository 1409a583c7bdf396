"""Usage errors, exit codes, and that failures are one line without a traceback."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from ssldescriptor import __version__
from ssldescriptor.cli import main as cli
from ssldescriptor.cli.main import main


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["mtach"],
        ["match"],
        ["match", "a.png"],
        ["match", "a.png", "b.png", "--sharpen"],
        ["match", "a.png", "b.png", "--detector", "surf"],
        ["match", "a.png", "b.png", "--ratio", "0"],
        ["match", "a.png", "b.png", "--ratio", "much"],
        ["match", "a.png", "b.png", "--nfeatures", "-1"],
        ["export", "last.pt"],
        ["info", "extra"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: ssldescriptor" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["match", "evaluate", "info", "train", "export"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    assert exit_.value.code == 0
    assert command in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"ssldescriptor {__version__}\n"


def test_a_message_of_several_lines_becomes_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(args: object) -> None:
        raise ValueError("first\n  second\n")

    monkeypatch.setattr(cli.info, "run", fail)
    assert main(["info"]) == 1
    assert capsys.readouterr().err == "ssldescriptor info: error: first second\n"


def test_an_interrupt_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.info, "run", interrupt)
    assert main(["info"]) == 130
    assert capsys.readouterr().err == "ssldescriptor info: interrupted\n"


def run_as_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ssldescriptor", *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_failure_as_a_process() -> None:
    done = run_as_process("match", "missing.png", "other.png")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "missing.png" in done.stderr


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tiff", "webp"])
def test_the_decoders_add_nothing_to_the_error(ending: str, tmp_path: Path) -> None:
    """libpng and others write to standard error on their own."""
    whole, broken = tmp_path / f"whole.{ending}", tmp_path / f"broken.{ending}"
    cv2.imwrite(str(whole), np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8))
    broken.write_bytes(whole.read_bytes()[:500])
    done = run_as_process("match", whole, broken)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert f"broken.{ending}" in done.stderr
