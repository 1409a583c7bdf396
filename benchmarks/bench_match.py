"""Time exact matching against its peers and against a bare matrix product, one thread each.

usage: python benchmarks/bench_match.py [--sizes 2048 8192] [--dims 128] [--only float sift ...]
       python benchmarks/bench_match.py --full [--seconds 15]   all sizes and dimensions; an hour
       python benchmarks/bench_match.py --huge 100000       time and memory of one large match alone

Random unit rows, of which half have a noisy copy in the other set; the same as integers; rows of
256 bits; k neighbours; one image against a set of images; two threads. The methods take turns
within each round, so that a busy moment of the machine hits all of them; the medians of the rounds
and of the ratios within a round are reported, in processor time (threads: in time on the clock).
Also page faults of a call, memory beside arguments and results, and what the processor can do at
most. Writes results/match.json, match.md (what the README shows), match_details.md and match.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"  # read when numpy is imported: the product must not use more

import cv2  # noqa: E402
import match_methods as methods  # noqa: E402
import match_report as report  # noqa: E402
from machine import environment  # noqa: E402
from match_peers import RATIO, missing_peers  # noqa: E402
from memory_use import extra_megabytes, faults_per_call  # noqa: E402
from roofline import measure_peaks  # noqa: E402
from timing import Runs, interleaved, summarize  # noqa: E402

from ssldescriptor import match  # noqa: E402
from ssldescriptor.cli.arguments import positive  # noqa: E402

RESULTS = Path(__file__).parent / "results"
GROUPS = ("float", "sift", "binary", "knn", "threads", "set", "memory")
FULL_SIZES = (1024, 2048, 4096, 8192, 16384, 32768)
FULL_DIMS = (64, 128, 256)
FULL_MEMORY = 100_000  # rows
Timing = dict[str, Any]


def main() -> None:
    """Time the methods in turns, print and write the tables."""
    args = parse_arguments()
    cv2.setNumThreads(1)
    if args.huge:
        print(json.dumps(huge(args.huge, args.dims[0]), indent=1))
        return
    made = environment("benchmarks/bench_match.py " + describe(args))
    measured: dict[str, Any] = {
        "made": made,
        "missing": missing_peers(),
        "peaks": measure_peaks(),
        "timings": [],
    }
    cores = use_core(args.core)
    for group in args.only:
        if group == "threads":
            use_cores(cores)
        measured["timings"] += run_group(group, args)
        use_core(args.core)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "match.json").write_text(json.dumps(measured, indent=1) + "\n")
    (args.out / "match.md").write_text(report.summary(measured))
    (args.out / "match_details.md").write_text(report.details(measured))
    (args.out / "match.svg").write_text(report.plot(measured))
    print(report.details(measured))


def parse_arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", help="rows of a set: 2048 8192")
    parser.add_argument("--dims", type=int, nargs="+", help="of the float rows: 128")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--rounds", type=positive, default=25, help="at most")
    parser.add_argument(
        "--seconds", type=float, default=60, help="for a table, about; one round if it takes longer"
    )
    parser.add_argument("--images", type=int, default=200, help="of the set")
    parser.add_argument("--core", type=int, help="the processor to stay on, but for two threads")
    parser.add_argument("--full", action="store_true", help="all sizes and dims, 1000 images")
    parser.add_argument("--huge", type=int, metavar="N", help="only match N x N rows once")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    args.sizes = args.sizes or list(FULL_SIZES if args.full else (2048, 8192))
    args.dims = args.dims or list(FULL_DIMS if args.full else (128,))
    args.images = 1000 if args.full else args.images
    args.memory = [*args.sizes, FULL_MEMORY] if args.full else args.sizes
    return args


def describe(args: argparse.Namespace) -> str:
    """Return the arguments that matter."""
    sizes, dims = (" ".join(map(str, values)) for values in (args.sizes, args.dims))
    images = "--full" if args.full else f"--images {args.images}"
    rounds = f"--rounds {args.rounds} --seconds {args.seconds:g}"
    return f"{images} --sizes {sizes} --dims {dims} {rounds}"


def run_group(group: str, args: argparse.Namespace) -> list[Timing]:
    """Return the timings of one group, one entry a table."""
    if group == "float":
        tables = [(n, d, methods.float_runs(n, d)) for d in args.dims for n in args.sizes]
    elif group == "sift":
        tables = [(n, 128, methods.sift_runs(n, 128)) for n in args.sizes]
    elif group == "binary":
        tables = [(n, 256, methods.binary_runs(n)) for n in args.sizes]
    elif group == "knn":
        tables = [(n, 128, methods.knn_runs(n, 128)) for n in args.sizes]
    elif group == "threads":
        tables = [(n, 128, methods.thread_runs(n, 128)) for n in args.sizes]
    elif group == "set":
        tables = [(2048, 128, methods.set_runs(args.images, 2048, 128))]
    else:
        return [memory(n, 128) for n in args.memory]
    clock = time.perf_counter if group == "threads" else time.process_time
    timings = []
    while tables:  # each table's rows are freed before the next is measured
        size, dim, runs = tables.pop(0)
        times, rounds = time_table(runs, clock, args)
        timings.append({"group": group, "size": size, "dim": dim, "rounds": rounds, "ms": times})
        print(f"{group} {size} x {dim}: {rounds} rounds", file=sys.stderr)
    return timings


def time_table(
    runs: Runs, clock: Callable[[], float], args: argparse.Namespace
) -> tuple[dict[str, dict[str, float]], int]:
    """Return the times of every call and the number of rounds that fit the time of a table.

    A first round warms up. Where it alone takes that time, it is the result: calls that long have
    nothing to warm up.
    """
    started = time.perf_counter()
    first = interleaved(runs, 1, clock, warm_up=False)
    seconds = time.perf_counter() - started
    rounds = int(min(args.seconds / seconds, args.rounds))
    if rounds == 0:
        return summarize(first), 1
    return summarize(interleaved(runs, rounds, clock, warm_up=False)), rounds


def use_core(core: int | None) -> set[int]:
    """Stay on one processor, where the system allows; return those that were allowed before."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    return before


def use_cores(cores: set[int]) -> None:
    """Use all of these processors again."""
    if cores:
        os.sched_setaffinity(0, cores)


def memory(size: int, dim: int) -> Timing:
    """Return the memory of a first call, in a process of its own, and page faults of later ones."""
    command = [sys.executable, __file__, "--huge", str(size), "--dims", str(dim)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    a, b = methods.float_rows(size, dim)
    ours = methods.our_runs(a, b, cv2.NORM_L2) if size < FULL_MEMORY else {}
    return {
        "group": "memory",
        "size": size,
        "dim": dim,
        **{key: json.loads(done.stdout)[key] for key in ("extra_mb", "cpu_seconds")},
        "faults": {name: faults_per_call(run) for name, run in ours.items()},
    }


def huge(size: int, dim: int) -> dict[str, Any]:
    """Match two large sets once; return time and memory."""
    a, b = methods.float_rows(size, dim)
    seconds = [0.0]

    def run() -> None:
        started = time.process_time()
        match(a, b, ratio=RATIO, num_threads=0)
        seconds[0] = time.process_time() - started

    extra = extra_megabytes(run)
    return {"rows": size, "dim": dim, "cpu_seconds": round(seconds[0], 4), "extra_mb": extra}


if __name__ == "__main__":
    main()
