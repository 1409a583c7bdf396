"""`ssldescriptor evaluate`: measure features on data sets, ours beside others."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ssldescriptor.cli.arguments import positive, ratio
from ssldescriptor.evaluation.runs.config import DEFAULT_METHODS
from ssldescriptor.evaluation.runs.localization import (
    LocalizationConfig,
    evaluate_localization,
)
from ssldescriptor.evaluation.runs.matching import MatchingConfig, evaluate_matching
from ssldescriptor.evaluation.runs.places import (
    AGGREGATIONS,
    PlacesConfig,
    evaluate_places,
)
from ssldescriptor.evaluation.runs.pose import PoseConfig, evaluate_pose


def add_parser(commands: Any) -> None:
    """Declare the tasks and their arguments."""
    parser = commands.add_parser(
        "evaluate",
        help="measure features on data sets, ours beside others",
        description="Measure features on data sets; docs/evaluation.md tells where to get them. "
        "The output folder gets results.json, results.md, report.html and config.json; a run that "
        "was interrupted goes on when it is started again.",
    )
    tasks = parser.add_subparsers(dest="task", required=True, metavar="TASK")
    _add_matching(tasks)
    _add_pose(tasks)
    _add_places(tasks)
    _add_localization(tasks)


def _add_matching(tasks: Any) -> None:
    parser = _add_task(tasks, "matching", "sequences with homographies, as HPatches lays them out")
    parser.add_argument("--only", default="*", metavar="GLOB", help="pattern of sequence names")
    parser.add_argument("--max-pairs", type=int, default=0, metavar="N", help="of each sequence")
    parser.add_argument(
        "--all-sequences", action="store_true", help="with the 8 large sequences of HPatches"
    )
    parser.add_argument("--turned", action="store_true", help="turn every second image at random")
    parser.add_argument(
        "--sweep-images", type=int, default=8, metavar="N", help="for rotation and scale; 0: none"
    )
    parser.add_argument("--pictures", type=int, default=2, metavar="N", help="best and worst pairs")
    parser.set_defaults(run=_run, config=MatchingConfig, evaluate=evaluate_matching)


def _add_pose(tasks: Any) -> None:
    parser = _add_task(tasks, "pose", "photographs with known cameras (Strecha's layout, KITTI's)")
    parser.add_argument("--ratio", type=ratio, default=0.8, metavar="R", help="1: no ratio test")
    parser.add_argument("--max-error", type=float, default=1.0, metavar="PX", help="of an inlier")
    parser.add_argument("--solver", choices=("auto", "poselib", "cv2"), default="auto")
    parser.add_argument(
        "--gaps", type=positive, nargs="+", default=[1, 5, 10], metavar="N", help="of video frames"
    )
    parser.add_argument(
        "--max-angle-deg", type=float, default=90.0, metavar="DEG", help="between two cameras"
    )
    parser.add_argument("--pictures", type=int, default=2, metavar="N", help="best and worst pairs")
    parser.set_defaults(run=_run, config=PoseConfig, evaluate=evaluate_pose)


def _add_places(tasks: Any) -> None:
    parser = _add_task(tasks, "places", "image retrieval: places, or revisited Oxford and Paris")
    parser.add_argument(
        "--vocabulary", default="", metavar="DIR", help="other images, to learn the words from"
    )
    parser.add_argument(
        "--shortlist",
        default="",
        metavar="FILE",
        help="'query database' lines of a global descriptor, to re-rank instead of own lists",
    )
    parser.add_argument(
        "--aggregation",
        choices=AGGREGATIONS,
        default="vlad",
        help="VLAD (default), or ASMK, which needs the extra [eval] and thousands of words",
    )
    parser.add_argument("--num-words", type=positive, default=64, metavar="N")
    parser.add_argument("--vocabulary-images", type=positive, default=200, metavar="N")
    parser.add_argument("--database", default="", metavar="NAME", help="subfolder")
    parser.add_argument("--queries", default="", metavar="NAME", help="subfolder")
    parser.add_argument(
        "--tolerance", type=int, default=2, metavar="N", help="numbers that are one place"
    )
    parser.add_argument(
        "--rerank", type=int, default=0, metavar="N", help="sort the first N again by geometry"
    )
    parser.add_argument("--ratio", type=ratio, default=0.9, metavar="R", help="1: no ratio test")
    parser.set_defaults(run=_run, config=PlacesConfig, evaluate=evaluate_places)


def _add_localization(tasks: Any) -> None:
    parser = _add_task(
        tasks, "localization", "photographs located in maps (Strecha's layout, Aachen, InLoc)"
    )
    parser.add_argument(
        "--map-every", type=int, default=2, metavar="N", help="the first of N makes the map"
    )
    parser.add_argument("--ratio", type=ratio, default=0.8, metavar="R", help="1: no ratio test")
    parser.add_argument("--max-error", type=float, default=8.0, metavar="PX", help="of an inlier")
    parser.add_argument(
        "--pairs", default="", metavar="FILE", help="'query database' lines, for Aachen and InLoc"
    )
    parser.add_argument(
        "--num-covisible", type=positive, default=20, metavar="N", help="pairs, for Aachen"
    )
    parser.set_defaults(run=_run, config=LocalizationConfig, evaluate=evaluate_localization)


def _add_task(tasks: Any, name: str, summary: str) -> Any:
    parser = tasks.add_parser(name, help=summary, description=f"Measure features on {summary}.")
    parser.add_argument("--data", required=True, metavar="DIR", help="the data set")
    parser.add_argument(
        "-o", "--output", required=True, metavar="DIR", help="folder of the results"
    )
    parser.add_argument(
        "--methods",
        nargs="+",
        default=list(DEFAULT_METHODS),
        metavar="M",
        help="names (sift rootsift orb akaze beblid ssl ssl-upright ssl@sift ssl@orb xfeat disk), "
        "ssl:key=value,... with options of SSLDescriptor.create, or your own extractor as "
        f"module:function or file.py:function; default: {' '.join(DEFAULT_METHODS)}",
    )
    parser.add_argument("--keypoints", type=positive, default=2048, metavar="N", help="an image")
    parser.add_argument("--max-side", type=positive, default=1600, metavar="PX")
    parser.add_argument("--model", default="default", metavar="M", help="name or ONNX file")
    parser.add_argument("--num-threads", type=int, default=0, metavar="N", help="0 for all")
    parser.add_argument("--fresh", action="store_true", help="make everything again")
    return parser


def _run(args: argparse.Namespace) -> None:
    """Evaluate, then say where the results are and what could not be used."""
    given = vars(args).items()
    names = args.config.__dataclass_fields__
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in given if k in names}
    config = args.config(**settings)
    report = args.evaluate(config)
    print((Path(args.output) / "results.md").read_text(encoding="utf-8").split("\n## Settings")[0])
    if report.summary:
        print(f"not everything could be used: {report.summary}")
    print(f"written: {Path(args.output) / 'report.html'}")
