"""The file that visuallocalization.net takes: a line "name qw qx qy qz tx ty tz" for each query."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor.evaluation.poses import Pose
from ssldescriptor.evaluation.store import write_whole


def quaternion(rotation: ArrayLike) -> NDArray[np.float64]:
    """Return the unit quaternion (w, x, y, z), w >= 0, of a rotation (3, 3)."""
    matrix = np.asarray(rotation, dtype=np.float64)
    # Bar-Itzhack (2000): the eigenvector of the largest eigenvalue, stable for every rotation.
    a, b, c = matrix
    form = np.array(
        [
            [a[0] - b[1] - c[2], 0, 0, 0],
            [b[0] + a[1], b[1] - a[0] - c[2], 0, 0],
            [c[0] + a[2], c[1] + b[2], c[2] - a[0] - b[1], 0],
            [c[1] - b[2], a[2] - c[0], b[0] - a[1], a[0] + b[1] + c[2]],
        ]
    )
    _, vectors = np.linalg.eigh(form / 3)
    x, y, z, w = vectors[:, -1]
    found = np.array([w, x, y, z])
    return -found if w < 0 else found


def write_submission(path: Path, poses: Mapping[str, Pose]) -> None:
    """Write the poses of queries, from the world, under the names of their files."""
    lines = []
    for name, pose in sorted(poses.items()):
        numbers = [*quaternion(pose.rotation), *pose.translation]
        lines.append(" ".join([Path(name).name, *(f"{number:.9g}" for number in numbers)]))
    write_whole(path, ("\n".join(lines) + "\n").encode())
