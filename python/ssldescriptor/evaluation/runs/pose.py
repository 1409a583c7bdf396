"""`ssldescriptor evaluate pose`: features on photographs with known cameras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ssldescriptor.evaluation.datasets.cameras import CameraPair, read_scenes, scene_pairs
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.poses import SOLVERS, default_solver, epipolar_errors
from ssldescriptor.evaluation.report.content import Chart, Picture, Report, Section, Table
from ssldescriptor.evaluation.runs.config import RunConfig
from ssldescriptor.evaluation.runs.pictures import DrawnMatches, draw_extremes, extremes
from ssldescriptor.evaluation.runs.session import Session
from ssldescriptor.evaluation.scoring import Result, by_source
from ssldescriptor.evaluation.store import Stored
from ssldescriptor.evaluation.tasks.matching import match_features
from ssldescriptor.evaluation.tasks.pose import mean_pose_scores, pose_errors, score_pose

# Raised when the same images and truth give other scores.
PROTOCOL = "pose 1"
COLUMNS = {
    "auc_5": ("AUC@5°", ".3f"),
    "auc_10": ("AUC@10°", ".3f"),
    "auc_20": ("AUC@20°", ".3f"),
    "median_deg": ("median error in degrees", ".2f"),
    "num_features": ("features", ".0f"),
    "num_matches": ("matches", ".0f"),
    "num_inliers": ("inliers", ".0f"),
}
EXPLANATION = (
    "Relative pose from mutual nearest neighbours that pass the ratio test; a pair's error is the "
    "larger of the angles between the rotations and between the directions of translation. AUC@t: "
    "area under the share of pairs by error, up to t degrees."
)
PICTURE_TEXT = (
    "By the mean error over all methods. Green: as far from the true epipolar lines as an inlier "
    "may be, red: farther."
)
CURVE_DEG = np.arange(0.0, 20.5, 0.5)


@dataclass(frozen=True, kw_only=True)
class PoseConfig(RunConfig):
    """Settings of the pose evaluation.

    Attributes:
        ratio: limit of the ratio test; 1 for no test.
        max_error: epipolar distance up to which a match agrees with a pose, pixels.
        solver: "poselib", "cv2", or "auto" for poselib where it is installed.
        gaps: of a video (KITTI's layout) the pairs so many frames apart.
        max_angle_deg: pairs whose viewing directions differ by more are left out.
        pictures: best pairs and worst pairs that the report shows.
    """

    ratio: float = 0.8
    max_error: float = 1.0
    solver: str = "auto"
    gaps: tuple[int, ...] = (1, 5, 10)
    max_angle_deg: float = 90.0
    pictures: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.ratio <= 1:
            raise ValueError(f"ratio={self.ratio}, a number in (0, 1] is wanted")
        if self.max_error <= 0:
            raise ValueError(f"max_error={self.max_error}, above 0 is wanted")
        if self.solver not in ("auto", *SOLVERS):
            raise ValueError(f"solver={self.solver!r}, auto or one of {', '.join(SOLVERS)}")
        if not self.gaps or min(self.gaps) < 1:
            raise ValueError(f"gaps={self.gaps}, numbers above 0 are wanted")
        if self.pictures < 0:
            raise ValueError(f"pictures={self.pictures}, 0 or more is wanted")


def evaluate_pose(config: PoseConfig) -> Report:
    """Run the evaluation and write its results.

    Raises:
        FileNotFoundError: no data.
        ValueError: an unknown method, or not one pair could be scored.
    """
    if config.solver == "auto":
        config = replace(config, solver=default_solver())
    failures = Failures()
    scenes = read_scenes(config.root, failures, config.max_side)
    pairs = [
        pair
        for scene in scenes
        for pair in scene_pairs(
            scene, failures, gaps=config.gaps, max_angle_deg=config.max_angle_deg
        )
    ]
    session = Session(config, packages=("poselib",), failures=failures)
    score = partial(
        score_pose, ratio=config.ratio, max_error=config.max_error, solver=config.solver
    )
    results = session.score(pairs, score, [PROTOCOL, sorted(score.keywords.items())])
    if not any(results.values()):
        raise ValueError(f"no pair of {config.data} could be scored: {failures.summary()}")
    means = {
        spec: {source: mean_pose_scores(rows) for source, rows in by_source(found).items()}
        for spec, found in results.items()
    }
    numbers: dict[str, Any] = {
        "scores": means,
        "pairs": {spec: [vars(result) for result in rows] for spec, rows in results.items()},
    }
    sections = pose_sections(session.labels(), means, results)
    pictures = _pictures(config, session, pairs, results)
    if pictures:
        sections.append(Section("Best and worst pairs", pictures, PICTURE_TEXT))
    return session.finish(f"Relative pose: {config.root.name}", sections, numbers)


def pose_sections(
    labels: Mapping[str, str],
    means: Mapping[str, Mapping[str, Mapping[str, float | None]]],
    results: Mapping[str, Sequence[Result]],
) -> list[Section]:
    """Return the report's sections: a table and a curve for each source."""
    tables, charts = [], []
    for source in dict.fromkeys(source for scores in means.values() for source in scores):
        chosen = {spec: scores[source] for spec, scores in means.items() if source in scores}
        rows = [
            [labels[spec], *(_text(scores[key], form) for key, (_, form) in COLUMNS.items())]
            for spec, scores in chosen.items()
        ]
        counts = " or ".join(sorted({str(scores["num_pairs"]) for scores in chosen.values()}))
        header = ["method", *(name for name, _ in COLUMNS.values())]
        tables.append(Table(f"{source} ({counts} pairs)", header, rows))
        lines = {}
        for spec, found in results.items():
            errors = np.array(pose_errors([r.scores for r in found if r.source == source]))
            lines[labels[spec]] = [(float(t), float((errors <= t).mean())) for t in CURVE_DEG]
        charts.append(Chart(source, "error in degrees", "share of pairs", lines))
    return [Section("Scores by scene", [*tables, *charts], EXPLANATION)]


def _pictures(
    config: PoseConfig,
    session: Session,
    pairs: Sequence[CameraPair],
    results: Mapping[str, Sequence[Result]],
) -> list[Picture]:
    """Draw the pairs of the smallest and the largest mean error; no pose counts as 180 degrees."""

    def closeness(result: Result) -> float:
        return -min(pose_errors([result.scores])[0], 180.0)

    def match(view0: Stored, view1: Stored, pair: CameraPair) -> DrawnMatches:
        index = match_features(view0.features, view1.features, ratio=config.ratio)
        points = view0.features.points[index[0]], view1.features.points[index[1]]
        inner = view0.matrix @ pair.view0.intrinsics, view1.matrix @ pair.view1.intrinsics
        return *points, epipolar_errors(*points, *inner, pair.pose) <= config.max_error

    return draw_extremes(session, pairs, extremes(results, closeness, config.pictures), match)


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
