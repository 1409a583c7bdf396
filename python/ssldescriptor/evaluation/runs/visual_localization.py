"""Localization on Aachen Day-Night v1.1 and InLoc: poses for visuallocalization.net, no truth."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssldescriptor.evaluation.datasets.aachen import is_aachen, read_aachen
from ssldescriptor.evaluation.datasets.inloc import scan_files
from ssldescriptor.evaluation.datasets.pairs import read_pairs
from ssldescriptor.evaluation.localizing import Located
from ssldescriptor.evaluation.methods import Method
from ssldescriptor.evaluation.poses import Pose
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.report.content import Report, Section, Table
from ssldescriptor.evaluation.runs.session import Session
from ssldescriptor.evaluation.scoring import ScoreFile, Scores
from ssldescriptor.evaluation.sources import ImageSource, digest
from ssldescriptor.evaluation.submission import write_submission
from ssldescriptor.evaluation.tasks.aachen import locate_query, make_map
from ssldescriptor.evaluation.tasks.inloc import locate_in_scans

if TYPE_CHECKING:
    from ssldescriptor.evaluation.runs.localization import LocalizationConfig

# Raised when the same images give other poses.
PROTOCOL = "visual localization 1"
EXPLANATION = (
    "The poses of these queries are not public: send the file submission-METHOD.txt to "
    "visuallocalization.net."
)
# A query's name, what its pose depends on, and how to find it.
Task = tuple[str, str, Callable[[], Located]]


def evaluate_queries(config: LocalizationConfig) -> Report:
    """Locate the queries of either set by every method; write the poses and a report.

    Raises:
        FileNotFoundError: a part of the set, or the list of pairs, is missing.
        ValueError: not one query could be located.
    """
    session = Session(config, packages=("pycolmap", "scipy"))
    tasks = _aachen(config, session) if is_aachen(config.root) else _inloc(config, session)
    rows, scores = [], {}
    for method in session.methods:
        names, found = _locate_all(config, method, tasks(method))
        poses = {}
        for name, score in found.items():
            if score["rotation"] is None:
                session.failures.add("method", name, "no pose was found", method.spec)
            else:
                rotation, translation = (np.array(score[k]) for k in ("rotation", "translation"))
                poses[name] = Pose(rotation, translation)
        write_submission(config.folder / f"submission-{method.folder}.txt", poses)
        inliers = [score["num_inliers"] for score in found.values()]
        scores[method.spec] = {"located": len(poses), "queries": found}
        median = f"{np.median(inliers):.0f}" if inliers else "-"
        rows.append([method.label, str(len(poses)), str(len(names)), median])
    if not any(row[1] != "0" for row in rows):
        raise ValueError(f"no query was located: {session.failures.summary()}")
    table = Table("", ["method", "located", "queries", "median inliers"], rows)
    sections = [Section("Queries", [table], EXPLANATION)]
    return session.finish(f"Localization: {config.root.name}", sections, {"scores": scores})


def _locate_all(
    config: LocalizationConfig, method: Method, tasks: list[Task]
) -> tuple[list[str], dict[str, Scores]]:
    """Return the queries' names and by name what was found of them, now or in a run before."""
    file = ScoreFile(config.folder / "scores" / f"{method.folder}.jsonl", fresh=config.fresh)
    found = {}
    for name, inputs, run in progress(tasks, f"poses of {method.spec}"):
        key = digest(PROTOCOL, inputs, config.ratio, config.max_error)
        found[name] = file.get(key, partial(_plain, run))
    return [name for name, _, _ in tasks], found


def _aachen(config: LocalizationConfig, session: Session) -> Callable[[Method], list[Task]]:
    """Read Aachen, extract its features; return the queries of a method."""
    path, failures = Path(config.pairs), session.failures
    data = read_aachen(config.root, path, config.max_side, config.num_covisible, failures)
    images = [entry.image for entry in data.database.values()]
    session.extract([*images, *(image for image, _ in data.queries.values())])

    def tasks(method: Method) -> list[Task]:
        folder = config.folder / "maps"
        photo_map = make_map(data, method, session.extraction, config.ratio, folder)
        limits = {"ratio": config.ratio, "limit": config.max_error}
        found: list[Task] = []
        for name, (image, camera) in sorted(data.queries.items()):
            query = session.extraction.get(method, image)
            if query is not None:
                others = data.query_pairs[name]
                run = partial(locate_query, photo_map, query, camera, others, **limits)
                found.append((name, digest(photo_map.key, query.key, camera, others), run))
        return found

    return tasks


def _inloc(config: LocalizationConfig, session: Session) -> Callable[[Method], list[Task]]:
    """Read InLoc's pairs, extract the features; return the queries of a method."""
    pairs = read_pairs(Path(config.pairs), None, None, session.failures)
    cutouts = {other for found in pairs.values() for other in found}
    stamps = {}
    for name in sorted(cutouts):
        try:
            stamps[name] = [_stamp(path) for path in scan_files(config.root, name)]
        except (OSError, ValueError) as error:  # a missing file, or a name without a scan
            session.failures.add("data", f"{name}.mat", error)
            cutouts.remove(name)
    names = sorted({*pairs, *cutouts})
    images = {name: ImageSource(name, config.root / name, config.max_side) for name in names}
    session.extract(list(images.values()))

    def tasks(method: Method) -> list[Task]:
        views = {name: session.extraction.get(method, image) for name, image in images.items()}
        known = {name: view for name, view in views.items() if view is not None}
        found: list[Task] = []
        for name, others in sorted(pairs.items()):
            if name in known:
                chosen = {other: known[other] for other in others if other in known}
                run = partial(
                    locate_in_scans,
                    config.root,
                    known[name],
                    chosen,
                    config.ratio,
                    config.max_error,
                    session.failures,
                )
                keys = [(other, view.key, stamps[other]) for other, view in chosen.items()]
                found.append((name, digest(known[name].key, keys), run))
        return found

    return tasks


def _stamp(path: Path) -> tuple[int, int]:
    """Return what tells a large file from another without reading it."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _plain(run: Callable[[], Located]) -> Scores:
    located = run()
    pose = located.pose
    return {
        "rotation": None if pose is None else pose.rotation.tolist(),
        "translation": None if pose is None else pose.translation.tolist(),
        "num_matches": located.num_matches,
        "num_inliers": located.num_inliers,
    }
