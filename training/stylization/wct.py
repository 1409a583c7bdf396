"""Whitening and colouring of features (Li et al., Universal style transfer, NeurIPS 2017)."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

# Directions weaker than this share of the mean variance are not whitened further: they hold
# noise, which whitening would raise to the strength of the picture.
FLOOR = 1e-2


class Moments(NamedTuple):
    """First and second moments of features.

    Attributes:
        mean: (C,) float64.
        covariance: (C, C) float64.
    """

    mean: Tensor
    covariance: Tensor


def moments(features: Tensor) -> Moments:
    """Return the moments over the pixels of (1, C, H, W) features, in double precision."""
    rows = features[0].flatten(1).double()
    mean = rows.mean(1)
    centred = rows - mean[:, None]
    return Moments(mean, centred @ centred.T / rows.shape[1])


def whiten_and_colour(
    features: Tensor, style: Moments, strength: float = 1.0, max_gain: float = math.inf
) -> Tensor:
    """Give features (1, C, H, W) the moments of a style, one matrix for all pixels.

    f' = S^1/2 C^-1/2 (f - m) + m_s with covariances C of the features and S of the style; the
    eigenvalues of C have a floor, so flat pictures are safe.

    Args:
        features: of the content, any float type, which the result has too.
        style: moments to have.
        strength: 0 keeps the features, 1 gives them the style's moments.
        max_gain: largest stretch along any direction; with a limit the style's variance is not
            reached where the content has far less, and its noise is not raised to it.
    """
    own = moments(features)
    matrix = _power(style.covariance, 0.5, 0.0) @ _power(own.covariance, -0.5, FLOOR)
    left, gains, right = torch.linalg.svd(matrix)
    matrix = (left * gains.clamp(max=max_gain)) @ right
    matrix = strength * matrix + (1 - strength) * torch.eye(len(matrix), dtype=torch.float64)
    mean = strength * style.mean + (1 - strength) * own.mean
    # Centred first: the matrix may be large, and its rounding errors with it.
    rows = features[0].flatten(1) - own.mean.to(features)[:, None]
    changed: Tensor = matrix.to(features) @ rows + mean.to(features)[:, None]
    return changed.view(features.shape)


def _power(covariance: Tensor, exponent: float, floor: float) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    values = values.clamp(min=max(float(values.mean()) * floor, 1e-8))
    power: Tensor = (vectors * values**exponent) @ vectors.T
    return power
