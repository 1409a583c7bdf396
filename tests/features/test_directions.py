"""The angle of a keypoint from logits over directions."""

import numpy as np
import pytest

from ssldescriptor.directions import angle_of, certainty_of


def bump(angle_deg: float, bins: int = 32) -> np.ndarray:
    away = np.deg2rad(np.arange(bins) * 360 / bins - angle_deg)
    return (8 * np.cos(away)).astype(np.float32)


@pytest.mark.parametrize("angle", [0.0, 3.0, 47.5, 180.0, 354.0, 358.9])
def test_the_peak_is_found_between_bins(angle: float) -> None:
    found = float(angle_of(bump(angle)[None])[0])
    assert abs((found - angle + 180) % 360 - 180) < 0.1
    assert 0 <= found < 360


def test_shifting_the_bins_turns_the_angle() -> None:
    logits = np.random.default_rng(0).normal(size=(50, 32)).astype(np.float32)
    turned = angle_of(np.roll(logits, 8, axis=1))
    np.testing.assert_allclose((turned - angle_of(logits)) % 360, 90, atol=1e-3)


def test_flat_logits_give_the_first_bin_and_no_rows_give_none() -> None:
    assert angle_of(np.zeros((2, 32), np.float32)).tolist() == [0, 0]
    assert angle_of(np.zeros((0, 32), np.float32)).shape == (0,)


def test_certainty_is_the_chance_around_the_peak() -> None:
    chance = np.full((1, 32), 0.4 / 29, np.float32)
    chance[0, [31, 0, 1]] = 0.1, 0.3, 0.2
    np.testing.assert_allclose(certainty_of(np.log(chance) + 5), np.log(0.6), rtol=1e-5)


def test_certainty_of_flat_sure_and_no_logits() -> None:
    np.testing.assert_allclose(
        certainty_of(np.zeros((1, 32), np.float32)), np.log(3 / 32), rtol=1e-6
    )
    sure = np.zeros((1, 32), np.float32)
    sure[0, 3] = 200
    assert certainty_of(sure).tolist() == [0]
    assert certainty_of(np.zeros((0, 32), np.float32)).shape == (0,)
