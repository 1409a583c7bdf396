"""Keypoint search of the core against the numpy oracle, and its rules one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests import reference_features as reference

from ssldescriptor import _core

Map = NDArray[np.float32]


def rank_for(peak: Map, value: float = 0.0) -> Map:
    return np.full([-(-length // 4) for length in peak.shape], value, np.float32)


def random_maps(shape: tuple[int, int], seed: int, steps: int | None = None) -> tuple[Map, Map]:
    """Draw a peak map, rounded to `steps` values a unit so that plateaus occur, and a rank map."""
    random = np.random.default_rng(seed)
    peak = random.normal(size=shape).astype(np.float32)
    if steps is not None:
        peak = np.round(peak * steps).astype(np.float32) / np.float32(steps)
    return peak, random.normal(size=rank_for(peak).shape).astype(np.float32)


def assert_equals_oracle(peak: Map, rank: Map, radius: int, border: int, **limits: Any) -> None:
    xy, score = _core.find_keypoints(peak, rank, radius, border, **limits)
    expected_xy, expected_score = reference.find_keypoints(peak, rank, radius, border, **limits)
    assert xy.dtype == score.dtype == np.float32
    np.testing.assert_array_equal(score, expected_score)
    np.testing.assert_allclose(xy, expected_xy, rtol=0, atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (3, 5), (8, 8), (37, 50)])
@pytest.mark.parametrize("radius", [0, 1, 2, 3, 7, 100])
def test_equals_oracle(shape: tuple[int, int], radius: int) -> None:
    for steps in (None, 1, 3):
        peak, rank = random_maps(shape, seed=radius, steps=steps)
        mask = np.random.default_rng(7).integers(0, 3, shape, np.uint8)
        for border in (0, 1, 4):
            assert_equals_oracle(peak, rank, radius, border)
            assert_equals_oracle(peak, rank, radius, border, max_keypoints=4, mask=mask)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    radius=st.integers(0, 5),
    border=st.integers(0, 5),
    count=st.integers(-1, 20),
    seed=st.integers(0, 2**32 - 1),
)
def test_equals_oracle_with_ties_and_non_finite_values(
    shape: tuple[int, int], radius: int, border: int, count: int, seed: int
) -> None:
    peak, rank = random_maps(shape, seed, steps=2)
    random = np.random.default_rng(seed)
    for value in (np.nan, np.inf, -np.inf):
        peak[random.random(shape) < 0.01] = value
    rank = np.round(rank)
    assert_equals_oracle(peak, rank, radius, border, max_keypoints=count)


def test_plateau_gives_its_first_pixel() -> None:
    peak = np.zeros((20, 20), np.float32)
    peak[8:10, 7:9] = 1.0
    xy, _ = _core.find_keypoints(peak, rank_for(peak), 2, 4)
    # Refinement moves it towards the equal neighbours.
    assert ((xy[0] > [7, 8]) & (xy[0] <= [7.5, 8.5])).all()
    assert not ((xy[1:] > 5) & (xy[1:] < 11)).all(axis=1).any()


def test_constant_map_gives_nothing_inside() -> None:
    peak = np.ones((30, 40), np.float32)
    xy, score = _core.find_keypoints(peak, rank_for(peak), 2, 1)
    assert xy.shape == (0, 2)
    assert score.shape == (0,)


def test_refines_to_the_middle_of_a_round_peak() -> None:
    y, x = np.mgrid[:24, :30].astype(np.float32)
    for shift_x, shift_y in [(0.0, 0.0), (0.25, -0.25), (-0.375, 0.125)]:
        peak = -2 * (x - 12 - shift_x) ** 2 - 3 * (y - 10 - shift_y) ** 2
        xy, _ = _core.find_keypoints(peak, rank_for(peak), 2, 4)
        np.testing.assert_allclose(xy, [[12 + shift_x, 10 + shift_y]], atol=0.02)


def test_score_is_the_rank_at_cell_centres_and_a_tenth_of_the_peak() -> None:
    # A linear map with cell i at 4 i + 1.5 comes back linear between the outermost centres.
    rows, columns = np.mgrid[:10, :12].astype(np.float32)
    rank = 3 * (4 * columns + 1.5) + 5 * (4 * rows + 1.5)
    peak = np.zeros((39, 46), np.float32)
    for x, y in [(4, 4), (12, 9), (23, 20), (31, 33)]:
        peak[y, x] = 1
        xy, score = _core.find_keypoints(peak, rank.astype(np.float32), 2, 2)
        np.testing.assert_array_equal(xy[0], [x, y])
        assert score[0] == np.float32(3 * x + 5 * y + 0.1)
        peak[y, x] = 0


def test_best_first_and_a_smaller_number_is_a_prefix() -> None:
    peak, rank = random_maps((70, 90), seed=6)
    xy, score = _core.find_keypoints(peak, rank, 2, 4, 0)
    assert (np.diff(score) <= 0).all()
    for count in (1, 2, 17, len(xy) - 1, len(xy), len(xy) + 5):
        some_xy, some_score = _core.find_keypoints(peak, rank, 2, 4, count)
        np.testing.assert_array_equal(some_xy, xy[:count])
        np.testing.assert_array_equal(some_score, score[:count])
    for count in (0, -1):
        np.testing.assert_array_equal(_core.find_keypoints(peak, rank, 2, 4, count)[0], xy)


def test_equal_scores_are_in_row_major_order() -> None:
    peak = np.zeros((40, 50), np.float32)
    pixels = [(5, 30), (5, 40), (12, 8), (12, 33), (30, 6)]
    for y, x in pixels:
        peak[y, x] = 1
    xy, _ = _core.find_keypoints(peak, rank_for(peak), 3, 4, 5)
    # Besides the five, the first pixel of the flat ground is a peak only at its very corner.
    np.testing.assert_array_equal(xy, [(x, y) for y, x in pixels])


def test_whole_pixel_shift_shifts_keypoints() -> None:
    peak, rank = random_maps((64, 72), seed=9)
    xy, score = _core.find_keypoints(peak, rank, 2, 0)
    # Whole rank cells, so that the scores move along.
    moved_xy, moved_score = _core.find_keypoints(
        np.ascontiguousarray(peak[8:, 12:]), np.ascontiguousarray(rank[2:, 3:]), 2, 0
    )
    inner = (xy > [12 + 4, 8 + 4]).all(axis=1) & (xy < [68, 60]).all(axis=1)
    moved_inner = (moved_xy > 4).all(axis=1) & (moved_xy < [68 - 12, 60 - 8]).all(axis=1)
    assert inner.sum() > 50
    np.testing.assert_allclose(moved_xy[moved_inner], xy[inner] - [12, 8], atol=2e-6)
    np.testing.assert_array_equal(moved_score[moved_inner], score[inner])


@pytest.mark.parametrize("radius", [1, 2, 5])
def test_no_two_within_the_radius(radius: int) -> None:
    peak, rank = random_maps((80, 80), seed=10, steps=2)
    xy, _ = _core.find_keypoints(peak, rank, radius, 0)
    assert len(xy) > 5
    distance = np.abs(xy[:, None] - xy[None]).max(axis=-1)
    np.fill_diagonal(distance, np.inf)
    assert distance.min() > radius - 1  # pixels differ by more than radius, each moves at most 1/2


@pytest.mark.parametrize("border", [0, 1, 4, 9])
def test_border_is_respected(border: int) -> None:
    peak, rank = random_maps((40, 50), seed=11)
    peak[border, border] = 9.0  # the outermost pixel allowed
    if border > 0:
        peak[border - 1, 20] = 99.0
    xy, _ = _core.find_keypoints(peak, rank, 0, border)
    assert len(xy) == (40 - 2 * border) * (50 - 2 * border)
    assert (xy >= border - 0.5).all()
    assert (xy <= [50 - border - 0.5, 40 - border - 0.5]).all()
    assert np.abs(xy - border).max(axis=1).min() <= 0.5


def test_border_wider_than_the_map_leaves_nothing() -> None:
    peak, rank = random_maps((9, 30), seed=12)
    for border in (5, 100, 2**31 - 1):
        assert _core.find_keypoints(peak, rank, 2, border)[0].shape == (0, 2)


def test_mask_is_respected() -> None:
    peak, rank = random_maps((40, 50), seed=13)
    mask = np.zeros((40, 50), np.uint8)
    assert _core.find_keypoints(peak, rank, 2, 4, 0, mask)[0].shape == (0, 2)
    mask[:, 25:] = 1
    everywhere, _ = _core.find_keypoints(peak, rank, 2, 4)
    xy, _ = _core.find_keypoints(peak, rank, 2, 4, 0, mask)
    assert 0 < len(xy) < len(everywhere)
    assert (xy[:, 0] >= 24.5).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite_values_are_no_keypoints(value: float) -> None:
    peak, rank = random_maps((30, 30), seed=14)
    peak[10:20, 10:20] = value
    xy, score = _core.find_keypoints(peak, rank, 1, 2)
    assert len(xy) > 0
    assert np.isfinite(xy).all()
    assert np.isfinite(score).all()
    assert not ((xy > 10.5) & (xy < 18.5)).all(axis=1).any()
    assert len(_core.find_keypoints(peak, rank * np.float32(np.nan), 1, 2)[0]) == 0


def test_layout_of_the_maps_does_not_matter() -> None:
    peak, rank = random_maps((33, 47), seed=15)
    mask = np.random.default_rng(1).integers(0, 2, peak.shape, np.uint8)
    xy, score = _core.find_keypoints(peak, rank, 2, 4, 9, mask)
    other = [np.asfortranarray(a) for a in (peak, rank, mask)]
    other_xy, other_score = _core.find_keypoints(other[0], other[1], 2, 4, 9, other[2])
    np.testing.assert_array_equal(other_xy, xy)
    np.testing.assert_array_equal(other_score, score)
