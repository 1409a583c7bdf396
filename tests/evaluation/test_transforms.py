"""Images and their matrices stay in step."""

import numpy as np
import pytest

from ssldescriptor.evaluation.metrics import warp_points
from ssldescriptor.evaluation.transforms import limit_size, scale_image, turn_image


def image_with_dot(height: int, width: int, x: int, y: int) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[y - 2 : y + 3, x - 2 : x + 3] = 255
    return image


def dot_centre(image: np.ndarray) -> np.ndarray:
    weights = image[..., 0].astype(float)
    rows, columns = np.indices(weights.shape)
    return np.array([(columns * weights).sum(), (rows * weights).sum()]) / weights.sum()


def test_reduced_images_keep_their_geometry() -> None:
    image = image_with_dot(300, 400, 101, 57)
    small, matrix = limit_size(image, 200)
    assert small.shape == (150, 200, 3)
    np.testing.assert_allclose(warp_points([[101, 57]], matrix)[0], dot_centre(small), atol=0.1)


@pytest.mark.parametrize("scale", [0.3, 0.71, 1.41, 2.0])
def test_resized_images_keep_their_geometry(scale: float) -> None:
    resized, matrix = scale_image(image_with_dot(301, 403, 101, 57), scale)
    np.testing.assert_allclose(warp_points([[101, 57]], matrix)[0], dot_centre(resized), atol=0.15)


@pytest.mark.parametrize("scale", [0.35, 0.5, 0.71, 1.41])
def test_the_far_corner_of_odd_sizes_lies_where_the_matrix_says(scale: float) -> None:
    resized, matrix = scale_image(image_with_dot(701, 1001, 980, 680), scale)
    np.testing.assert_allclose(warp_points([[980, 680]], matrix)[0], dot_centre(resized), atol=0.1)


def test_small_images_are_left_alone() -> None:
    image = image_with_dot(30, 40, 10, 10)
    same, matrix = limit_size(image, 40)
    assert same is image
    np.testing.assert_array_equal(matrix, np.eye(3))


def test_an_image_that_would_vanish_is_refused() -> None:
    with pytest.raises(ValueError, match="vanishes"):
        scale_image(np.zeros((3, 900, 3), np.uint8), 0.1)


def test_a_quarter_turn_is_counter_clockwise() -> None:
    turned, matrix = turn_image(image_with_dot(50, 50, 40, 25), 90)
    np.testing.assert_allclose(warp_points([[40, 25]], matrix)[0], dot_centre(turned), atol=0.05)
    assert dot_centre(turned)[1] < 12
