"""Accuracy against time of this package's models and of its peers, as a table and a plot.

usage: python benchmarks/accuracy_time.py [--evaluation evaluation_sequences.json] [--rounds 15]

MMA@3 is taken from a published evaluation (publish.py), for every method that stands there; the
time is measured here: detectAndCompute of a 640 x 480 photograph, 2048 keypoints, one thread,
processor time. The methods take turns within each round. Learned peers are timed where their
packages are installed, and after the others: the memory that torch has used once serves every later
call of the process, which makes SIFT a quarter faster than it is in a script without torch. Writes
results/accuracy_time.json, .md and .svg.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
from bench_describe import NUM_KEYPOINTS, photograph
from machine import environment, footnote, markdown_table
from plots import Point, scatter_plot
from timing import interleaved, summarize

from ssldescriptor.cli.arguments import positive
from ssldescriptor.evaluation.learned_methods import PACKAGES
from ssldescriptor.evaluation.methods import Method, make_methods

RESULTS = Path(__file__).parent / "results"
REFERENCE = "sift"
# Whose homographies no method finds: nothing to see.
LEFT_OUT = ("v_evd",)


def main() -> None:
    """Time the methods in turns, write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--evaluation", type=Path, default=RESULTS / "evaluation_sequences.json")
    parser.add_argument("--rounds", type=positive, default=15)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    scores = json.loads(args.evaluation.read_text())["scores"]
    # The others describe keypoints of a detector, which takes its time as well.
    names = [REFERENCE, *(name for name in scores if name != REFERENCE and "@" not in name)]
    methods: list[Method] = []
    times: dict[str, list[float]] = {}
    for learned in (False, True):
        group = [name for name in names if (name in PACKAGES) == learned]
        made = make_methods(group, NUM_KEYPOINTS, num_threads=1)
        methods += made
        times |= interleaved(make_runs(made), args.rounds)
    command = (
        f"benchmarks/accuracy_time.py --evaluation {args.evaluation.name} --rounds {args.rounds}"
    )
    report = {
        "made": environment(command),
        "cpu_ms": summarize(times),
        "labels": {method.spec: method.label for method in methods},
        "mma_3": {name: {s: scores[name][s]["mma_3"] for s in scores[name]} for name in names},
    }
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "accuracy_time.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "accuracy_time.md").write_text(markdown(report))
    (args.out / "accuracy_time.svg").write_text(plot(report))
    print(markdown(report))


def make_runs(methods: list[Method]) -> dict[str, Callable[[], object]]:
    """Return the calls to time, all on one thread."""
    cv2.setNumThreads(1)
    if any(method.spec in PACKAGES for method in methods):
        import torch

        torch.set_num_threads(1)
    image = photograph()

    def runner(method: Method) -> Callable[[], object]:
        return lambda: method.extract(image)

    return {method.spec: runner(method) for method in methods}


def sources(report: dict[str, Any]) -> list[str]:
    """Return the sources that are shown."""
    return [source for source in report["mma_3"][REFERENCE] if source not in LEFT_OUT]


def markdown(report: dict[str, Any]) -> str:
    """Return the table and how it was made."""
    rows = []
    for name, cpu in sorted(report["cpu_ms"].items(), key=lambda item: item[1]["ratio"]):
        mma = [f"{report['mma_3'][name][source]:.3f}" for source in sources(report)]
        label = report["labels"][name]
        rows.append([label, f"{cpu['median']:.1f}", f"{cpu['ratio']:.2f}", *mma])
    header = ["detectAndCompute, 640 x 480", "CPU ms", "x SIFT", *sources(report)]
    return markdown_table(header, rows) + "\n" + footnote(report["made"])


def plot(report: dict[str, Any]) -> str:
    """Return the plot, one panel a source."""
    panels = {
        source: [
            Point(
                report["labels"][name],
                cpu["ratio"],
                report["mma_3"][name][source],
                ours=name.startswith("ssl"),
            )
            for name, cpu in report["cpu_ms"].items()
        ]
        for source in sources(report)
    }
    return scatter_plot(panels, "processor time, x SIFT", "MMA@3")


if __name__ == "__main__":
    main()
