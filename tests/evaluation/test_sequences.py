"""Reading HPatches-style folders, and that images and homographies stay in step."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ssldescriptor.evaluation.datasets.sequences import (
    limit_size,
    read_sequences,
    turn_image,
)
from ssldescriptor.evaluation.metrics import warp_points


def image_with_dot(height: int, width: int, x: int, y: int) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[y - 2 : y + 3, x - 2 : x + 3] = 255
    return image


def dot_centre(image: np.ndarray) -> np.ndarray:
    weights = image[..., 0].astype(float)
    rows, columns = np.indices(weights.shape)
    return np.array([(columns * weights).sum(), (rows * weights).sum()]) / weights.sum()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "v_test_one"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.png"), image_with_dot(60, 80, 30, 20))
    for k, shift in ((2, 5), (10, 9)):
        cv2.imwrite(str(folder / f"{k}.png"), image_with_dot(60, 80, 30 + shift, 20))
        np.savetxt(folder / f"H_1_{k}", [[1, 0, shift], [0, 1, 0], [0, 0, 1]])
    (tmp_path / "not_a_sequence").mkdir()
    return tmp_path


def test_names_and_order(root: Path) -> None:
    (sequence,) = read_sequences(root)
    assert (sequence.name, sequence.source) == ("v_test_one", "v_test")
    assert [view.index for view in sequence.views()] == [2, 10]


@pytest.mark.parametrize("turn", [False, True])
def test_homography_follows_the_dot(root: Path, turn: bool) -> None:
    (sequence,) = read_sequences(root, turn=turn)
    start = dot_centre(sequence.reference())
    for view in sequence.views():
        mapped = warp_points(start, view.homography)[0]
        np.testing.assert_allclose(mapped, dot_centre(view.image), atol=0.05)


def test_turning_changes_the_views_only(root: Path) -> None:
    plain, turned = read_sequences(root)[0], read_sequences(root, turn=True)[0]
    np.testing.assert_array_equal(plain.reference(), turned.reference())
    assert next(turned.views()).image.shape != next(plain.views()).image.shape


def test_pattern_selects_and_no_match_is_an_error(root: Path) -> None:
    assert len(read_sequences(root, "v_*")) == 1
    with pytest.raises(FileNotFoundError, match="i_\\*"):
        read_sequences(root, "i_*")


def test_a_missing_image_is_named(root: Path) -> None:
    (root / "v_test_one" / "10.png").unlink()
    with pytest.raises(FileNotFoundError, match="10"):
        list(read_sequences(root)[0].views())


def test_reduced_images_keep_their_geometry() -> None:
    image = image_with_dot(300, 400, 101, 57)
    small, matrix = limit_size(image, 200)
    assert small.shape == (150, 200, 3)
    np.testing.assert_allclose(warp_points([[101, 57]], matrix)[0], dot_centre(small), atol=0.1)


def test_small_images_are_left_alone() -> None:
    image = image_with_dot(30, 40, 10, 10)
    same, matrix = limit_size(image, 40)
    assert same is image
    np.testing.assert_array_equal(matrix, np.eye(3))


def test_a_quarter_turn_is_counter_clockwise() -> None:
    turned, matrix = turn_image(image_with_dot(50, 50, 40, 25), 90)
    np.testing.assert_allclose(warp_points([[40, 25]], matrix)[0], dot_centre(turned), atol=0.05)
    assert dot_centre(turned)[1] < 12
