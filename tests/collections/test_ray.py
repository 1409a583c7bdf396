"""The Ray engine, on a local cluster of two workers: same bytes, also when workers are killed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.collections.conftest import Run, write_views

pytest.importorskip("ray")
SCRIPT = Path(__file__).with_name("ray_with_deaths.py")


def python(*arguments: object) -> str:
    """Run in a process of its own: Ray leaves threads and sockets behind."""
    command = [sys.executable, *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_killed_workers_change_nothing(tmp_path: Path, run: Run) -> None:
    images, marker = tmp_path / "images", tmp_path / "killed"
    write_views(images, 6)
    local, output = tmp_path / "local.h5", tmp_path / "ray.h5"
    run("extract", images, "-o", local)
    shutil.copy(images / "0.png", images / "poison.png")
    printed = python(SCRIPT, images, output, marker)
    assert int(marker.read_text()) > 0
    assert "6 images: 6 new, 0 kept, 1 skipped {'poison.png': 'its worker died 4 times'}" in printed
    assert output.read_bytes() == local.read_bytes()


def test_the_command_line_gives_the_same_bytes(features: Path, tmp_path: Path, run: Run) -> None:
    arguments = features, "--select", "retrieval", "--neighbours", 2, "--words", 8
    run("match-pairs", *arguments, "-o", tmp_path / "local.h5")
    module = "-m", "ssldescriptor", "match-pairs", *arguments, "--engine", "ray", "--workers", 2
    assert " 0 kept" in python(*module, "-o", tmp_path / "ray.h5")
    assert (tmp_path / "ray.h5").read_bytes() == (tmp_path / "local.h5").read_bytes()
