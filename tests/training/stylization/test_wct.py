"""Whitening and colouring: moments reached, limits kept."""

import numpy as np
import torch

from ssldescriptor.training.stylization.wct import moments, whiten_and_colour


def features(seed: int, channels: int = 6, scale: float = 1.0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(channels, channels)) @ rng.normal(size=(channels, 500)) * scale
    return torch.from_numpy(mixed + rng.normal(size=(channels, 1))).reshape(1, channels, 20, 25)


def test_moments_are_those_of_numpy() -> None:
    x = features(0)
    found = moments(x.float())
    rows = x[0].flatten(1).numpy()
    np.testing.assert_allclose(found.mean, rows.mean(1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.covariance, np.cov(rows, bias=True), rtol=1e-4, atol=1e-5)
    assert found.covariance.dtype == torch.float64


def test_features_get_the_moments_of_the_style() -> None:
    # Well conditioned, so that the floor does not act.
    rng = np.random.default_rng(1)
    content = torch.from_numpy(rng.normal(size=(1, 6, 20, 25)))
    style = moments(features(2))
    result = moments(whiten_and_colour(content, style))
    torch.testing.assert_close(result.mean, style.mean)
    torch.testing.assert_close(result.covariance, style.covariance)


def test_a_pixel_is_changed_by_its_own_features_only() -> None:
    content, style = features(1), moments(features(2))
    shuffled = torch.randperm(500, generator=torch.Generator().manual_seed(0))
    straight = whiten_and_colour(content, style).flatten(2)[..., shuffled]
    moved = whiten_and_colour(content.flatten(2)[..., shuffled].view_as(content), style).flatten(2)
    torch.testing.assert_close(moved, straight)


def test_the_gain_is_limited_and_the_mean_still_reached() -> None:
    content, style = features(1), moments(features(2, scale=10.0))
    result = whiten_and_colour(content, style, 1.0, 2.0)
    torch.testing.assert_close(moments(result).mean, style.mean)
    before, after = (torch.linalg.eigvalsh(moments(x).covariance)[-1] for x in (content, result))
    assert after <= 4 * before * 1.001
    assert after > before


def test_strength_zero_changes_nothing_and_own_moments_nearly_nothing() -> None:
    content = features(1)
    torch.testing.assert_close(whiten_and_colour(content, moments(features(2)), 0.0), content)


def test_flat_and_faint_content_stays_finite_and_is_not_blown_up() -> None:
    style = moments(features(2))
    flat = torch.full((1, 6, 8, 8), 0.5)
    result = whiten_and_colour(flat, style)
    torch.testing.assert_close(result[0, :, 0, 0].double(), style.mean, rtol=1e-4, atol=1e-4)
    # One channel with signal, five with noise a million times weaker: noise stays noise.
    content = 1e-6 * features(3)
    content[:, 0] = features(4)[:, 0]
    result = whiten_and_colour(content, moments(features(5)))
    centred = result - result.mean((2, 3), keepdim=True)
    weak = torch.linalg.svdvals(centred[0].flatten(1))
    assert torch.isfinite(result).all()
    assert weak[1] < 1e-3 * weak[0]
