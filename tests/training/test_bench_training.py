"""The benchmark of training adds up what a run's log says."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from ssldescriptor.training.config import load_config

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("bench_training")


def test_medians_and_rates(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    rows = [
        {"step": str(n), "seconds": str(s), "seconds_wait": w, "seconds_dense": "0.5"}
        for n, (s, w) in enumerate([(1.0, "0.1"), (9.0, "0.2"), (2.0, "")])
    ]
    config = load_config(None, ["batch=12", "threads=2", "data.workers=1"])
    report = bench.summarize(config, rows)
    assert report["seconds"] == 2.0
    assert report["stages"] == {"wait": 0.1, "dense": 0.5, "other": 1.4}
    assert report["pairs_per_second"] == 6.0
    assert report["pairs_per_second_and_core"] == 2.0
    made = {"command": "c", "date": "d", "processor": "p", "simd": "s", "opencv": "o"}
    made |= {"onnxruntime": "r", "numpy": "n"}
    table = bench.markdown(report | {"made": made, "peak_gigabytes": 1, "page_faults_a_step": 7})
    assert "| dense | 500 | 25% |" in table
    assert "6.0 pairs/s, 2.0 per core (2 threads, 1 loader processes)" in table


def test_a_short_run_is_measured(bench: ModuleType, tmp_path: Path) -> None:
    images = bench.write_photographs(tmp_path / "photographs")
    small = ["batch=2", "data.pair.size=96", "model.size=tiny", "step.keypoints=8"]
    settings = [*small, "data.workers=0", "bfloat16=no", "data.short_side=120"]
    report = bench.measure(images, tmp_path / "run", bench.SETTLING + 2, settings)
    stages = {"wait", "dense", "keypoints", "frames", "patches", "loss", "backward", "optimizer"}
    assert stages <= set(report["stages"])
    assert sum(report["stages"].values()) >= report["seconds"] * 0.9
    assert report["peak_gigabytes"] > 0.1
