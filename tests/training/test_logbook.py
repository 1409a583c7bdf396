"""What a run says of itself: tables, log lines, curves, times."""

import errno
import os
import time
from pathlib import Path

import numpy as np
import pytest
from tests.training.small_run import tiny

from ssldescriptor.training import files, logbook
from ssldescriptor.training.logbook import Logbook
from ssldescriptor.training.table import Table
from ssldescriptor.training.throughput import describe_stages, pairs_per_core, waiting_advice
from ssldescriptor.training.timing import stage, take_stages


def test_a_table_grows_in_rows_and_columns(tmp_path: Path) -> None:
    table = Table(tmp_path / "new" / "t.csv", 0)
    table.add(1, {"loss": 2.0})
    table.add(2, {"loss": 1.5, "score": 0.123456789})
    assert table.path.read_text() == "step,loss,score\n1,2,\n2,1.5,0.12346\n"
    assert [path.name for path in table.path.parent.iterdir()] == ["t.csv"]
    table.add(3, {"overlaps": 1234567})
    assert table.path.read_text().endswith("\n3,,,1234567\n")


def test_a_table_forgets_what_will_be_done_again(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("step,old\n1,5\n2,6\n3,7\nhalf a li")
    again = Table(tmp_path / "t.csv", 2)
    again.add(3, {"new": 1.0})
    assert again.path.read_text() == "step,old,new\n1,5,\n2,6,\n3,,1\n"
    Table(tmp_path / "t.csv", 0).add(1, {"new": 2.0})
    assert again.path.read_text() == "step,new\n1,2\n"


def test_a_full_disk_is_told_by_file_and_leaves_the_table_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Logbook(tiny(tmp_path, tmp_path), 0)
    book.add(1, {"loss": 2.0})
    before = (tmp_path / "log.csv").read_text()

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"cannot write .*log\.csv: No space left on device"):
        book.add(2, {"loss": 1.0})
    with pytest.raises(OSError, match=r"cannot write .*pairs_000002\.png: No space left"):
        book.add_picture(2, "pairs", np.zeros((4, 6, 3), np.uint8))
    book.close()
    assert (tmp_path / "log.csv").read_text() == before
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["log.csv"]


def test_figures_are_averaged_between_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Logbook(tiny(tmp_path, tmp_path, "log_every=2", "steps=3"), 0)
    for step, loss in enumerate((1.0, 2.0, 5.0), 1):
        with stage("dense"):
            time.sleep(0.002)
        book.add(step, {"loss": loss})
    book.close()
    rows = [line.split(",") for line in (tmp_path / "log.csv").read_text().splitlines()]
    assert rows[0] == ["step", "loss", "seconds", "seconds_dense"]
    assert [row[:2] for row in rows[1:]] == [["2", "1.5"], ["3", "5"]]
    assert all(0.002 <= float(row[3]) <= float(row[2]) for row in rows[1:])
    captured = capsys.readouterr()
    assert "2/3  loss 1.500" in captured.out
    assert captured.err == ""  # no progress bar where no terminal is


def test_what_is_done_aside_does_not_count(tmp_path: Path) -> None:
    book = Logbook(tiny(tmp_path, tmp_path), 0)
    book.add(1, {})
    with book.aside():
        time.sleep(0.2)
    book.add(2, {})
    book.close()
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert float(rows[2].split(",")[1]) < 0.2


def test_curves_and_pictures_reach_tensorboard(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    book = Logbook(tiny(tmp_path, tmp_path, "tensorboard=true"), 0)
    book.add(1, {"loss": 2.0})
    book.add_scores(1, {"score": 0.5})
    picture = np.zeros((4, 6, 3), np.uint8)
    book.add_picture(1, "pairs", picture)
    book.close()
    assert (tmp_path / "pictures" / "pairs_000001.png").exists()
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert events.Scalars("training/loss")[0].value == 2.0
    assert events.Scalars("validation/score")[0].value == 0.5
    assert events.Images("pairs")[0].width == 6
    assert (tmp_path / "validation.csv").read_text() == "step,score\n1,0.5\n"


def test_without_tensorboard_its_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(logbook.sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ValueError, match=r"ssldescriptor\[train\]"):
        Logbook(tiny(tmp_path, tmp_path, "tensorboard=true"), 0)


def test_stages_add_up_until_they_are_taken() -> None:
    take_stages()
    for _ in range(2):
        with stage("a"):
            time.sleep(0.001)
    with pytest.raises(KeyError), stage("b"):
        raise KeyError
    taken = take_stages()
    assert set(taken) == {"a", "b"}
    assert taken["a"] >= 0.002
    assert take_stages() == {}


def test_shares_and_rates_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = {"wait": 0.1, "dense": 0.5, "plan": 0.0}
    assert describe_stages(stages, 2.0) == "wait 0.10 s 5%, dense 0.50 s 25%, other 1.40 s 70%"
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    config = tiny(tmp_path, tmp_path, "batch=12", "threads=2", "data.workers=1")
    assert pairs_per_core(config, 0.5).startswith("8.0 pairs/s per core, peak memory ")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert pairs_per_core(config, 0.5).startswith("24.0 pairs/s per core, ")
    assert waiting_advice(stages, 2.0) is None
    assert "50% of the time" in str(waiting_advice({"wait": 1.0}, 2.0))
