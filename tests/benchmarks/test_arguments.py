"""Benchmarks refuse numbers that measure nothing, before anything is measured or written."""

import importlib
import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize(
    ("script", "option"),
    [
        ("bench_match", "--rounds"),
        ("bench_describe", "--rounds"),
        ("bench_describe", "--threads"),
        ("bench_features", "--rounds"),
        ("accuracy_time", "--rounds"),
    ],
)
@pytest.mark.parametrize("number", ["0", "-1"])
def test_numbers_are_positive(
    script: str,
    option: str,
    number: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr("sys.argv", [script, "--out", str(tmp_path), option, number])
    with pytest.raises(SystemExit, match="2"):
        importlib.import_module(script).main()
    assert f"argument {option}: {number} is not above 0" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []
