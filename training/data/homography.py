"""Random views of a photograph and the algebra of 3x3 homographies.

A view matrix maps homogeneous pixels of the photograph to pixels of the view; with two
views of one photograph, H_0to1 = V_1 V_0^-1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ViewRanges:
    """How far random views go.

    Attributes:
        zoom: range of view pixels per photograph pixel, log-uniform.
        relative_zoom: largest scale change between the two views of a pair.
        perspective: largest change of depth from the centre to the side of the view, as a share.
        stretch: largest anisotropic stretch, as a factor.
        upright_tilt_deg: standard deviation of the tilt of an upright view.
        turned_share: share of pairs in which a view is turned through the full circle.
        shift: largest offset between the centres of the two views, as a share of the view.
    """

    zoom: tuple[float, float] = (0.45, 1.1)
    relative_zoom: float = 2.0
    perspective: float = 0.3
    stretch: float = 1.35
    upright_tilt_deg: float = 4.0
    turned_share: float = 0.5
    shift: float = 0.25

    def __post_init__(self) -> None:
        low, high = self.zoom
        if not 0 < low <= high:
            raise ValueError(f"data.pair.views.zoom is {self.zoom}; 0 < low <= high is wanted")
        # From a half on, corners of a view lie behind the horizon.
        if not 0 <= self.perspective < 0.5:
            raise ValueError(
                f"data.pair.views.perspective is {self.perspective}; 0 to below 0.5 is wanted"
            )
        for name in ("relative_zoom", "stretch"):
            if not getattr(self, name) >= 1:
                raise ValueError(
                    f"data.pair.views.{name} is {getattr(self, name)}; 1 or more is wanted"
                )
        if not 0 <= self.turned_share <= 1:
            raise ValueError(f"data.pair.views.turned_share is {self.turned_share}, wanted 0 to 1")


def translation(x: float, y: float) -> Array:
    """Return the matrix that moves the origin to (x, y)."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def _view(
    rng: np.random.Generator,
    center: Array,
    size: int,
    zoom: float,
    angle: float,
    ranges: ViewRanges,
) -> Array:
    half = (size - 1) / 2
    c, s = np.cos(angle), np.sin(angle)
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    # The stretch acts along a random axis, before the view is turned.
    axis = rng.uniform(0, np.pi)
    ca, sa = np.cos(axis), np.sin(axis)
    turn = np.array([[ca, -sa], [sa, ca]])
    stretch = np.exp(rng.uniform(-1, 1) * np.log(ranges.stretch) / 2)
    affine = np.eye(3)
    affine[:2, :2] = zoom * turn @ np.diag([stretch, 1 / stretch]) @ turn.T
    perspective = np.eye(3)
    perspective[2, :2] = rng.uniform(-1, 1, 2) * ranges.perspective / half
    view: Array = translation(half, half) @ rotation @ perspective @ affine @ translation(*-center)
    return view


def random_views(
    rng: np.random.Generator, width: int, height: int, size: int, ranges: ViewRanges
) -> tuple[Array, Array]:
    """Draw the two view matrices (3, 3) of a pair over a (height, width) photograph."""
    low, high = ranges.zoom
    low = max(low, min(0.8 * size / min(width, height), high))
    zoom0 = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    change = float(np.exp(rng.triangular(-1, 0, 1) * np.log(ranges.relative_zoom)))
    zoom1 = float(np.clip(zoom0 * change, low / 1.3, high * 1.5))
    extent = size / zoom0
    center0 = np.array([_center(rng, width, extent), _center(rng, height, extent)])
    center1 = center0 + rng.uniform(-1, 1, 2) * ranges.shift * extent
    tilt = np.deg2rad(rng.normal(0, ranges.upright_tilt_deg, 2))
    if rng.random() < ranges.turned_share:
        tilt[1] = rng.uniform(-np.pi, np.pi)
        if rng.random() < 0.3:
            tilt[0] = rng.uniform(-np.pi, np.pi)
    view0 = _view(rng, center0, size, zoom0, tilt[0], ranges)
    view1 = _view(rng, center1, size, zoom1, tilt[1], ranges)
    return (view0, view1) if rng.random() < 0.5 else (view1, view0)


def _center(rng: np.random.Generator, length: int, extent: float) -> float:
    margin = min(0.4 * extent, 0.5 * length)
    return float(rng.uniform(margin, length - margin)) if 2 * margin < length else length / 2
