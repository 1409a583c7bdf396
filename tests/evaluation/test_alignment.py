"""Similarities that are known, and quaternions."""

import numpy as np
import pytest
from tests.evaluation.box import box_pose

from ssldescriptor.evaluation.alignment import align, aligned_errors
from ssldescriptor.evaluation.poses import Pose
from ssldescriptor.evaluation.submission import quaternion


def test_alignment_removes_scale_turn_and_shift() -> None:
    truth = {str(i): Pose(*box_pose(i)) for i in range(4)}
    turn, _ = box_pose(10)
    moved = {}
    for name, pose in truth.items():
        centre = 3 * turn @ pose.centre() + [1, 2, 3]
        moved[name] = Pose(pose.rotation, -pose.rotation @ centre)
    errors = aligned_errors(moved, truth)
    assert errors == pytest.approx([0] * 4, abs=1e-9)
    assert aligned_errors(dict(list(moved.items())[:2]), truth) is None


def test_what_no_similarity_removes_is_the_error() -> None:
    # A square whose one diagonal is longer: no scale fits both; the best lies between.
    target = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    source = target * [3, 1, 1]
    # Scale = sum(s t) / sum(s s) = (3 + 3 + 1 + 1) / 20.
    np.testing.assert_allclose(align(source, target), 0.4 * source, atol=1e-12)


def test_a_reflection_is_not_undone() -> None:
    target = np.random.default_rng(0).normal(size=(9, 3))
    errors = np.linalg.norm(align(target * [1, 1, -1], target) - target, axis=1)
    assert errors.max() > 0.1


def test_points_in_one_place_align_with_the_mean() -> None:
    target = np.array([[0.0, 0, 0], [2, 0, 0], [4, 3, 0]])
    np.testing.assert_allclose(align(np.ones((3, 3)), target), [[2, 1, 0]] * 3)


@pytest.mark.parametrize("angle", [0, 0.3, 90, 179, 180, 270])
def test_quaternions_turn_as_the_matrix_does(angle: float) -> None:
    axis = np.array([2.0, -1, 2]) / 3
    half = np.radians(angle) / 2
    expected = np.array([np.cos(half), *(np.sin(half) * axis)])
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    matrix = np.eye(3) + np.sin(2 * half) * k + (1 - np.cos(2 * half)) * k @ k
    found = quaternion(matrix)
    assert found[0] >= 0
    assert abs(found @ expected) == pytest.approx(1)
