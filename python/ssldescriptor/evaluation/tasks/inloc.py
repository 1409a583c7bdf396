"""Locate InLoc's queries by the places that the pixels of scanned photographs show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ssldescriptor.evaluation.datasets.inloc import inloc_camera, scan_places
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.localizing import Located, locate
from ssldescriptor.evaluation.mapping import colmap_points
from ssldescriptor.evaluation.store import Stored
from ssldescriptor.evaluation.tasks.matching import match_features


def locate_in_scans(
    root: Path,
    query: Stored,
    others: Mapping[str, Stored],
    ratio: float,
    limit: float,
    failures: Failures,
) -> Located:
    """Match a query with photographs of the scans and estimate its pose.

    Args:
        root: the set's folder.
        query: the query's features.
        others: the features of cutouts by name.
        ratio: limit of the ratio test.
        limit: error of an inlier, pixels.
        failures: takes scans that are missing or do not parse; their cutouts are left out.
    """
    points, places = [np.zeros((0, 2))], [np.zeros((0, 3))]
    for name, view in others.items():
        rows, matched = match_features(query.features, view.features, ratio=ratio)
        if len(matched) == 0:
            continue
        try:
            # Scans are addressed like all pixels here, centres at integers.
            seen = scan_places(root, name, colmap_points(view)[matched] - 0.5)
        except (OSError, ValueError) as error:
            failures.add("data", f"{name}.mat", error)
            continue
        valid = np.isfinite(seen).all(axis=1)
        points.append(colmap_points(query)[rows[valid]])
        places.append(seen[valid])
    camera = inloc_camera(query)
    return locate(np.concatenate(points), np.concatenate(places), camera, limit)
