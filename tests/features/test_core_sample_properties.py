"""What patches must do when the image is turned, scaled, or lit differently."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ssldescriptor import _core

# Divisible by 16: only then is the pyramid of the mirrored image the mirrored pyramid.
HEIGHT, WIDTH = 128, 192


Image = NDArray[np.uint8]


def smooth_image(seed: int, sigma: float = 3.0) -> Image:
    """Noise without fine detail, spread over most of the range of gray levels."""
    random = np.random.default_rng(seed).normal(size=(HEIGHT, WIDTH)).astype(np.float32)
    smooth = cv2.GaussianBlur(random, (0, 0), sigma)
    smooth -= smooth.min()
    image: Image = np.round(200 * smooth / smooth.max() + 20).astype(np.uint8)
    return image


def sample(gray: Image, x: float, y: float, size: float, angle: float) -> NDArray[np.float32]:
    columns = ([[x, y]], [size], [angle])
    xy, sizes, angles = (np.array(column, np.float32) for column in columns)
    patches: NDArray[np.float32] = _core.sample_patches(gray, xy, sizes, angles)[0]
    return patches


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(0, 2 * WIDTH).map(lambda v: v / 2),
    y=st.integers(0, 2 * HEIGHT).map(lambda v: v / 2),
    size=st.floats(2, 40, width=32),
    angle=st.integers(0, 89),
    turns=st.integers(1, 3),
)
def test_turning_the_image_turns_the_patch_along(
    x: float, y: float, size: float, angle: int, turns: int
) -> None:
    gray = smooth_image(1)
    patches = sample(gray, x, y, size, angle)
    height, width = gray.shape
    for _ in range(turns):  # rot90 is counter-clockwise, (x, y) -> (y, width - 1 - x)
        x, y = y, width - 1 - x
        height, width = width, height
    turned = np.ascontiguousarray(np.rot90(gray, turns))
    turned_patches = sample(turned, x, y, size, (angle - 90 * turns) % 360)
    np.testing.assert_allclose(turned_patches, patches, atol=2e-4)


@pytest.mark.parametrize("size", [3.0, 5.0, 9.0, 40.0])
def test_quarter_turn_of_the_angle_is_a_quarter_turn_of_the_grid(size: float) -> None:
    gray = smooth_image(2)
    upright = sample(gray, 90.25, 60.5, size, 0)
    turned = sample(gray, 90.25, 60.5, size, 90)
    # R(90) puts row i, column j where row j, column 23 - i of the upright grid lies.
    np.testing.assert_allclose(turned, upright.transpose(0, 2, 1)[:, ::-1], atol=1e-4)


def test_gain_and_offset_leave_patches_nearly_unchanged() -> None:
    gray = smooth_image(3)
    brighter = np.asarray(cv2.convertScaleAbs(gray, alpha=0.5, beta=90), np.uint8)
    for x, y, size, angle in [(60, 70, 4, 20), (100, 60, 9, 300), (5, 5, 20, -1)]:
        before = sample(gray, x, y, size, angle)
        after = sample(brighter, x, y, size, angle)
        # What is left is the rounding to whole gray levels and the noise floor of 2 levels.
        correlation = [
            np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(before, after, strict=True)
        ]
        assert min(correlation) > 0.99
        assert np.abs(before - after).max() < 0.35


def test_offset_alone_changes_nothing() -> None:
    gray = smooth_image(4)
    for size in (2.0, 6.0, 30.0):
        before = sample(gray, 80, 60, size, 33)
        after = sample(gray + np.uint8(30), 80, 60, size, 33)
        np.testing.assert_allclose(after, before, atol=2e-4)


@pytest.mark.parametrize(("size", "angle"), [(3.0, 0), (4.0, 60), (6.0, 200), (11.0, 123)])
def test_doubling_image_and_size_gives_nearly_the_same_patch(size: float, angle: float) -> None:
    gray = smooth_image(5, sigma=5)
    doubled = np.asarray(cv2.resize(gray, None, fx=2, fy=2), np.uint8)  # bilinear
    x, y = 88.25, 71.5
    before = sample(gray, x, y, size, angle)
    after = sample(doubled, 2 * x + 0.5, 2 * y + 0.5, 2 * size, angle)
    assert np.abs(before - after).max() < 0.15
    # It is the half-pixel offset that matters: without it the patches differ more.
    wrong = sample(doubled, 2 * x - 0.5, 2 * y - 0.5, 2 * size, angle)
    assert np.abs(before - wrong).mean() > 3 * np.abs(before - after).mean()


def test_grids_have_a_quarter_and_three_quarters_of_the_size_as_spacing() -> None:
    ramp = np.repeat(np.arange(0, 180, dtype=np.uint8)[None], 100, axis=0)
    fine, coarse = sample(ramp, 90, 50, 4.0, 0)
    # A ramp comes back as a ramp; its standardised step tells spacing / sqrt(var + 4).
    for patch, spacing in ((fine, 1.0), (coarse, 3.0)):
        steps = spacing * (np.arange(24) - 11.5)
        expected = steps / np.sqrt(np.var(steps) + 4)
        np.testing.assert_allclose(patch, np.tile(expected, (24, 1)), atol=1e-4)
    down, _ = sample(ramp, 90, 50, 4.0, 90)  # clockwise: the grid's columns now run down the image
    np.testing.assert_allclose(down, -fine.T, atol=1e-4)
