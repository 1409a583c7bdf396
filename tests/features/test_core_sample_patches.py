"""Patch sampling of the core against the numpy oracle, at every instruction-set level."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests import reference_features as reference

from ssldescriptor import _core

Floats = NDArray[np.float32]
Columns = tuple[Floats, Floats, Floats]

SHAPES = [(1, 1), (1, 40), (40, 1), (2, 2), (7, 9), (15, 200), (16, 16), (97, 131), (240, 320)]


def noise(shape: tuple[int, ...], seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def keypoints(shape: tuple[int, int], count: int, seed: int = 0, max_size: float = 40) -> Columns:
    """Draw keypoints in and around an image."""
    random = np.random.default_rng(seed)
    extent = np.array([shape[1], shape[0]])
    xy = random.uniform(-0.3, 1.3, (count, 2)) * (extent + 20)
    size = np.exp(random.uniform(np.log(1.5), np.log(max_size), count))
    angle = random.uniform(-90, 450, count)
    return xy.astype(np.float32), size.astype(np.float32), angle.astype(np.float32)


def image_and_keypoints(shape: tuple[int, int]) -> tuple[NDArray[np.uint8], Floats, Floats, Floats]:
    return noise(shape, seed=1), *keypoints(shape, 40, seed=2)


@cache
def expected_patches(shape: tuple[int, int]) -> NDArray[np.float64]:
    return reference.sample_patches(*image_and_keypoints(shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_equals_oracle(shape: tuple[int, int], level: str) -> None:
    patches = _core.sample_patches(*image_and_keypoints(shape))
    assert patches.shape == (40, 2, 24, 24)
    assert patches.dtype == np.float32
    np.testing.assert_allclose(patches, expected_patches(shape), atol=1e-4)


@pytest.mark.parametrize("size", [2.0, 3.7, 3.8, 7.5, 7.6, 60.0, 200.0, 511.0, 512.0, 1e30])
def test_every_pyramid_level_equals_oracle(size: float, level: str) -> None:
    gray = noise((300, 420), seed=3)
    xy, _, angle = keypoints((300, 420), 12, seed=4)
    sizes = np.full(12, size, np.float32)
    patches = _core.sample_patches(gray, xy, sizes, angle, num_grids=3)
    expected = reference.sample_patches(gray, xy, sizes, angle, num_grids=3)
    np.testing.assert_allclose(patches, expected, atol=1e-4)


@pytest.mark.parametrize("num_grids", [1, 2])
def test_fewer_grids_are_the_first_ones(num_grids: int) -> None:
    gray, *columns = image_and_keypoints((97, 131))
    expected = _core.sample_patches(gray, *columns, num_grids=3)[:, :num_grids]
    found = _core.sample_patches(gray, *columns, num_grids=num_grids)
    np.testing.assert_array_equal(found, expected)
    owner = np.zeros(len(found), np.int32)
    found = _core.sample_patches_batch(gray[None], owner, *columns, num_grids=num_grids)
    np.testing.assert_array_equal(found, expected)


def test_levels_agree_bit_for_bit() -> None:
    gray = noise((200, 310), seed=5)
    columns = keypoints((200, 310), 200, seed=6, max_size=300)
    before = _core.simd_level()
    results = []
    for name in _core.simd_levels():
        _core.set_simd_level(name)
        results.append(_core.sample_patches(gray, *columns))
    _core.set_simd_level(before)
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@pytest.mark.parametrize("num_threads", [0, 2, 3, 7])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 300])
def test_thread_count_does_not_matter(num_threads: int, count: int) -> None:
    gray = noise((120, 90), seed=7)
    columns = keypoints((120, 90), count, seed=8)
    one = _core.sample_patches(gray, *columns)
    np.testing.assert_array_equal(_core.sample_patches(gray, *columns, num_threads), one)


def test_calls_at_the_same_time_do_not_disturb_each_other() -> None:
    grays = [noise((80, 100), seed) for seed in range(8)]
    columns = keypoints((80, 100), 100, seed=20)
    expected = [_core.sample_patches(gray, *columns) for gray in grays]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            found = list(pool.map(lambda gray: _core.sample_patches(gray, *columns, 2), grays))
            np.testing.assert_array_equal(found, expected)


def test_no_keypoints_give_no_patches() -> None:
    columns = keypoints((5, 5), 0)
    assert _core.sample_patches(noise((5, 5)), *columns).shape == (0, 2, 24, 24)


BIG = np.float32(3e38)


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ((np.nan, 20, 6, 30), (0, 20, 6, 30)),
        ((20, np.inf, 6, 30), (20, 0, 6, 30)),
        ((-np.inf, np.nan, 6, 30), (0, 0, 6, 30)),
        ((20, 20, np.nan, 30), (20, 20, 4, 30)),
        ((20, 20, np.inf, 30), (20, 20, 4, 30)),
        ((20, 20, 0, 30), (20, 20, 2, 30)),
        ((20, 20, -5, 30), (20, 20, 2, 30)),
        ((20, 20, BIG, 30), (20, 20, 512, 30)),
        ((20, 20, 6, np.nan), (20, 20, 6, 0)),
        ((20, 20, 6, np.inf), (20, 20, 6, 0)),
        ((20, 20, 6, -1), (20, 20, 6, 0)),
        ((20, 20, 6, -200), (20, 20, 6, 0)),
        ((BIG, 20, 6, 30), (1e5, 20, 6, 30)),
        ((20, -BIG, 6, 30), (20, -1e5, 6, 30)),
    ],
)
def test_unusual_keypoints_are_read_as_documented(
    given: tuple[float, ...], read_as: tuple[float, ...]
) -> None:
    gray = noise((50, 60), seed=9)
    given_row, read_row = (np.array([row], np.float32) for row in (given, read_as))
    patches = _core.sample_patches(gray, given_row[:, :2], given_row[:, 2], given_row[:, 3])
    expected = _core.sample_patches(gray, read_row[:, :2], read_row[:, 2], read_row[:, 3])
    assert np.isfinite(patches).all()
    np.testing.assert_array_equal(patches, expected)


def test_far_outside_shows_the_nearest_corner() -> None:
    gray = noise((50, 60), seed=10)
    xy = np.array([[1e9, -1e9]], np.float32)
    size, angle = np.array([9], np.float32), np.array([77], np.float32)
    patches = _core.sample_patches(gray, xy, size, angle)
    np.testing.assert_array_equal(patches, np.zeros_like(patches))  # constant, less its mean


def test_patches_are_standardised() -> None:
    gray = noise((100, 100), seed=11)
    columns = keypoints((100, 100), 30, seed=12)
    patches = _core.sample_patches(gray, *columns).astype(np.float64)
    np.testing.assert_allclose(patches.mean(axis=(2, 3)), 0, atol=3e-5)
    deviation = patches.std(axis=(2, 3))
    assert deviation.max() < 1
    assert deviation[(columns[0] > 20).all(axis=1) & (columns[0] < 80).all(axis=1)].min() > 0.9


@pytest.mark.parametrize("num_threads", [1, 3])
def test_batch_equals_one_image_after_the_other(num_threads: int) -> None:
    grays = noise((5, 64, 80), seed=13)
    xy, size, angle = keypoints((64, 80), 150, seed=14)
    owner = np.random.default_rng(15).choice([0, 1, 4], 150).astype(np.int32)  # 2 and 3 have none
    patches = _core.sample_patches_batch(grays, owner, xy, size, angle, num_threads)
    for image in range(5):
        mine = owner == image
        expected = _core.sample_patches(grays[image], xy[mine], size[mine], angle[mine])
        np.testing.assert_array_equal(patches[mine], expected)


def test_batch_of_nothing() -> None:
    columns = keypoints((5, 5), 0)
    owner = np.zeros(0, np.int32)
    for shape in [(0, 8, 8), (2, 8, 8)]:
        patches = _core.sample_patches_batch(noise(shape), owner, *columns)
        assert patches.shape == (0, 2, 24, 24)


def test_layout_of_the_arrays_does_not_matter() -> None:
    gray = noise((60, 80), seed=16)
    xy, size, angle = keypoints((60, 80), 20, seed=17)
    expected = _core.sample_patches(gray, xy, size, angle)
    rows = np.column_stack([xy, size, angle])  # columns of one array, as from a structured file
    found = _core.sample_patches(np.asfortranarray(gray), rows[:, :2], rows[:, 2], rows[:, 3])
    np.testing.assert_array_equal(found, expected)


def test_inputs_stay_unchanged_and_the_result_is_owned() -> None:
    gray = noise((60, 80), seed=18)
    columns = keypoints((60, 80), 20, seed=19)
    arrays: list[NDArray[Any]] = [gray, *columns]
    copies = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    patches = _core.sample_patches(gray, *columns)
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    assert patches.flags.owndata
    assert patches.flags.writeable
    assert patches.flags.c_contiguous
