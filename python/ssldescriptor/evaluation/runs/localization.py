"""`ssldescriptor evaluate localization`: photographs located in maps made of others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ssldescriptor.evaluation.datasets.aachen import is_aachen
from ssldescriptor.evaluation.datasets.cameras import Scene, read_scenes
from ssldescriptor.evaluation.datasets.inloc import is_inloc
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.mapping import import_pycolmap
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.report.content import Report
from ssldescriptor.evaluation.runs.config import RunConfig
from ssldescriptor.evaluation.runs.localization_report import localization_section
from ssldescriptor.evaluation.runs.session import Session
from ssldescriptor.evaluation.scoring import ScoreFile, Scores, UnscorableError
from ssldescriptor.evaluation.sources import digest
from ssldescriptor.evaluation.tasks.localization import location_scores, score_scene

# Raised when the same images and truth give other scores.
PROTOCOL = "localization 1"


@dataclass(frozen=True, kw_only=True)
class LocalizationConfig(RunConfig):
    """Settings of the localization evaluation.

    Attributes:
        map_every: the first of every so many photographs makes the map; scenes only.
        ratio: limit of the ratio test; 1 for no test.
        max_error: of a located photograph's inliers, pixels.
        pairs: list of pairs "query database"; Aachen and InLoc only.
        num_covisible: pairs of each photograph of the map; Aachen only.
    """

    map_every: int = 2
    ratio: float = 0.8
    max_error: float = 8.0
    pairs: str = ""
    num_covisible: int = 20

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.map_every < 2:
            raise ValueError(f"map_every={self.map_every}, 2 or more is wanted")
        if self.num_covisible < 1:
            raise ValueError(f"num_covisible={self.num_covisible}, above 0 is wanted")
        if not 0 < self.ratio <= 1:
            raise ValueError(f"ratio={self.ratio}, a number in (0, 1] is wanted")
        if self.max_error <= 0:
            raise ValueError(f"max_error={self.max_error}, above 0 is wanted")


def evaluate_localization(config: LocalizationConfig) -> Report:
    """Run the evaluation and write its results.

    Raises:
        FileNotFoundError: no data.
        ValueError: an unknown method, pycolmap is missing, or nothing could be scored.
    """
    import_pycolmap()
    if is_aachen(config.root) or is_inloc(config.root):
        from ssldescriptor.evaluation.runs.visual_localization import evaluate_queries

        return evaluate_queries(config)
    failures = Failures()
    scenes = read_scenes(config.root, failures, config.max_side)
    session = Session(config, packages=("pycolmap",), failures=failures)
    session.extract([view.image for scene in scenes for view in scene.views])
    results: dict[str, dict[str, Scores]] = {method.spec: {} for method in session.methods}
    for scene in progress(scenes, "maps"):
        for spec, scores in _score(config, session, scene).items():
            results[spec][scene.name] = scores
    if not any(results.values()):
        raise ValueError(f"no scene of {config.data} could be scored: {failures.summary()}")
    means = {
        spec: {
            name: {**location_scores(s["queries"]), "map": s["map"], "sfm": s["sfm"]}
            for name, s in scores.items()
        }
        for spec, scores in results.items()
    }
    sections = [localization_section(session.labels(), means, results)]
    numbers = {"scores": means, "scenes": results}
    return session.finish(f"Localization: {config.root.name}", sections, numbers)


def _score(config: LocalizationConfig, session: Session, scene: Scene) -> dict[str, Scores]:
    """Score one scene by every method, or take what was scored before."""
    found = {}
    options = {"ratio": config.ratio, "max_error": config.max_error}
    for method in session.methods:
        kept = [(view, session.extraction.get(method, view.image)) for view in scene.views]
        views = [view for view, stored in kept if stored is not None]
        stored = [stored for _, stored in kept if stored is not None]
        truth = [
            np.column_stack([v.intrinsics, v.pose.rotation, v.pose.translation]) for v in views
        ]
        keys = [view.key for view in stored]
        key = digest(PROTOCOL, config.map_every, sorted(options.items()), np.array(truth), keys)
        path = config.folder / "scores" / f"{method.folder}.jsonl"
        make = partial(score_scene, views, stored, map_every=config.map_every, **options)
        try:
            found[method.spec] = ScoreFile(path, fresh=config.fresh).get(key, make)
        except UnscorableError as reason:
            session.failures.add("pair", scene.name, str(reason))
            break
    return found
