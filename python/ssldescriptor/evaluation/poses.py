"""Relative poses of two cameras: from the truth, from matches, and how far they are apart.

A pose (R, t) takes coordinates of the world, or of camera 0, to those of a camera: x = R X + t.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]
SOLVERS = ("poselib", "cv2")

_CONFIDENCE = 0.99999
_ITERATIONS = 10_000
_FARTHEST = 1e9  # baselines
# Fewer matches do not determine an essential matrix.
_MIN_MATCHES = 5


@dataclass(frozen=True, eq=False)
class Pose:
    """Rotation (3, 3) and translation (3,)."""

    rotation: Matrix
    translation: Matrix

    def centre(self) -> Matrix:
        """Return the camera's place in the world, (3,)."""
        return -self.rotation.T @ self.translation

    def after(self, first: Pose) -> Pose:
        """Return the pose that does `first`, then this one."""
        rotation = self.rotation @ first.rotation
        return Pose(rotation, self.rotation @ first.translation + self.translation)

    def inverse(self) -> Pose:
        """Return the way back."""
        return Pose(self.rotation.T, self.centre())


def relative_pose(pose0: Pose, pose1: Pose) -> Pose:
    """Return the pose from camera 0 to camera 1, both given from the world."""
    return pose1.after(pose0.inverse())


def rotation_error_deg(estimate: ArrayLike, truth: ArrayLike) -> float:
    """Return the angle between two rotations (3, 3), degrees in [0, 180]."""
    difference = np.asarray(estimate) @ np.asarray(truth).T
    # By the half angle's sine as well, since arccos loses all digits at small angles.
    sine = np.linalg.norm(difference - np.eye(3)) / (2 * np.sqrt(2))
    cosine = np.sqrt(max(0.0, 1 + np.trace(difference)) / 4)
    return float(np.degrees(2 * np.arctan2(sine, cosine)))


def direction_error_deg(estimate: ArrayLike, truth: ArrayLike) -> float:
    """Return the angle between two translations (3,) whose lengths and signs are unknown.

    As in Sarlin et al., "SuperGlue": degrees in [0, 90]; the sign is a matter of which points lie
    in front of the cameras, not of the essential matrix.
    """
    first, second = (np.asarray(v, dtype=np.float64) for v in (estimate, truth))
    sine = np.linalg.norm(np.cross(first, second))
    return float(np.degrees(np.arctan2(sine, abs(first @ second))))


