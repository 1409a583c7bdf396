"""The matching evaluation's tables, charts and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ssldescriptor.evaluation.datasets.sequences import HomographyPair
from ssldescriptor.evaluation.metrics import match_errors
from ssldescriptor.evaluation.report.content import Chart, Picture, Section, Table
from ssldescriptor.evaluation.runs.pictures import DrawnMatches, draw_extremes, extremes
from ssldescriptor.evaluation.scoring import Result
from ssldescriptor.evaluation.store import Stored
from ssldescriptor.evaluation.tasks.matching import CORRECT, MMA_LIMITS, match_features
from ssldescriptor.evaluation.tasks.sweeps import SCALES

if TYPE_CHECKING:
    from ssldescriptor.evaluation.runs.session import Session

# Headings and formats of a source's table.
COLUMNS = {
    "mma_1": ("MMA@1", ".3f"),
    "mma_3": ("MMA@3", ".3f"),
    "mma_5": ("MMA@5", ".3f"),
    "mma_10": ("MMA@10", ".3f"),
    "homography_1": ("H@1", ".3f"),
    "homography_3": ("H@3", ".3f"),
    "homography_5": ("H@5", ".3f"),
    "homography_auc_1": ("H AUC@1", ".3f"),
    "homography_auc_3": ("H AUC@3", ".3f"),
    "homography_auc_5": ("H AUC@5", ".3f"),
    "num_features": ("features", ".0f"),
    "num_matches": ("matches", ".0f"),
    "num_correct": ("correct", ".0f"),
    "matching_score": ("M-score", ".3f"),
    "repeatability": ("repeated", ".3f"),
}
NAMES = {"i": "i: light (HPatches)", "v": "v: viewpoint (HPatches)", "hpatches": "all of HPatches"}
EXPLANATION = (
    "Mutual nearest neighbours, no ratio test. MMA@t: share of matches within t pixels, averaged "
    "over pairs. H@t: share of pairs whose homography (MAGSAC) moves the corners by less than t "
    "pixels; H AUC@t: the area under that curve. Correct matches, the matching score (M-score: "
    "correct matches over keypoints in the shared part) and repeated keypoints are taken at "
    f"{CORRECT:g} pixels."
)


def matching_sections(
    session: Session,
    means: Mapping[str, Mapping[str, Mapping[str, float]]],
    sweeps: Mapping[str, Any],
    pairs: Sequence[HomographyPair],
    results: Mapping[str, Sequence[Result]],
) -> list[Section]:
    """Return all sections of the report."""
    labels = session.labels()
    sources = list(dict.fromkeys(source for scores in means.values() for source in scores))
    tables = [_table(source, means, labels) for source in sources]
    charts = [_mma_chart(source, means, labels) for source in sources]
    sections = [Section("Scores by source", [*tables, *charts], EXPLANATION)]
    if sweeps:
        parts: list[Table | Chart] = [
            *_sweep_tables(sweeps, labels),
            *_sweep_charts(sweeps, labels),
        ]
        sections.append(Section("Sweeps", parts, _SWEEP_TEXT))
    pictures = _pictures(session, pairs, results)
    if pictures:
        sections.append(Section("Best and worst pairs", pictures, _PICTURE_TEXT))
    return sections


_SWEEP_TEXT = "MMA@3 of each image against itself, turned or resized."
_PICTURE_TEXT = (
    f"By the mean share of matches within {CORRECT:g} pixels over all methods. Green: within "
    f"{CORRECT:g} pixels, red: not."
)


def _table(source: str, means: Mapping[str, Any], labels: Mapping[str, str]) -> Table:
    rows = [
        [labels[spec], *(format(scores[source][key], form) for key, (_, form) in COLUMNS.items())]
        for spec, scores in means.items()
        if source in scores
    ]
    counts = sorted({scores[source]["num_pairs"] for scores in means.values() if source in scores})
    pairs = "1 pair" if counts == [1] else f"{' or '.join(map(str, counts))} pairs"
    title = f"{NAMES.get(source, source)} ({pairs})"
    return Table(title, ["method", *(name for name, _ in COLUMNS.values())], rows)


def _mma_chart(source: str, means: Mapping[str, Any], labels: Mapping[str, str]) -> Chart:
    lines = {
        labels[spec]: [(float(t), scores[source][f"mma_{t}"]) for t in MMA_LIMITS]
        for spec, scores in means.items()
        if source in scores
    }
    return Chart(NAMES.get(source, source), "threshold in pixels", "MMA", lines, x_ticks=MMA_LIMITS)


def _sweep_tables(sweeps: Mapping[str, Any], labels: Mapping[str, str]) -> list[Table]:
    """Return MMA@3 by angle, every 45 degrees, and by scale."""
    chosen = {"rotation": (range(0, 360, 45), "{}°"), "scale": (SCALES, "x {}")}
    tables = []
    for kind, methods in sweeps.items():
        places, form = chosen[kind]
        rows = []
        for spec, scores in methods.items():
            found = {row["at"]: f"{row['mma_3']:.3f}" for row in scores}
            rows.append([labels[spec], *(found.get(at, "-") for at in places)])
        tables.append(Table(f"MMA@3 by {kind}", ["method", *map(form.format, places)], rows))
    return tables


def _sweep_charts(sweeps: Mapping[str, Any], labels: Mapping[str, str]) -> list[Chart]:
    axes = {"rotation": "angle in degrees", "scale": "size of the second image"}
    charts = []
    for kind, methods in sweeps.items():
        for key, name in (("mma_3", "MMA@3"), ("num_correct", "correct matches")):
            lines = {
                labels[spec]: [(float(row["at"]), row[key]) for row in rows]
                for spec, rows in methods.items()
            }
            top = max((y for line in lines.values() for _, y in line), default=1.0) or 1.0
            top = 1.0 if key == "mma_3" else top * 1.05
            ticks = range(0, 360, 45) if kind == "rotation" else (0.25, 0.5, 1, 1.41, 2)
            charts.append(Chart(f"{name} by {kind}", axes[kind], name, lines, top, ticks))
    return charts


def _pictures(
    session: Session, pairs: Sequence[HomographyPair], results: Mapping[str, Sequence[Result]]
) -> list[Picture]:
    """Draw the pairs with the highest and the lowest mean MMA@3 over the methods."""
    count = getattr(session.config, "pictures", 0)

    def share(result: Result) -> float:
        return float(result.scores["mma"][int(CORRECT) - 1])

    return draw_extremes(session, pairs, extremes(results, share, count), _right)


def _right(view0: Stored, view1: Stored, pair: HomographyPair) -> DrawnMatches:
    index0, index1 = match_features(view0.features, view1.features)
    points0, points1 = view0.features.points[index0], view1.features.points[index1]
    homography = view1.matrix @ pair.homography @ np.linalg.inv(view0.matrix)
    return points0, points1, match_errors(points0, points1, homography) <= CORRECT
