"""Runs that are killed with SIGKILL at any moment: nothing torn, nothing done again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.collections.conftest import Run, write_views

# Kill the command just before its finished file would be renamed into place.
KILL_AT_THE_END = """
import os, signal, sys
from ssldescriptor.cli.main import main
from ssldescriptor.collections import outputs
outputs.put_in_place = lambda draft, output: os.kill(os.getpid(), signal.SIGKILL)
main(sys.argv[1:])
"""
NUM_IMAGES = 8


def finished_parts(output: Path) -> dict[Path, int]:
    """Return the finished parts of a run, and which file each is."""
    folder = output.with_name(f"{output.name}.parts")
    return {path: path.stat().st_ino for path in folder.glob("*/[!.]*.npz")}


def kill_after(num_parts: int, output: Path, *arguments: object) -> int:
    """Start the command, kill it once it has so many more parts; return how many there are."""
    wanted = len(finished_parts(output)) + num_parts
    command = [sys.executable, "-m", "ssldescriptor", *map(str, arguments), "-o", str(output)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while len(finished_parts(output)) < wanted:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    return len(finished_parts(output))


@pytest.fixture
def many(tmp_path: Path) -> Path:
    write_views(tmp_path / "many", NUM_IMAGES)
    return tmp_path / "many"


def test_extraction_goes_on_after_kills(many: Path, tmp_path: Path, run: Run) -> None:
    whole, output = tmp_path / "whole.h5", tmp_path / "feats.h5"
    run("extract", many, "-o", whole)
    arguments = "extract", many, "--workers", 1
    kill_after(2, output, *arguments)
    before = finished_parts(output)
    count = kill_after(2, output, *arguments)
    assert not output.exists()
    assert before.items() <= finished_parts(output).items()  # no part was written twice
    # What a kill in the middle of a write leaves behind.
    parts = tmp_path / "feats.h5.parts"
    (parts / "00").mkdir(exist_ok=True)
    (parts / "00" / ".1234.npz").write_bytes(b"PK\x03\x04 torn")
    (parts / "assembled.h5").write_bytes(whole.read_bytes()[:5000])
    printed = run("extract", many, "-o", output)
    assert f"{NUM_IMAGES} images: {NUM_IMAGES - count} new, {count} kept" in printed
    assert output.read_bytes() == whole.read_bytes()
    assert not parts.exists()


def test_matching_goes_on_after_a_kill(many: Path, tmp_path: Path, run: Run) -> None:
    features, whole, output = (tmp_path / name for name in ("f.h5", "whole.h5", "m.h5"))
    run("extract", many, "-o", features)
    arguments = "match-pairs", features, "--select", "exhaustive", "--verify", "fundamental"
    run(*arguments, "-o", whole)
    # One part for each first image.
    count = kill_after(2, output, *arguments, "--workers", 1)
    before = finished_parts(output)
    printed = run(*arguments, "-o", output)
    assert "28 pairs: " in printed
    kept = int(printed.split(" new, ")[1].split()[0])
    assert kept >= count
    assert len(before) == count
    assert output.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("older", [False, True])
def test_a_kill_at_the_very_end_leaves_the_old_file_or_none(
    many: Path, tmp_path: Path, run: Run, older: bool
) -> None:
    output = tmp_path / "feats.h5"
    if older:
        (many / "7.png").rename(tmp_path / "7.png")
        run("extract", many, "-o", output)
        (tmp_path / "7.png").rename(many / "7.png")
    old = output.read_bytes() if older else b""
    code = [sys.executable, "-c", KILL_AT_THE_END, "extract", str(many), "-o", str(output)]
    assert subprocess.run(code, check=False, capture_output=True).returncode == -signal.SIGKILL
    assert (output.read_bytes() if output.exists() else b"") == old
    assert "8 images: 0 new, 8 kept" in run("extract", many, "-o", output)
    assert not list(tmp_path.glob("*.parts"))


def test_a_full_disk_ends_the_run_and_is_no_bad_image(
    many: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("ssldescriptor.collections.parts.np.savez", full)
    printed = run("extract", many, "-o", tmp_path / "feats.h5", code=1)
    assert "No space left on device" in printed
    assert "skipped" not in printed