def epipolar_errors(
    points0: ArrayLike,
    points1: ArrayLike,
    intrinsics0: Matrix,
    intrinsics1: Matrix,
    pose: Pose,
) -> Matrix:
    """Return how far matches are from the epipolar lines of their partners.

    Args:
        points0: (M, 2) pixels of view 0.
        points1: (M, 2) pixels of view 1, row by row their partners.
        intrinsics0: (3, 3) of camera 0.
        intrinsics1: (3, 3) of camera 1.
        pose: from camera 0 to camera 1.

    Returns:
        (M,) pixels, the larger of the distances in the two views; inf at an epipole.
    """
    x, y, z = pose.translation
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    inverse0, inverse1 = np.linalg.inv(intrinsics0), np.linalg.inv(intrinsics1)
    fundamental = inverse1.T @ cross @ pose.rotation @ inverse0
    first, second = (
        np.column_stack([np.reshape(points, (-1, 2)), np.ones(len(np.reshape(points, (-1, 2))))])
        for points in (points0, points1)
    )
    lines1, lines0 = first @ fundamental.T, second @ fundamental
    product = np.abs((second * lines1).sum(axis=1))
    lengths = np.hypot(lines0[:, 0], lines0[:, 1]), np.hypot(lines1[:, 0], lines1[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = product / np.minimum(*lengths)
    return np.where(np.isfinite(errors), errors, np.inf)


def default_solver() -> str:
    """Return "poselib" where it is installed, else "cv2"."""
    return SOLVERS[0] if importlib.util.find_spec("poselib") else SOLVERS[1]


def estimate_relative_pose(
    points0: ArrayLike,
    points1: ArrayLike,
    intrinsics0: Matrix,
    intrinsics1: Matrix,
    *,
    max_error: float = 1.0,
    solver: str = "poselib",
) -> tuple[Pose | None, NDArray[np.bool_]]:
    """Fit a relative pose to matches: the fixed recipe of the benchmarks.

    Args:
        points0: (M, 2) pixels of view 0.
        points1: (M, 2) pixels of view 1, row by row their partners.
        intrinsics0: (3, 3) of camera 0, without skew.
        intrinsics1: (3, 3) of camera 1.
        max_error: epipolar distance up to which a match agrees, pixels.
        solver: one of SOLVERS: poselib's LO-RANSAC, or OpenCV's USAC.

    Returns:
        The pose from camera 0 to camera 1, of arbitrary length, or None; and the (M,) inliers.

    Raises:
        ValueError: an unknown solver.
    """
    if solver not in SOLVERS:
        raise ValueError(f"unknown solver {solver!r}, expected one of {', '.join(SOLVERS)}")
    source = np.asarray(points0, dtype=np.float64).reshape(-1, 2)
    target = np.asarray(points1, dtype=np.float64).reshape(-1, 2)
    if len(source) < _MIN_MATCHES:
        return None, np.zeros(len(source), np.bool_)
    fit = _by_poselib if solver == "poselib" else _by_opencv
    return fit(source, target, intrinsics0, intrinsics1, max_error)


def _by_poselib(
    points0: Matrix, points1: Matrix, intrinsics0: Matrix, intrinsics1: Matrix, max_error: float
) -> tuple[Pose | None, NDArray[np.bool_]]:
    import poselib

    options = {
        "max_epipolar_error": max_error,
        "success_prob": _CONFIDENCE,
        "max_iterations": _ITERATIONS,
    }
    cameras = [_poselib_camera(matrix) for matrix in (intrinsics0, intrinsics1)]
    pose, info = poselib.estimate_relative_pose(points0, points1, *cameras, options)
    inliers = np.asarray(info["inliers"], dtype=np.bool_)
    if inliers.sum() < _MIN_MATCHES:
        return None, np.zeros(len(points0), np.bool_)
    return Pose(np.asarray(pose.R), np.asarray(pose.t)), inliers


def _poselib_camera(intrinsics: Matrix) -> dict[str, Any]:
    focal = [intrinsics[0, 0], intrinsics[1, 1]]
    # poselib never reads the image's size here.
    return {"model": "PINHOLE", "width": 0, "height": 0, "params": [*focal, *intrinsics[:2, 2]]}


def _by_opencv(
    points0: Matrix, points1: Matrix, intrinsics0: Matrix, intrinsics1: Matrix, max_error: float
) -> tuple[Pose | None, NDArray[np.bool_]]:
    rays0, rays1 = _rays(points0, intrinsics0), _rays(points1, intrinsics1)
    focal = np.mean([matrix[i, i] for matrix in (intrinsics0, intrinsics1) for i in (0, 1)])
    none = np.zeros(len(points0), np.bool_)
    cv2.setRNGSeed(0)
    try:
        matrix, mask = cv2.findEssentialMat(
            rays0,
            rays1,
            np.eye(3),
            # MAGSAC finds wrong essential matrices of nearly flat scenes here (OpenCV 4.14).
            cv2.USAC_ACCURATE,
            prob=_CONFIDENCE,
            threshold=max_error / focal,
            maxIters=_ITERATIONS,
        )
    except cv2.error:
        # Degenerate sets fail an assertion in OpenCV.
        return None, none
    # Several solutions come stacked; OpenCV's stubs do not know that there may be none.
    if np.shape(matrix) != (3, 3) or mask.sum() < _MIN_MATCHES:
        return None, none
    inliers = mask.reshape(-1).astype(np.bool_)
    # Without a limit points further than 50 baselines count for none of the four poses.
    _, rotation, translation, _, _ = cv2.recoverPose(
        matrix, rays0, rays1, np.eye(3), distanceThresh=_FARTHEST, mask=mask.copy()
    )
    return Pose(
        np.asarray(rotation, np.float64), np.asarray(translation, np.float64).reshape(3)
    ), inliers


def _rays(points: Matrix, intrinsics: Matrix) -> Matrix:
    centred = points - intrinsics[:2, 2]
    return np.asarray(centred / [intrinsics[0, 0], intrinsics[1, 1]])
