"""Hand-computed poses and errors, and poses found again from matches."""

import importlib.util
import sys

import cv2
import numpy as np
import pytest

from ssldescriptor.evaluation.poses import (
    SOLVERS,
    Pose,
    default_solver,
    direction_error_deg,
    epipolar_errors,
    estimate_relative_pose,
    relative_pose,
    rotation_error_deg,
)

INTRINSICS = np.array([[500.0, 0, 320], [0, 520, 240], [0, 0, 1]])
QUARTER = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])


def about_y(angle_deg: float) -> np.ndarray:
    return cv2.Rodrigues(np.array([0, np.radians(angle_deg), 0]))[0]


def test_relative_pose_by_hand() -> None:
    # World point (1, 2, 3): camera 0 sees (-2 + 1, 1, 3), camera 1 sees (1, 2, 3 + 5).
    pose0 = Pose(QUARTER, np.array([1.0, 0, 0]))
    pose1 = Pose(np.eye(3), np.array([0.0, 0, 5]))
    pose = relative_pose(pose0, pose1)
    np.testing.assert_allclose(pose.rotation @ [-1, 1, 3] + pose.translation, [1, 2, 8], atol=1e-12)


def test_the_centre_is_mapped_to_zero() -> None:
    pose = Pose(QUARTER, np.array([1.0, 2, 3]))
    np.testing.assert_allclose(pose.centre(), [-2, 1, -3])
    np.testing.assert_allclose(pose.rotation @ pose.centre() + pose.translation, 0, atol=1e-12)
    same = pose.after(pose.inverse())
    np.testing.assert_allclose(same.rotation, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(same.translation, 0, atol=1e-12)


@pytest.mark.parametrize("angle", [0, 1e-5, 0.5, 30, 90, 179.9, 180])
def test_rotation_error_is_the_angle(angle: float) -> None:
    assert rotation_error_deg(about_y(angle) @ QUARTER, QUARTER) == pytest.approx(angle, abs=1e-6)


@pytest.mark.parametrize(
    ("estimate", "angle"),
    [([2, 0, 0], 0), ([-1, 0, 0], 0), ([1, 1, 0], 45), ([-3, 0, 3], 45), ([0, 9, 0], 90)],
)
def test_direction_error_ignores_length_and_sign(estimate: list[float], angle: float) -> None:
    assert direction_error_deg(estimate, [1, 0, 0]) == pytest.approx(angle)


def test_epipolar_errors_by_hand() -> None:
    # Camera 1 stands to the right: epipolar lines are the rows of the image.
    pose = Pose(np.eye(3), np.array([-1.0, 0, 0]))
    inner = np.diag([100.0, 100, 1]), np.diag([200.0, 200, 1])
    # Row 30 at focal length 100 is row 60 at 200: 0, 4 pixels of view 1 or 2 of view 0 away.
    errors = epipolar_errors([[5, 30], [5, 30]], [[0, 60], [9, 64]], *inner, pose)
    np.testing.assert_allclose(errors, [0, 4], atol=1e-9)
    swapped = epipolar_errors([[9, 64]], [[5, 30]], *inner[::-1], pose.inverse())
    np.testing.assert_allclose(swapped, [4])
    assert epipolar_errors([], [], *inner, pose).shape == (0,)


def test_an_epipole_is_infinitely_far() -> None:
    forward = Pose(np.eye(3), np.array([0.0, 0, 1]))
    assert epipolar_errors([[0, 0]], [[3, 4]], np.eye(3), np.eye(3), forward) == [np.inf]


def matches(count: int, num_wrong: int) -> tuple[np.ndarray, np.ndarray, Pose]:
    rng = np.random.default_rng(0)
    world = rng.uniform([-2, -2, 4], [2, 2, 8], (count, 3))
    pose = Pose(about_y(10), np.array([-1.0, 0.2, 0.1]))
    views = []
    for points in (world, world @ pose.rotation.T + pose.translation):
        pixels = points @ INTRINSICS.T
        views.append(pixels[:, :2] / pixels[:, 2:])
    views[1][:num_wrong] = rng.uniform(0, 480, (num_wrong, 2))
    return views[0], views[1], pose


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_pose_is_found_among_wrong_matches(solver: str) -> None:
    if solver == "poselib":
        pytest.importorskip("poselib")
    points0, points1, truth = matches(150, 50)
    pose, inliers = estimate_relative_pose(points0, points1, INTRINSICS, INTRINSICS, solver=solver)
    assert pose is not None
    assert rotation_error_deg(pose.rotation, truth.rotation) < 0.05
    assert direction_error_deg(pose.translation, truth.translation) < 0.2
    assert pose.translation @ truth.translation > 0
    assert inliers[50:].all()
    errors = epipolar_errors(points0, points1, INTRINSICS, INTRINSICS, truth)
    assert (errors[50:] < 1e-6).all()
    assert (errors[:50] > 1).mean() > 0.9
    assert inliers[:50].sum() < 10


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("seed", range(4))
def test_the_pose_is_found_though_all_is_far_away(solver: str, seed: int) -> None:
    """A hundred baselines and more, as between two frames of a slow drive."""
    if solver == "poselib":
        pytest.importorskip("poselib")
    rng = np.random.default_rng(seed)
    world = rng.uniform([-60, -30, 100], [60, 30, 300], (300, 3))
    truth = Pose(about_y(1), np.array([-1.0, 0.1, 0.2]))
    views = []
    for points in (world, world @ truth.rotation.T + truth.translation):
        pixels = points @ INTRINSICS.T
        views.append(pixels[:, :2] / pixels[:, 2:])
    pose, _ = estimate_relative_pose(*views, INTRINSICS, INTRINSICS, solver=solver)
    assert pose is not None
    assert rotation_error_deg(pose.rotation, truth.rotation) < 1


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("count", [0, 4])
def test_few_matches_give_no_pose(solver: str, count: int) -> None:
    points0, points1, _ = matches(10, 0)
    pose, inliers = estimate_relative_pose(
        points0[:count], points1[:count], INTRINSICS, INTRINSICS, solver=solver
    )
    assert pose is None
    assert inliers.tolist() == [False] * count


@pytest.mark.parametrize("solver", SOLVERS)
def test_coinciding_matches_do_not_crash(solver: str) -> None:
    if solver == "poselib":
        pytest.importorskip("poselib")
    points = np.full((20, 2), 100.0)
    _, inliers = estimate_relative_pose(points, points, INTRINSICS, INTRINSICS, solver=solver)
    assert inliers.shape == (20,)


def test_an_unknown_solver_is_refused() -> None:
    with pytest.raises(ValueError, match="magic"):
        estimate_relative_pose([], [], INTRINSICS, INTRINSICS, solver="magic")


def test_opencv_stands_in_for_poselib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "poselib", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert default_solver() == "cv2"
