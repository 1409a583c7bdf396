"""Maps and poses from made-up points, where every number is known."""

import sys
from typing import Any

import numpy as np
import pytest
from tests.evaluation.box import BOX_INTRINSICS, box_pose

from ssldescriptor.evaluation.alignment import aligned_errors
from ssldescriptor.evaluation.extracted import Features
from ssldescriptor.evaluation.localizing import (
    locate,
    map_correspondences,
    pose_errors,
)
from ssldescriptor.evaluation.mapping import (
    Camera,
    MapImage,
    colmap_points,
    import_pycolmap,
    model_poses,
    pinhole,
    reconstruct,
    statistics,
    triangulate,
)
from ssldescriptor.evaluation.poses import Pose
from ssldescriptor.evaluation.store import Stored

pytest.importorskip("pycolmap")
CAMERA = pinhole(BOX_INTRINSICS, 260, 180)


@pytest.fixture
def world() -> np.ndarray:
    return np.random.default_rng(0).uniform([-1.5, -1.2, 4], [1.5, 1.2, 8], (200, 3))


def view(i: int, world: np.ndarray, *, known: bool = True) -> MapImage:
    pose = Pose(*box_pose(i))
    pixels = (world @ pose.rotation.T + pose.translation) @ BOX_INTRINSICS.T
    points = pixels[:, :2] / pixels[:, 2:] + 0.5
    return MapImage(f"{i}.png", CAMERA, points, pose if known else None)


def all_matches(count: int, num_points: int) -> dict[tuple[int, int], np.ndarray]:
    rows = np.repeat(np.arange(num_points)[:, None], 2, axis=1)
    return {(i, j): rows for i in range(count) for j in range(i + 1, count)}


@pytest.fixture
def model(world: np.ndarray) -> Any:
    return triangulate([view(i, world) for i in range(4)], all_matches(4, len(world)))


def test_points_are_triangulated_where_they_are(model: Any, world: np.ndarray) -> None:
    found = statistics(model)
    assert found["num_images"] == 4
    assert found["num_points"] > 190
    assert found["track_length"] > 3.9
    assert found["reprojection_error"] < 0.01
    rows, places = map_correspondences(model, [(1, np.arange(200), np.arange(200))])
    np.testing.assert_allclose(places, world[rows], atol=1e-3)


def test_correspondences_are_collected_once(model: Any) -> None:
    rows = np.array([5, 6, 7])
    once = map_correspondences(model, [(1, rows, rows)])
    twice = map_correspondences(model, [(1, rows, rows), (2, rows, rows)])
    np.testing.assert_array_equal(once[0], twice[0])
    np.testing.assert_array_equal(once[1], twice[1])
    nothing = map_correspondences(model, [(1, rows[:0], rows[:0])])
    assert [part.shape for part in nothing] == [(0,), (0, 3)]


def test_a_photograph_is_located_among_wrong_correspondences(world: np.ndarray) -> None:
    points = view(6, world).points.copy()
    points[:60] = np.random.default_rng(1).uniform(0, 180, (60, 2))
    found = locate(points, world, CAMERA, 2.0)
    assert found.pose is not None
    assert (found.num_matches, found.num_inliers) == (200, pytest.approx(140, abs=5))
    distance, angle = pose_errors(found.pose, Pose(*box_pose(6)))
    assert distance < 1e-3
    assert angle < 0.01


@pytest.mark.parametrize("count", [0, 3])
def test_few_correspondences_give_no_pose(world: np.ndarray, count: int) -> None:
    found = locate(view(0, world).points[:count], world[:count], CAMERA, 2.0)
    assert (found.pose, found.num_matches, found.num_inliers) == (None, count, 0)


def test_structure_from_motion_finds_the_cameras(world: np.ndarray) -> None:
    images = [view(i, world, known=False) for i in range(6)]
    found = reconstruct(images, all_matches(6, len(world)))
    assert statistics(found)["num_images"] == 6
    truth = {f"{i}.png": Pose(*box_pose(i)) for i in range(6)}
    errors = aligned_errors(model_poses(found), truth)
    assert errors is not None
    assert max(errors) < 1e-3


def test_nothing_matched_is_no_reconstruction(world: np.ndarray) -> None:
    model = reconstruct([view(i, world, known=False) for i in range(3)], {})
    assert model is None
    assert set(statistics(model).values()) == {0}


def test_pose_errors_by_hand() -> None:
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    # Centres (0, 0, 0) and -R^T t = (-4, 3, 0).
    distance, angle = pose_errors(
        Pose(np.eye(3), np.zeros(3)), Pose(quarter, np.array([3.0, 4, 0]))
    )
    assert (distance, angle) == (pytest.approx(5), pytest.approx(90))


def test_pixels_of_a_reduced_image_become_colmaps_of_the_file() -> None:
    # A file twice as large: its pixels 0 and 1 lie in the prepared image's pixel 0, at -.25, .25.
    matrix = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
    features = Features(np.array([[0, 0], [9.5, 4.5]], np.float32), np.zeros((2, 1), np.float32))
    points = colmap_points(Stored(features, (5, 10), matrix, ""))
    np.testing.assert_allclose(points, [[1, 1], [20, 10]])


@pytest.mark.parametrize(
    ("camera", "reason"),
    [(Camera("LENS", 9, 9, (1.0,)), "LENS"), (Camera("PINHOLE", 9, 9, (1.0,)), "1 parameters")],
)
def test_wrong_cameras_are_refused(world: np.ndarray, camera: Camera, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        locate(view(0, world).points, world, camera, 2.0)


def test_without_pycolmap_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycolmap", None)
    with pytest.raises(ValueError, match=r"pip install 'ssldescriptor\[eval\]'"):
        import_pycolmap()
