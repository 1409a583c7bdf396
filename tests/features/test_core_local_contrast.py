"""Local contrast of the core against the numpy oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import reference_features as reference

from ssldescriptor import _core

SHAPES = [(1, 1), (1, 40), (40, 1), (2, 3), (17, 33), (45, 70)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("radius", [0, 1, 3, 16, 2047])
def test_equals_oracle(shape: tuple[int, int], radius: int) -> None:
    gray = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    for epsilon in (0.001, 1.0, 4.0, 100.0):
        found = _core.local_contrast(gray, radius, epsilon)
        assert found.dtype == np.float32
        expected = reference.local_contrast(gray, radius, epsilon)
        np.testing.assert_allclose(found, expected, rtol=3e-6, atol=3e-6)


def test_defaults_are_radius_16_and_epsilon_4() -> None:
    gray = np.random.default_rng(2).integers(0, 256, (40, 50), np.uint8)
    np.testing.assert_array_equal(_core.local_contrast(gray), _core.local_contrast(gray, 16, 4.0))


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_flat_image_has_no_contrast(value: int) -> None:
    contrast = _core.local_contrast(np.full((50, 60), value, np.uint8), 16, 0.001)
    np.testing.assert_array_equal(contrast, np.zeros((50, 60), np.float32))


def test_large_sums_stay_exact() -> None:
    gray = np.full((4200, 3), 255, np.uint8)
    gray[2100, 1] = 254
    contrast = _core.local_contrast(gray, 2047, 0.5)
    assert np.isfinite(contrast).all()
    box = gray[2100 - 2047 : 2100 + 2048].astype(np.float64)
    expected = (254 - box.mean()) / np.sqrt(box.var() + 0.25)
    np.testing.assert_allclose(contrast[2100, 1], expected, rtol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20), st.integers(0, 2**32 - 1))
def test_offset_does_not_matter_and_negation_negates(
    height: int, width: int, radius: int, seed: int
) -> None:
    gray = np.random.default_rng(seed).integers(0, 200, (height, width), np.uint8)
    contrast = _core.local_contrast(gray, radius)
    shifted = _core.local_contrast(gray + np.uint8(55), radius)
    np.testing.assert_array_equal(shifted, contrast)
    negated = _core.local_contrast(np.uint8(255) - gray, radius)
    np.testing.assert_array_equal(negated, -contrast)


def test_transposed_view_is_read_as_it_is_indexed() -> None:
    gray = np.random.default_rng(3).integers(0, 256, (30, 45), np.uint8)
    np.testing.assert_array_equal(_core.local_contrast(gray.T, 5), _core.local_contrast(gray, 5).T)
    wide = np.repeat(gray, 2, axis=1)
    np.testing.assert_array_equal(
        _core.local_contrast(wide[:, ::2], 5), _core.local_contrast(gray, 5)
    )
