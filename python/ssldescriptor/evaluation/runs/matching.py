"""`ssldescriptor evaluate matching`: features on homography sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ssldescriptor.evaluation.datasets import hpatches
from ssldescriptor.evaluation.datasets.sequences import (
    HomographyPair,
    read_sequences,
    turned,
)
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.report.content import Report
from ssldescriptor.evaluation.runs.config import RunConfig
from ssldescriptor.evaluation.runs.matching_report import matching_sections
from ssldescriptor.evaluation.runs.session import Session
from ssldescriptor.evaluation.scoring import Result, by_source
from ssldescriptor.evaluation.tasks.matching import CORRECT, MMA_LIMITS, mean_scores, score_views
from ssldescriptor.evaluation.tasks.sweeps import (
    ANGLES_DEG,
    SCALES,
    evenly,
    rotation_pairs,
    scale_pairs,
)

# Raised when the same images and truth give other scores.
PROTOCOL = ("matching 1", MMA_LIMITS, CORRECT)
HPATCHES = "hpatches"

Means = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, kw_only=True)
class MatchingConfig(RunConfig):
    """Settings of the matching evaluation.

    Attributes:
        only: shell pattern of sequence names.
        max_pairs: of each sequence; 0 for all.
        all_sequences: do not leave out the large sequences of HPatches.
        turned: turn every second image by an angle drawn from its name.
        sweep_images: reference images for the sweeps over rotation and scale; 0 for no sweeps.
        pictures: best pairs and worst pairs that the report shows.
    """

    only: str = "*"
    max_pairs: int = 0
    all_sequences: bool = False
    turned: bool = False
    sweep_images: int = 0
    pictures: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("max_pairs", "sweep_images", "pictures"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}={getattr(self, name)}, 0 or more is wanted")


def evaluate_matching(config: MatchingConfig) -> Report:
    """Run the evaluation and write its results.

    Raises:
        FileNotFoundError: no data.
        ValueError: an unknown method, or not one pair could be scored.
    """
    session = Session(config)
    pairs = find_pairs(config, session.failures)
    results = session.score(pairs, score_views, PROTOCOL)
    if not any(results.values()):
        raise ValueError(f"no pair of {config.data} could be scored: {session.failures.summary()}")
    sweeps = _sweeps(session, pairs, config.sweep_images)
    numbers: dict[str, Any] = {
        "scores": method_means(results),
        "sweeps": sweeps,
        "pairs": {spec: [vars(result) for result in rows] for spec, rows in results.items()},
    }
    sections = matching_sections(session, numbers["scores"], sweeps, pairs, results)
    return session.finish(f"Matching: {config.root.name}", sections, numbers)


def find_pairs(config: MatchingConfig, failures: Failures) -> list[HomographyPair]:
    """List the pairs to score; what is missing is noted.

    Raises:
        FileNotFoundError: no data.
    """
    sequences = read_sequences(config.root, config.only)
    names = [sequence.name for sequence in sequences]
    if hpatches.is_hpatches(names) and config.only == "*":
        for name in hpatches.missing_sequences(names):
            failures.add("data", name, "this sequence of HPatches is missing")
    pairs: list[HomographyPair] = []
    for sequence in sequences:
        if sequence.name in hpatches.EXCLUDED and not config.all_sequences:
            continue
        found = replace(sequence, max_side=config.max_side).pairs(failures)
        if sequence.name in hpatches.NAMES:
            present = {int(pair.name.split("/")[1]) for pair in found} | {1}
            for number in sorted(set(hpatches.IMAGES) - present):
                failures.add("data", f"{sequence.name}/{number}", "image or homography is missing")
        pairs += found[: config.max_pairs or None]
    return [turned(pair) for pair in pairs] if config.turned else pairs


def method_means(results: Mapping[str, Sequence[Result]]) -> Means:
    """Average the results of every method by source.

    HPatches' two halves are also averaged together, as all papers do.
    """
    means: Means = {}
    for spec, rows in results.items():
        groups = by_source(rows)
        means[spec] = {source: mean_scores(scores) for source, scores in groups.items()}
        if {"i", "v"} <= set(groups):
            means[spec][HPATCHES] = mean_scores(groups["i"] + groups["v"])
    return means


def _sweeps(session: Session, pairs: Sequence[HomographyPair], count: int) -> dict[str, Any]:
    """Return by kind and method the angles or scales with their mean scores."""
    if count == 0:
        return {}
    images = evenly(list({pair.image0.name: pair.image0 for pair in pairs}.values()), count)
    sweeps: dict[str, Any] = {}
    kinds: dict[str, tuple[list[HomographyPair], dict[str, float]]] = {
        "rotation": (rotation_pairs(images), {f"{angle} degrees": angle for angle in ANGLES_DEG}),
        "scale": (scale_pairs(images), {f"scale {scale}": scale for scale in SCALES}),
    }
    for kind, (made, values) in kinds.items():
        sweeps[kind] = {}
        for spec, rows in session.score(made, score_views, PROTOCOL).items():
            groups = by_source(rows)
            sweeps[kind][spec] = [
                {"at": value, **mean_scores(groups[source])}
                for source, value in values.items()
                if source in groups
            ]
    return sweeps
