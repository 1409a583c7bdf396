"""Checkpoints are written whole or not at all, and read without trusting them."""

import errno
import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ssldescriptor.training import checkpoint
from ssldescriptor.training.checkpoint import load_checkpoint, save_checkpoint

STATE = {"model": {"a": torch.ones(2)}, "config": "", "step": 3}


def newer() -> dict:
    return STATE | {"model": {"a": torch.zeros(2)}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_checkpoint(tmp_path / "last.pt", STATE)
    return tmp_path / "last.pt"


def assert_as_it_was(path: Path) -> None:
    assert load_checkpoint(path)["model"]["a"].tolist() == [1, 1]
    assert [p.name for p in path.parent.iterdir()] == ["last.pt"]


def test_what_was_saved_is_read(path: Path) -> None:
    save_checkpoint(path, newer())
    assert load_checkpoint(path)["model"]["a"].tolist() == [0, 0]
    assert [p.name for p in path.parent.iterdir()] == ["last.pt"]


def test_the_previous_one_survives_a_save_that_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(state: object, file: io.BytesIO) -> None:
        file.write(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(path, newer())
    monkeypatch.undo()
    assert_as_it_was(path)


def test_the_previous_one_survives_a_kill(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed before it renames cleans nothing up; the next save does."""

    class KilledError(BaseException):
        pass

    def killed(source: Path, target: Path) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.os, "replace", killed)
        patch.setattr(checkpoint, "_remove", lambda temporary: None)
        with pytest.raises(KilledError):
            save_checkpoint(path, newer())
    assert load_checkpoint(path)["model"]["a"].tolist() == [1, 1]
    assert len(list(path.parent.iterdir())) == 2
    save_checkpoint(path, newer())
    assert load_checkpoint(path)["model"]["a"].tolist() == [0, 0]
    assert [p.name for p in path.parent.iterdir()] == ["last.pt"]


def test_a_full_disk_is_reported_and_the_previous_one_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OSError, match=r"last\.pt: No space left.*the previous one is as it was"):
        save_checkpoint(path, newer())
    monkeypatch.undo()
    assert_as_it_was(path)


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot write checkpoint .*last\.pt"):
        save_checkpoint(tmp_path / "file" / "last.pt", STATE)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no such checkpoint: .*missing\.pt"):
        load_checkpoint(tmp_path / "missing.pt")


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.99])
def test_damaged(path: Path, keep: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if keep < 1 else int(keep)])
    with pytest.raises(ValueError, match=r"cannot read checkpoint .*last\.pt") as caught:
        load_checkpoint(path)
    assert "\n" not in str(caught.value)


def test_text_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("steps: 3\n")
    with pytest.raises(ValueError, match="cannot read checkpoint"):
        load_checkpoint(tmp_path / "notes.txt")


@pytest.mark.parametrize(
    "state",
    [
        {"weights": 1},
        [1, 2],
        {"model": 3, "config": "", "step": 1},
        {"model": {"a": 1.0}, "config": "", "step": 1},
        {"model": {}, "config": 5, "step": 1},
        {"model": {}, "config": ""},
    ],
)
def test_foreign(tmp_path: Path, state: object) -> None:
    torch.save(state, tmp_path / "foreign.pt")
    with pytest.raises(ValueError, match=r"foreign\.pt is no ssldescriptor checkpoint"):
        load_checkpoint(tmp_path / "foreign.pt")


class Malicious:
    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("ran"),))


@pytest.mark.parametrize("plain", [True, False])
def test_a_checkpoint_never_runs_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    state = {"model": Malicious(), "config": "", "step": 1}
    if plain:
        Path("bad.pt").write_bytes(pickle.dumps(state))
    else:
        torch.save(state, "bad.pt")
    with pytest.raises(ValueError, match="holds more than tensors and plain values") as caught:
        load_checkpoint(Path("bad.pt"))
    assert "weights_only" not in str(caught.value)
    assert not Path("ran").exists()


# Saves without end; the weights of save number n are all n. 40 MB, so that most kills hit a write.
SAVER = """
import sys, torch
from pathlib import Path
from ssldescriptor.training.checkpoint import save_checkpoint
for n in range(1, 100_000):
    state = {"model": {"a": torch.full((10_000_000,), float(n))}, "config": "", "step": n}
    save_checkpoint(Path(sys.argv[1]), state)
    print(n, flush=True)
"""


def test_a_killed_process_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    for saves in (1, 2):
        command = [sys.executable, "-c", SAVER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            done = [int(child.stdout.readline()) for _ in range(saves)][-1]
            child.kill()
        state = load_checkpoint(path)
        assert state["step"] >= done
        assert (state["model"]["a"] == state["step"]).all()
