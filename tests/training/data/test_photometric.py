"""Relighting: seeded, each kind a switch, each doing what it says."""

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.training.data.photometric import (
    LightOptions,
    hue_saturation_matrix,
    random_gray,
)

DARK = LightOptions(**dict.fromkeys((f.name for f in fields(LightOptions)), 0.0))
KINDS = [f.name for f in fields(LightOptions)]


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photographs.astronaut()[:256, 100:356, ::-1])


def gray_of(photo: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY).astype(float)


def only(kind: str, photo: np.ndarray, seed: int) -> np.ndarray:
    return random_gray(np.random.default_rng(seed), photo, 1.0, replace(DARK, **{kind: 1.0}))


def test_relighting_is_seeded_and_keeps_shape(photo: np.ndarray) -> None:
    results = [random_gray(np.random.default_rng(seed), photo[:128, :160]) for seed in (1, 1, 2)]
    assert results[0].shape == (128, 160)
    assert results[0].dtype == np.uint8
    assert (results[0] == results[1]).all()
    assert (results[0] != results[2]).any()


def test_strength_zero_and_all_switches_off_leave_the_plain_gray_picture(
    photo: np.ndarray,
) -> None:
    for strength, light in ((0.0, LightOptions()), (1.0, DARK)):
        gray = random_gray(np.random.default_rng(0), photo, strength, light)
        assert np.abs(gray - gray_of(photo)).max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_switch_alone_changes_the_picture_and_keeps_its_content(
    kind: str, photo: np.ndarray
) -> None:
    plain = gray_of(photo)
    changes = []
    for seed in range(6):
        picture = only(kind, photo, seed).astype(float)
        changes.append(np.abs(picture - plain).mean())
        edges = [
            cv2.Laplacian(cv2.GaussianBlur(p, (0, 0), 2), cv2.CV_64F) for p in (picture, plain)
        ]
        correlation = np.corrcoef(np.abs(edges[0]).ravel(), np.abs(edges[1]).ravel())[0, 1]
        # Mixing with negative weights may cancel a picture's edges, night its unlit parts.
        if kind not in {"channel_mixing", "hue_saturation", "night"}:
            assert correlation > 0.35, seed
    assert np.mean(changes) > 0.5


def test_switches_that_are_no_probability_are_refused() -> None:
    with pytest.raises(ValueError, match=r"light\.clahe is 1\.5"):
        LightOptions(clahe=1.5)


def test_turning_hue_by_a_third_permutes_the_channels() -> None:
    third = hue_saturation_matrix(2 * np.pi / 3, 1.0)
    np.testing.assert_allclose(third @ [1, 0, 0], np.roll([1, 0, 0], 1), atol=1e-12)
    np.testing.assert_allclose(third @ third @ third, np.eye(3), atol=1e-12)


def test_hue_and_saturation_leave_gray_alone() -> None:
    for turn, saturation in ((0.3, 0.0), (-1.0, 2.0), (0.0, 1.0)):
        matrix = hue_saturation_matrix(turn, saturation)
        np.testing.assert_allclose(matrix @ [7, 7, 7], [7, 7, 7], atol=1e-12)
    np.testing.assert_allclose(hue_saturation_matrix(0.0, 1.0), np.eye(3), atol=1e-12)
    np.testing.assert_allclose(hue_saturation_matrix(0.5, 0.0) @ [3, 6, 9], [6, 6, 6])


def test_motion_blur_acts_along_a_line() -> None:
    """A point becomes a line: much longer than wide, of the same sum."""
    point = np.zeros((41, 41, 3), np.uint8)
    point[20, 20] = 255
    ratios = []
    for seed in range(8):
        line = only("motion_blur", point, seed).astype(float)
        assert 240 < line.sum() < 270
        y, x = np.nonzero(line)
        spread = np.linalg.eigvalsh(np.cov(np.stack([x, y])))
        ratios.append(spread[1] / max(spread[0], 0.05))
    assert min(ratios) > 3


def test_a_shadow_takes_light_from_a_part_only(photo: np.ndarray) -> None:
    flat = np.full_like(photo, 200)
    shares = []
    for seed in range(20):
        lit = only("shadow", flat, seed).astype(float) / 200
        assert lit.max() <= 1.01
        assert lit.min() > 0.2
        shares.append(np.mean(lit < 0.9))
    assert 0.2 < np.mean(shares) < 0.8


def test_clahe_evens_out_contrast(photo: np.ndarray) -> None:
    dull = (photo // 8 + 100).astype(np.uint8)
    stretched = [only("clahe", dull, seed).std() for seed in range(5)]
    assert min(stretched) > 1.2 * gray_of(dull).std()


def test_a_view_is_soft_at_any_strength(photo: np.ndarray) -> None:
    plain = cv2.Laplacian(gray_of(photo), cv2.CV_64F).std()
    for seed in range(5):
        rng = np.random.default_rng(seed)
        soft = random_gray(rng, photo, 0.0, replace(DARK, soft=1.0)).astype(float)
        assert cv2.Laplacian(soft, cv2.CV_64F).std() < 0.9 * plain


def test_areas_of_one_brightness_get_one_factor(photo: np.ndarray) -> None:
    flat = np.full_like(photo, 90)
    factors = []
    for seed in range(20):
        lit = only("regions", flat, seed).astype(float)
        assert lit.std() == 0
        factors.append(lit.mean() / 90)
    assert min(factors) < 0.8
    assert max(factors) > 1.25


def test_light_from_one_side_needs_edges(photo: np.ndarray) -> None:
    flat = np.full_like(photo, 90)
    step = flat.copy()
    step[:, 128:] = 160
    changes = []
    for seed in range(20):
        assert (only("side_light", flat, seed) == 90).all()
        changes.append(float((only("side_light", step, seed) - gray_of(step)).mean()))
    assert min(changes) < -0.1  # the edge faces away
    assert max(changes) > 0.1


def test_windows_are_rectangles_of_one_factor(photo: np.ndarray) -> None:
    for seed in range(5):
        lit = only("windows", np.full_like(photo, 90), seed)
        assert 0.005 < np.mean(lit != 90) < 0.5
        _, columns = np.nonzero(np.diff(lit.astype(int), axis=1))
        assert len(set(columns)) <= 2 * 40


def test_dark_panes_are_lit_and_walls_are_not(photo: np.ndarray) -> None:
    wall = np.full_like(photo, 120)
    panes = wall.copy()
    for y in range(20, 240, 40):
        for x in range(20, 240, 40):
            panes[y : y + 7, x : x + 7] = 60
    pane = panes[:, :, 0] == 60
    brightest = []
    for seed in range(20):
        assert (only("openings", wall, seed) == 120).all()
        lit = only("openings", panes, seed)
        assert (lit[~pane] == 120).all()
        assert lit.min() >= 59
        brightest.append(int(lit.max()))
    assert max(brightest) > 150  # brighter than the wall
