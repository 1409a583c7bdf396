"""Score features on homography sequences, upright and with everything turned at random.

usage: python benchmarks/accuracy.py --data DIR [--methods rootsift orb ssl ...] [--only 'v_ox_*']

DIR holds sequences in HPatches' layout. Mutual nearest neighbours, no ratio test; MMA@3 and the
share of pairs whose homography is within 3 pixels at the corners, averaged over the pairs of a
source. Writes results/accuracy.json and results/accuracy.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import environment, footnote, markdown_table

from ssldescriptor.evaluation.methods import LABELS
from ssldescriptor.evaluation.runs.matching import MatchingConfig, evaluate_matching

RESULTS = Path(__file__).parent / "results"
DEFAULT_METHODS = ["rootsift", "orb", "akaze", "ssl", "ssl-upright", "ssl@sift"]


def main() -> None:
    """Parse the arguments, score every method, write JSON and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of sequences")
    parser.add_argument("--methods", nargs="+", default=DEFAULT_METHODS)
    parser.add_argument("--only", default="*", help="pattern of sequence names")
    parser.add_argument("--keypoints", type=int, default=2048)
    parser.add_argument("--views", nargs="+", choices=VIEWS, default=list(VIEWS))
    parser.add_argument("--model", default="default", help="name or ONNX file")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    args = parser.parse_args()
    # The folder's name alone: where it lies on this machine is nobody's business.
    command = (
        f"benchmarks/accuracy.py --data {args.data.name} --only {args.only!r} "
        f"--keypoints {args.keypoints} --methods {' '.join(args.methods)}"
    )
    report: dict[str, Any] = {"made": environment(command), "scores": {}}
    for views in args.views:
        for method in args.methods:
            scores = score_method(method, views, args)
            report["scores"].setdefault(views, {})[method] = scores
            print(f"{views} {method}: {one_line(scores)}", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "accuracy.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "accuracy.md").write_text(markdown(report))


VIEWS = {"upright": False, "turned": True}


def score_method(method: str, views: str, args: argparse.Namespace) -> dict[str, Any]:
    """Return a method's mean scores by source, as `ssldescriptor evaluate matching` makes them.

    Raises:
        RuntimeError: something could not be used; a benchmark is complete or it is none.
    """
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        config = MatchingConfig(
            data=str(args.data),
            output=folder,
            methods=(method,),
            keypoints=args.keypoints,
            model=args.model,
            only=args.only,
            turned=VIEWS[views],
            num_threads=1,
            pictures=0,
        )
        report = evaluate_matching(config)
        results = json.loads((Path(folder) / "results.json").read_text())
    # An image in which a method finds nothing is measured: it scores zero.
    unusable = [failure for failure in report.failures if failure["kind"] != "empty"]
    if unusable:
        first = unusable[0]
        raise RuntimeError(f"{report.summary}, first {first['item']}: {first['reason']}")
    print(f"{method}: {time.process_time() - started:.0f} s of processor time", flush=True)
    scores: dict[str, Any] = results["scores"][method]
    return scores


def one_line(scores: dict[str, Any]) -> str:
    """Return the MMA@3 of every source."""
    return ", ".join(f"{source} {score['mma_3']:.3f}" for source, score in scores.items())


def markdown(report: dict[str, Any]) -> str:
    """Return one table for each kind of views, methods by sources."""
    parts = ["MMA@3 / share of homographies within 3 px at the corners, by source (pairs).\n"]
    for views, methods in report["scores"].items():
        sources = {source: score for scores in methods.values() for source, score in scores.items()}
        header = [views, *(f"{name} ({score['num_pairs']})" for name, score in sources.items())]
        rows = []
        for method, scores in methods.items():
            cells = [f"{scores[s]['mma_3']:.3f} / {scores[s]['homography_3']:.2f}" for s in sources]
            rows.append([LABELS.get(method, method), *cells])
        parts.append(markdown_table(header, rows))
    return "\n".join([*parts, footnote(report["made"])])


if __name__ == "__main__":
    main()
