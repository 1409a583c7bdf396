"""Scales of an image and the way back to its pixels."""

import cv2
import numpy as np
import pytest

from ssldescriptor.scales import MIN_SIDE, factors, scale_levels


def test_the_first_level_is_the_image() -> None:
    gray = np.zeros((300, 400), np.uint8)
    first = next(scale_levels(gray))
    assert first.gray is gray
    assert first.factor.tolist() == [1, 1]


def test_small_images_have_fewer_levels() -> None:
    assert len(list(scale_levels(np.zeros((480, 640), np.uint8)))) == len(factors())
    assert len(list(scale_levels(np.zeros((2 * MIN_SIDE, 640), np.uint8)))) == 3
    assert len(list(scale_levels(np.zeros((1, 1), np.uint8)))) == 1


@pytest.mark.parametrize(("first_octave", "largest"), [(-1, 960), (0, 480), (1, 240), (2, 120)])
def test_the_first_octave_is_the_finest_scale(first_octave: int, largest: int) -> None:
    levels = list(scale_levels(np.zeros((480, 640), np.uint8), first_octave))
    sides = [level.gray.shape[0] for level in levels]
    assert sides[0] == largest
    assert sides[-1] == 120
    assert len(levels) == 5 - 2 * first_octave
    np.testing.assert_allclose([level.factor[1] * side for level, side in zip(levels, sides,
                               strict=True)], 480, rtol=1e-6)  # fmt: skip


@pytest.mark.parametrize("first_octave", [-1, 0, 1, 2])
@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (63, 63)])
def test_the_first_level_is_always_there(first_octave: int, shape: tuple[int, int]) -> None:
    assert min(next(scale_levels(np.zeros(shape, np.uint8), first_octave)).gray.shape) >= 1


@pytest.mark.parametrize("first_octave", [-1, 0, 1])
@pytest.mark.parametrize("shape", [(480, 640), (333, 517)])
def test_a_blob_is_found_at_its_place_on_every_level(
    shape: tuple[int, int], first_octave: int
) -> None:
    x, y = 211.0, 157.0
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    blob = 200 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 20.0**2))
    for level in scale_levels(blob.astype(np.uint8), first_octave):
        moments = cv2.moments(level.gray)
        middle = np.array([[moments["m10"], moments["m01"]]]) / moments["m00"]
        found = level.to_image(middle.astype(np.float32))
        np.testing.assert_allclose(found, [[x, y]], atol=0.1)
