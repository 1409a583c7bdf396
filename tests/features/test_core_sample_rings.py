"""Ring sampling of the core against the numpy oracle, at every instruction-set level."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests import reference_features as reference

from ssldescriptor import _core

Floats = NDArray[np.float32]

# The last shapes have 1, 2, 3 levels of the 4 that the rings want, then all 4.
SHAPES = [(1, 1), (1, 40), (40, 1), (2, 2), (7, 9), (14, 200), (15, 200), (29, 60), (57, 63)]
SHAPES += [(97, 131), (240, 320)]
BIG = np.float32(3e38)


def noise(shape: tuple[int, ...], seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def positions(shape: tuple[int, int], count: int, seed: int = 0) -> Floats:
    """Draw points in and around an image."""
    extent = np.array([shape[1], shape[0]])
    unit = np.random.default_rng(seed).uniform(-0.3, 1.3, (count, 2))
    xy: Floats = (unit * (extent + 20)).astype(np.float32)
    return xy


@cache
def expected_rings(shape: tuple[int, int]) -> NDArray[np.float64]:
    return reference.sample_rings(noise(shape, seed=1), positions(shape, 30, seed=2))


@pytest.mark.parametrize("shape", SHAPES)
def test_equals_oracle(shape: tuple[int, int], level: str) -> None:
    rings = _core.sample_rings(noise(shape, seed=1), positions(shape, 30, seed=2))
    assert rings.shape == (30, 12, 32)
    assert rings.dtype == np.float32
    np.testing.assert_allclose(rings, expected_rings(shape), atol=1e-4)


def test_levels_agree_bit_for_bit() -> None:
    gray, xy = noise((200, 310), seed=5), positions((200, 310), 200, seed=6)
    before = _core.simd_level()
    results = []
    for name in _core.simd_levels():
        _core.set_simd_level(name)
        results.append(_core.sample_rings(gray, xy))
    _core.set_simd_level(before)
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@pytest.mark.parametrize("num_threads", [0, 2, 3, 7])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 300])
def test_thread_count_does_not_matter(num_threads: int, count: int) -> None:
    gray, xy = noise((120, 90), seed=7), positions((120, 90), count, seed=8)
    one = _core.sample_rings(gray, xy)
    assert one.shape == (count, 12, 32)
    np.testing.assert_array_equal(_core.sample_rings(gray, xy, num_threads), one)


def test_calls_at_the_same_time_do_not_disturb_each_other() -> None:
    grays = [noise((80, 100), seed) for seed in range(8)]
    xy = positions((80, 100), 100, seed=20)
    expected = [_core.sample_rings(gray, xy) for gray in grays]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            found = list(pool.map(lambda gray: _core.sample_rings(gray, xy, 2), grays))
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("num_threads", [1, 3])
def test_batch_equals_one_image_after_the_other(num_threads: int) -> None:
    grays, xy = noise((5, 64, 80), seed=13), positions((64, 80), 150, seed=14)
    owner = np.random.default_rng(15).choice([0, 1, 4], 150).astype(np.int32)  # 2 and 3 have none
    rings = _core.sample_rings_batch(grays, owner, xy, num_threads)
    for image in range(5):
        mine = owner == image
        np.testing.assert_array_equal(rings[mine], _core.sample_rings(grays[image], xy[mine]))


@pytest.mark.parametrize("shape", [(0, 8, 8), (2, 8, 8)])
def test_batch_of_nothing(shape: tuple[int, ...]) -> None:
    rings = _core.sample_rings_batch(noise(shape), np.zeros(0, np.int32), positions((5, 5), 0))
    assert rings.shape == (0, 12, 32)


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ((np.nan, 20), (0, 20)),
        ((20, np.inf), (20, 0)),
        ((-np.inf, np.nan), (0, 0)),
        ((BIG, 20), (1e5, 20)),
        ((20, -BIG), (20, -1e5)),
    ],
)
def test_unusual_points_are_read_as_documented(
    given: tuple[float, float], read_as: tuple[float, float]
) -> None:
    gray = noise((50, 60), seed=9)
    rings = _core.sample_rings(gray, np.array([given], np.float32))
    expected = _core.sample_rings(gray, np.array([read_as], np.float32))
    assert np.abs(rings).max() > 0
    np.testing.assert_array_equal(rings, expected)


def test_far_outside_shows_the_nearest_corner() -> None:
    rings = _core.sample_rings(noise((50, 60), seed=10), np.array([[1e9, -1e9]], np.float32))
    np.testing.assert_array_equal(rings, np.repeat(rings[..., :1], 32, axis=2))
    assert len(np.unique(rings)) == 3  # the corner of each of the image's three levels


def test_a_flat_image_gives_zeros() -> None:
    rings = _core.sample_rings(np.full((90, 70), 77, np.uint8), positions((90, 70), 20))
    np.testing.assert_array_equal(rings, np.zeros((20, 12, 32)))


def test_layout_of_the_arrays_does_not_matter() -> None:
    gray, xy = noise((60, 80), seed=16), positions((60, 80), 20, seed=17)
    rows = np.column_stack([xy, xy])
    found = _core.sample_rings(np.asfortranarray(gray), rows[:, :2])
    np.testing.assert_array_equal(found, _core.sample_rings(gray, xy))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_quarter_turn_of_the_image_shifts_the_samples_by_eight(turns: int) -> None:
    # Divisible by 8: only then is the pyramid of the turned image the turned pyramid.
    gray, xy = noise((128, 192), seed=21), positions((128, 192), 200, seed=22)
    x, y, width, height = xy[:, 0], xy[:, 1], 192, 128
    for _ in range(turns):  # rot90 is counter-clockwise, (x, y) -> (y, width - 1 - x)
        x, y = y, width - 1 - x
        width, height = height, width
    turned = np.ascontiguousarray(np.rot90(gray, turns))
    found = _core.sample_rings(turned, np.column_stack([x, y]))
    expected = np.roll(_core.sample_rings(gray, xy), -8 * turns, axis=2)
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_rings_have_their_radii_and_run_clockwise() -> None:
    ramp = np.tile(np.arange(180, dtype=np.uint8), (180, 1))
    turn = 2 * np.pi * np.arange(32) / 32
    radius = 2 * 2 ** (np.arange(12) / 2.5)
    xy = np.array([[90, 90]], np.float32)
    for gray, direction in ((ramp, np.cos(turn)), (ramp.T, np.sin(turn))):
        values = radius[:, None] * direction
        expected = values / np.sqrt(values.var() + 4)
        np.testing.assert_allclose(_core.sample_rings(gray, xy)[0], expected, atol=1e-4)


def test_rings_of_a_point_are_standardised_together() -> None:
    gray, xy = noise((200, 200), seed=11), positions((200, 200), 30, seed=12)
    rings = _core.sample_rings(gray, xy).astype(np.float64)
    np.testing.assert_allclose(rings.mean(axis=(1, 2)), 0, atol=3e-5)
    assert np.abs(rings.mean(axis=2)).max() > 0.1  # not ring by ring
    assert rings.std(axis=(1, 2)).max() < 1


def test_four_times_the_scale_moves_the_pattern_five_rings_outwards() -> None:
    random = np.random.default_rng(23).normal(size=(240, 320)).astype(np.float32)
    smooth = cv2.GaussianBlur(random, (0, 0), 6)
    gray = np.round(200 * (smooth - smooth.min()) / np.ptp(smooth) + 20).astype(np.uint8)
    scaled = np.asarray(cv2.resize(gray, None, fx=4, fy=4), np.uint8)  # bilinear
    xy = np.array([[150.25, 111.5]], np.float32)
    before = _core.sample_rings(gray, xy)[0]
    after = _core.sample_rings(scaled, 4 * xy + np.float32(1.5))[0]

    def correlation(ring: int) -> float:
        return float(np.corrcoef(before[:6].ravel(), after[ring : ring + 6].ravel())[0, 1])

    assert correlation(5) > 0.999
    assert max(correlation(4), correlation(6)) < correlation(5) - 0.01
