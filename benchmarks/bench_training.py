"""Time a short training run: where a step goes, pairs per second and core, memory.

usage: python benchmarks/bench_training.py [--images DIR] [--steps 40] [key=value ...]

Trains the default model on a folder of photographs, or on scikit-image's, and reads the times from
the run's own log; any setting of the training can be given, e.g. threads=2 data.workers=2. The
first steps, in which loader processes start and memory fills, do not count. Medians over the
others. Writes results/training.json and results/training.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import cv2
import skimage.data
import torch
from machine import environment, footnote, markdown_table

from ssldescriptor.training.config import TrainConfig, load_config
from ssldescriptor.training.memory import keep_pages, peak_gigabytes, usage
from ssldescriptor.training.throughput import cores_in_use, with_rest
from ssldescriptor.training.train import train

RESULTS = Path(__file__).parent / "results"
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
SETTLING = 10


def main() -> None:
    """Train, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--images", type=Path, help="folder of photographs")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    args = parser.parse_args()
    if args.steps <= SETTLING:
        parser.error(f"--steps {args.steps}: more than {SETTLING} are wanted")
    keep_pages()
    with tempfile.TemporaryDirectory() as folder:
        images = args.images or write_photographs(Path(folder) / "photographs")
        report = measure(images, Path(folder) / "run", args.steps, args.overrides)
    command = ["benchmarks/bench_training.py", "--steps", str(args.steps), *args.overrides]
    made = environment(" ".join(command)) | {"torch": torch.__version__}
    report = {"made": made, **report}
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "training.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "training.md").write_text(markdown(report))
    print(markdown(report))


def write_photographs(folder: Path) -> Path:
    """Write scikit-image's photographs into a folder."""
    folder.mkdir()
    for name in PHOTOGRAPHS:
        cv2.imwrite(str(folder / f"{name}.png"), getattr(skimage.data, name)()[..., ::-1])
    return folder


def measure(images: Path, output: Path, steps: int, overrides: list[str]) -> dict[str, Any]:
    """Train for some steps and return their median times in seconds, rate and memory."""
    quiet = ["log_every=1", "validate_every=0", "pictures_every=0", "data.validation_share=0"]
    run = [f"data.images={json.dumps([str(images)])}", f"output={output}", f"steps={steps}"]
    config = load_config(None, [*quiet, *overrides, *run])
    before = usage()
    train(config)
    faults = (usage().faults - before.faults) / steps
    with (output / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[SETTLING:]
    return summarize(config, rows) | {
        "peak_gigabytes": round(peak_gigabytes(), 2),
        "page_faults_a_step": round(faults),
    }


def summarize(config: TrainConfig, rows: list[dict[str, str]]) -> dict[str, Any]:
    """Return the median times of log rows in seconds, and pairs per second."""

    def median(name: str) -> float:
        return statistics.median(float(row[name] or 0) for row in rows)

    seconds = median("seconds")
    names = [name for name in rows[0] if name.startswith("seconds_")]
    stages = {name.removeprefix("seconds_"): median(name) for name in names}
    rate = config.batch / seconds
    return {
        "batch": config.batch,
        "threads": config.threads,
        "workers": config.data.workers,
        "seconds": round(seconds, 4),
        "stages": {name: round(s, 4) for name, s in with_rest(stages, seconds).items()},
        "pairs_per_second": round(rate, 2),
        "pairs_per_second_and_core": round(rate / cores_in_use(config), 2),
    }


def markdown(report: dict[str, Any]) -> str:
    """Return the table of a report."""
    seconds = report["seconds"]
    rows = [
        [name, f"{1000 * time:.0f}", f"{time / seconds:.0%}"]
        for name, time in report["stages"].items()
        if time > 0
    ]
    rows.append(["**step**", f"**{1000 * seconds:.0f}**", "100%"])
    header = [f"training step, {report['batch']} pairs", "ms", "share"]
    rate = (
        f"{report['pairs_per_second']} pairs/s, {report['pairs_per_second_and_core']} per core "
        f"({report['threads']} threads, {report['workers']} loader processes), peak memory "
        f"{report['peak_gigabytes']} GB, {report['page_faults_a_step']} page faults a step."
    )
    return f"{markdown_table(header, rows)}\n{rate}\n\n{footnote(report['made'])}"


if __name__ == "__main__":
    main()
