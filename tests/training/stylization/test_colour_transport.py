"""Colour transport: the optimal map, limits, and that nothing moves."""

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.training.stylization.colour_transport import (
    SLOPES,
    guided_average,
    match_tones,
    move_colours,
    transport,
    transport_matrix,
)
from ssldescriptor.training.stylization.lab import lab_to_bgr, to_lab


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photographs.astronaut()[..., ::-1])


@pytest.fixture(scope="module")
def style() -> np.ndarray:
    return np.ascontiguousarray(photographs.coffee()[..., ::-1])


def covariance(seed: int) -> np.ndarray:
    root = np.random.default_rng(seed).normal(size=(3, 3)) + 2 * np.eye(3)
    return root @ root.T * 50


def test_the_matrix_turns_one_covariance_into_the_other() -> None:
    source, target = covariance(0), covariance(1)
    matrix = transport_matrix(source, target, (0.0, np.inf))
    np.testing.assert_allclose(matrix @ source @ matrix, target, rtol=1e-3, atol=0.05)
    # Symmetric and positive: the map of least effort (Brenier), not any root.
    np.testing.assert_allclose(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_diagonal_covariances_by_hand_and_the_limits() -> None:
    source, target = np.diag([4.0, 100.0, 1.0]), np.diag([16.0, 25.0, 400.0])
    np.testing.assert_allclose(
        transport_matrix(source, target, (0.0, np.inf)), np.diag([2, 0.5, 20]), rtol=0.06
    )
    np.testing.assert_allclose(
        np.diag(transport_matrix(source, target, (0.6, 3.0))), [1.97, 0.6, 3.0], rtol=0.03
    )
    gray = np.diag([100.0, 0.0, 0.0])
    assert np.isfinite(transport_matrix(gray, gray)).all()


def test_moved_colours_have_the_styles_mean_but_no_strong_cast(
    photo: np.ndarray, style: np.ndarray
) -> None:
    source = to_lab(photo)
    near = to_lab(style) * np.float32([1, 0.3, 0.3])
    np.testing.assert_allclose(
        move_colours(source, near).mean((0, 1)), near.mean((0, 1)), atol=0.05
    )
    blue = near + np.float32([0, 0, -90])
    moved = move_colours(source, blue).mean((0, 1)) - source.mean((0, 1))
    assert np.hypot(moved[1], moved[2]) == pytest.approx(22, abs=0.1)


def test_tones_follow_a_rising_curve_of_limited_slope() -> None:
    rng = np.random.default_rng(0)
    source = rng.normal(50, 10, (60, 60)).astype(np.float32)
    target = np.where(rng.random((60, 60)) < 0.5, 10, 90).astype(np.float32)
    order = np.argsort(source.ravel())
    x = source.ravel()[order].astype(float)
    y = match_tones(source, target).ravel()[order].astype(float)
    far = np.flatnonzero(np.diff(x) > 1e-2)
    slopes = (np.diff(y) / np.maximum(np.diff(x), 1e-9))[far]
    assert slopes.min() > SLOPES[0] - 0.01
    assert slopes.max() < SLOPES[1] + 0.01
    similar = rng.normal(40, 14, (60, 60)).astype(np.float32)
    matched = match_tones(source, similar)
    wanted = np.quantile(similar, [0.1, 0.5, 0.9])
    np.testing.assert_allclose(np.quantile(matched, [0.1, 0.5, 0.9]), wanted, atol=1.5)


def test_a_picture_of_one_lightness_is_safe() -> None:
    flat = np.full((40, 40), 30, np.float32)
    assert np.isfinite(match_tones(flat, flat)).all()
    gray = np.full((80, 80, 3), 90, np.uint8)
    assert transport(gray, gray).std() < 1


def test_the_base_keeps_edges_and_smooths_texture() -> None:
    step = np.zeros((60, 60), np.float32)
    step[:, 30:] = 60
    assert np.abs(guided_average(step) - step).max() < 6
    texture = np.random.default_rng(0).normal(50, 3, (60, 60)).astype(np.float32)
    assert guided_average(texture).std() < 0.4 * texture.std()


def test_lab_goes_there_and_back(photo: np.ndarray) -> None:
    middle = np.clip(photo, 24, 225).astype(np.uint8)
    assert np.abs(lab_to_bgr(to_lab(middle)).astype(int) - middle).max() <= 1


def test_colours_that_no_screen_shows_keep_luminance_and_order() -> None:
    chroma = np.linspace(0, 200, 60, dtype=np.float32)
    lab = np.stack([np.full(60, 60, np.float32), chroma, 0.5 * chroma], -1)[None]
    shown = lab_to_bgr(lab)
    back = to_lab(shown)[0]
    assert np.abs(back[:, 0] - 60).max() < 1
    assert (np.diff(np.hypot(back[:, 1], back[:, 2])) > -1).all()
    extreme = lab_to_bgr(np.float32([[[-50, 0, 0], [200, 0, 0]]]))
    assert extreme[0, 0].max() <= 1
    assert extreme[0, 1].min() >= 254


def test_a_photograph_in_its_own_style_hardly_changes(photo: np.ndarray) -> None:
    assert np.abs(transport(photo, photo).astype(int) - photo).mean() < 3


def test_the_look_of_the_style_is_taken_on(photo: np.ndarray, style: np.ndarray) -> None:
    result = transport(photo, (style // 3).astype(np.uint8))
    assert result.shape == photo.shape
    assert result.dtype == np.uint8
    gap = abs(float(result.mean()) - style.mean() / 3)
    assert gap < 0.35 * abs(float(photo.mean()) - style.mean() / 3)


def test_equal_colours_in_smooth_places_stay_equal(style: np.ndarray) -> None:
    """No posterised sky: a ramp stays a ramp, without jumps."""
    ramp = np.repeat(np.linspace(60, 200, 300)[None, :, None], 200, 0).repeat(3, 2)
    result = transport(ramp.astype(np.uint8), style).astype(float)
    row = cv2.blur(result, (9, 1))[100, 20:-20]
    assert np.abs(np.diff(row, axis=0)).max() <= 4
