"""Usage errors, exit codes, and that failures are one line without a traceback."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor, __version__
from ssldescriptor.cli import main as cli
from ssldescriptor.cli.main import main

INFO = [sys.executable, "-m", "ssldescriptor", "info"]


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


def test_an_error_of_a_method_is_told_without_opencvs_frame(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli.info, "run", lambda args: SSLDescriptor.create(model="no-such-model"))
    assert main(["info"]) == 1
    message = capsys.readouterr().err
    assert message.startswith("ssldescriptor info: error: model 'no-such-model' is neither")
    assert "in function" not in message


def test_an_error_of_opencv_is_told_in_full(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = np.zeros((0, 0), np.uint8)
    monkeypatch.setattr(cli.info, "run", lambda args: cv2.resize(empty, (0, 0)))
    assert main(["info"]) == 1
    message = capsys.readouterr().err
    assert "ssldescriptor info: error: OpenCV" in message
    assert "-215" in message
    assert message.count("\n") == 1


def test_an_interrupt_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.info, "run", interrupt)
    assert main(["info"]) == 130
    assert capsys.readouterr().err == "ssldescriptor info: interrupted\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(INFO, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("ssldescriptor info: error: ")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_goes_away_is_no_message() -> None:
    with subprocess.Popen(INFO, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def run_as_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ssldescriptor", *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("arguments", "code"), [(["info"], 0), (["match", "no.png", "no.png"], 1)])
def test_closed_output_is_no_traceback(arguments: list[str], code: int) -> None:
    command = [sys.executable, "-m", "ssldescriptor", *arguments]
    script = 'exec "$@" >&-'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert ("cannot read no.png" in done.stderr) == (code == 1)


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
