"""Keypoints as arrays, and the way from and to `cv2.KeyPoint`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Keypoints:
    """N keypoints of one image; row i of every array belongs to keypoint i.

    Attributes:
        xy: (N, 2) float32, (x, y) in pixels, the centre of a pixel at the integer.
        size: (N,) float32, diameter in pixels.
        angle: (N,) float32, degrees clockwise in image axes in [0, 360), or -1 for none.
        score: (N,) float32, higher is better; of the model's own the chance of being matched again.
    """

    xy: FloatArray
    size: FloatArray
    angle: FloatArray
    score: FloatArray

    def __post_init__(self) -> None:
        n = len(self.xy)
        if self.xy.shape != (n, 2):
            raise ValueError(f"xy has shape {self.xy.shape}, (N, 2) is wanted")
        for name in ("size", "angle", "score"):
            shape = getattr(self, name).shape
            if shape != (n,):
                raise ValueError(f"{name} has shape {shape}, ({n},) is wanted as xy has {n} rows")

    def __len__(self) -> int:
        return len(self.xy)

    def select(self, index: NDArray[np.intp]) -> Keypoints:
        """Return the keypoints at the positions `index`, in that order."""
        return Keypoints(self.xy[index], self.size[index], self.angle[index], self.score[index])


def to_cv2(keypoints: Keypoints) -> tuple[cv2.KeyPoint, ...]:
    """Make one `cv2.KeyPoint` per row; `score` becomes `response`.

    `cv2.KeyPoint` holds float32, so `from_cv2` gives back exactly the same arrays.
    """
    columns = (keypoints.xy[:, 0], keypoints.xy[:, 1], keypoints.size, keypoints.angle)
    rows = zip(*(column.tolist() for column in (*columns, keypoints.score)), strict=True)
    return tuple(cv2.KeyPoint(*row) for row in rows)


def from_cv2(keypoints: Iterable[cv2.KeyPoint]) -> Keypoints:
    """Take the fields that this package looks at; octave and class_id are never read.

    Detectors disagree on what octave and class_id mean, and OpenCV's own describers fail on each
    other's values.
    """
    rows = [(*k.pt, k.size, k.angle, k.response) for k in keypoints]
    table = np.array(rows, dtype=np.float32).reshape(-1, 5).T.copy()
    return Keypoints(table[:2].T.copy(), table[2], table[3], table[4])


def copy_cv2(keypoints: Iterable[cv2.KeyPoint]) -> tuple[cv2.KeyPoint, ...]:
    """Copy keypoints into new objects, every field unchanged (cv2.KeyPoint has no copy)."""
    return tuple(
        cv2.KeyPoint(k.pt[0], k.pt[1], k.size, k.angle, k.response, k.octave, k.class_id)
        for k in keypoints
    )


def one_per_location(xy: FloatArray, score: FloatArray) -> NDArray[np.intp]:
    """Choose one keypoint per location: the best score, the first among equals.

    SIFT gives a point several orientations as several keypoints. Trackers that take one match per
    keypoint for one point of the scene then meet zero distances, so we never give two.

    Args:
        xy: (N, 2) float32; locations are the same when both coordinates are equal.
        score: (N,) float32.

    Returns:
        (K,) positions in ascending order.
    """
    # As one integer each: twenty times as fast as rows of two. Adding zero makes -0 the same as 0.
    locations = np.ascontiguousarray(xy + np.float32(0)).view(np.uint64)[:, 0]
    in_order = np.sort(locations)  # as a rule all differ, and sorting is the fastest way to see it
    if not (in_order[1:] == in_order[:-1]).any():
        return np.arange(len(locations))
    best_first = np.argsort(-score, kind="stable")
    _, first = np.unique(locations[best_first], return_index=True)
    return np.sort(best_first[first])


def strongest(score: FloatArray, max_keypoints: int) -> NDArray[np.intp]:
    """Choose the `max_keypoints` highest scores (all when it is not positive).

    Args:
        score: (N,) float32; among equals the first are taken.
        max_keypoints: The cap.

    Returns:
        (K,) positions in ascending order, so that the caller's order is kept.
    """
    if max_keypoints <= 0 or len(score) <= max_keypoints:
        return np.arange(len(score))
    return np.sort(np.argsort(-score, kind="stable")[:max_keypoints])
