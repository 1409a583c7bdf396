"""Points of which no two are near, against comparing each with all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssldescriptor import _core

# On a raster of a quarter: distances that are exactly the least one.
POINTS = st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), max_size=80)


@given(points=POINTS, min_distance=st.sampled_from([1e-30, 0.25, 1.25, 2.0, 7.0, 1e30]))
def test_it_equals_comparing_each_with_all(
    points: list[tuple[int, int]], min_distance: float
) -> None:
    xy = np.array(points, np.float32).reshape(-1, 2) / np.float32(4)
    kept: list[int] = []
    for i, point in enumerate(xy.astype(np.float64)):
        away = np.linalg.norm(xy[kept].astype(np.float64) - point, axis=1)
        if (away >= min_distance).all():
            kept.append(i)
    assert _core.far_apart(xy, min_distance).tolist() == kept


@pytest.mark.parametrize(
    ("xy", "min_distance", "message"),
    [
        (np.zeros((2, 3), np.float32), 1.0, r"xy must be float32 \(N, 2\), got float32 \(2, 3\)"),
        (np.zeros((2, 2)), 1.0, r"xy must be float32 \(N, 2\), got float64 \(2, 2\)"),
        (np.zeros((2, 2), np.float32), 0.0, "min_distance must be positive and finite, got 0"),
        (np.zeros((2, 2), np.float32), np.nan, "min_distance must be positive and finite, got nan"),
        (np.zeros((2, 2), np.float32), np.inf, "min_distance must be positive and finite, got inf"),
        (np.array([[0, 0], [0, np.nan]], np.float32), 1.0, "point 1 of xy is not finite"),
    ],
)
def test_wrong_arguments(xy: np.ndarray, min_distance: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _core.far_apart(xy, min_distance)
