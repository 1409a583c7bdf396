"""The localization evaluation's tables and charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ssldescriptor.evaluation.report.content import Chart, Section, Table
from ssldescriptor.evaluation.tasks.localization import LIMITS

EXPLANATION = (
    "Part of the photographs make a map by triangulation at their true poses, the others are "
    "located in it; errors in units of the scene (metres) and degrees. Structure from motion: all "
    "photographs, no true poses, errors of the camera centres after alignment by a similarity."
)
CURVE = np.linspace(0, 0.2, 41)


def localization_section(
    labels: Mapping[str, str], means: Mapping[str, Any], results: Mapping[str, Any]
) -> Section:
    """Return two tables and a curve for each scene."""
    tables, charts = [], []
    for scene in dict.fromkeys(name for scores in means.values() for name in scores):
        chosen = {labels[spec]: scores[scene] for spec, scores in means.items() if scene in scores}
        tables += [_location_table(scene, chosen), _structure_table(scene, chosen)]
        found = {labels[spec]: scores[scene] for spec, scores in results.items() if scene in scores}
        lines = {label: _curve(scores["queries"]) for label, scores in found.items()}
        charts.append(Chart(scene, "position error", "share of photographs", lines))
    return Section("Scores by scene", [*tables, *charts], EXPLANATION)


def _location_table(scene: str, chosen: Mapping[str, Any]) -> Table:
    limits = [f"<= {distance:g}, {angle:g}°" for distance, angle in LIMITS]
    header = ["method", "located", "median position", "median rotation", *limits, "map points"]
    rows = [
        [
            label,
            f"{s['located']:.3f}",
            _text(s["position"], ".4f"),
            _text(s["rotation_deg"], ".3f"),
            *(f"{s[f'within_{i}']:.3f}" for i in range(len(LIMITS))),
            str(s["map"]["num_points"]),
        ]
        for label, s in chosen.items()
    ]
    count = next(iter(chosen.values()))["num_queries"]
    return Table(f"{scene} ({count} photographs to locate)", header, rows)


def _structure_table(scene: str, chosen: Mapping[str, Any]) -> Table:
    header = ["method", "images", "points", "track length", "reprojection error", "position"]
    rows = [
        [
            label,
            str(s["sfm"]["num_images"]),
            str(s["sfm"]["num_points"]),
            f"{s['sfm']['track_length']:.2f}",
            f"{s['sfm']['reprojection_error']:.3f}",
            _text(s["sfm"]["position"], ".4f"),
        ]
        for label, s in chosen.items()
    ]
    return Table(f"{scene}: structure from motion", header, rows)


def _curve(queries: list[Mapping[str, Any]]) -> list[tuple[float, float]]:
    errors = np.array([np.inf if q["position"] is None else q["position"] for q in queries])
    return [(float(x), float((errors <= x).mean())) for x in CURVE]


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
