"""Overlaps: two crops of one photograph, photographs of different things."""

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.training import overlap
from ssldescriptor.training.data.sampler import SamplerOptions
from ssldescriptor.training.local_features import LocalFeatures, local_features
from ssldescriptor.training.overlap import show_same_place, verify_overlaps

MIN_INLIERS = SamplerOptions().min_inliers


def sift(gray: np.ndarray, max_keypoints: int) -> tuple[np.ndarray, np.ndarray]:
    keypoints, rows = cv2.SIFT_create(nfeatures=max_keypoints).detectAndCompute(gray, None)
    if rows is None:
        return np.empty((0, 2), np.float32), np.empty((0, 128), np.float32)
    xy = np.array([k.pt for k in keypoints], np.float32)
    return xy, rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def features() -> list[LocalFeatures]:
    astronaut, coffee = photographs.astronaut(), photographs.coffee()
    turned = cv2.rotate(astronaut, cv2.ROTATE_90_CLOCKWISE)
    blank = np.full((100, 100, 3), 128, np.uint8)
    pictures = [astronaut[:, :360], coffee, astronaut[:, 150:], turned, blank]
    return [local_features(sift, picture, SamplerOptions(keypoints=400)) for picture in pictures]


def test_crops_of_one_photograph_overlap(features: list[LocalFeatures]) -> None:
    assert show_same_place(features[0], features[2], MIN_INLIERS)
    assert show_same_place(features[0], features[3], MIN_INLIERS)


def test_different_photographs_do_not(features: list[LocalFeatures]) -> None:
    assert not show_same_place(features[0], features[1], MIN_INLIERS)
    assert not show_same_place(features[4], features[1], MIN_INLIERS)
    assert not show_same_place(features[4], features[4], MIN_INLIERS)


def test_a_scene_in_depth_overlaps_by_its_epipolar_geometry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-2, 2, (60, 2)), rng.uniform(3, 9, 60)])
    moved = points + [1.5, 0, 0.3]
    seen = [(200 * p[:, :2] / p[:, 2:] + 200).astype(np.float32) for p in (points, moved)]
    rows = np.eye(60, dtype=np.float16)
    first, second = (LocalFeatures(xy, rows) for xy in seen)
    assert show_same_place(first, second, 50)
    monkeypatch.setattr(overlap, "MODELS", ("homography",))
    assert not show_same_place(first, second, 50)


def test_matches_all_over_the_place_do_not() -> None:
    rng = np.random.default_rng(0)
    rows = np.eye(60, dtype=np.float16)
    first, second = (
        LocalFeatures(rng.uniform(0, 400, (60, 2)).astype(np.float32), rows) for _ in range(2)
    )
    assert not show_same_place(first, second, MIN_INLIERS)


def test_pairs_are_verified_once_and_known_ones_kept(
    features: list[LocalFeatures], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def counted(a: LocalFeatures, b: LocalFeatures, wanted: int) -> bool:
        tried.append((features.index(a), features.index(b)))
        return show_same_place(a, b, wanted)

    monkeypatch.setattr(overlap, "show_same_place", counted)
    neighbours = np.array([[2, 1], [0, -1], [0, 3], [2, 0], [-1, -1]], np.int32)
    known = np.array([[1, 4], [2, 3]], np.int32)
    found = verify_overlaps(features, neighbours, known, MIN_INLIERS)
    assert found.tolist() == [[0, 2], [0, 3], [1, 4], [2, 3]]
    assert sorted(tried) == [(0, 1), (0, 2), (0, 3)]


def test_no_neighbours_no_overlaps(features: list[LocalFeatures]) -> None:
    nobody = np.full((5, 2), -1, np.int32)
    assert verify_overlaps(features, nobody, np.empty((0, 2), np.int32), 20).shape == (0, 2)
