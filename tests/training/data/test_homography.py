"""Random views against the algebra written out."""

import numpy as np
import pytest

from ssldescriptor.training.data.homography import ViewRanges, random_views
from ssldescriptor.training.data.pairs import local_scale

RANGES = ViewRanges()


def project(matrix: np.ndarray, x: float, y: float) -> np.ndarray:
    """One point, by the definition."""
    u, v, w = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return np.array([u / w, v / w])


def views(seed: int, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    ranges = ViewRanges(**(vars(RANGES) | changes))
    return random_views(np.random.default_rng(seed), 640, 480, 192, ranges)


@pytest.mark.parametrize("seed", range(20))
def test_views_keep_orientation_and_stay_before_the_camera(seed: int) -> None:
    for view in views(seed):
        inverse = np.linalg.inv(view)
        for x, y in ((0, 0), (191, 0), (0, 191), (191, 191), (95.5, 95.5)):
            depth = inverse[2] @ [x, y, 1]
            assert depth * inverse[2] @ [95.5, 95.5, 1] > 0
        assert np.linalg.det(view) > 0


@pytest.mark.parametrize("seed", range(20))
def test_the_local_scale_is_that_of_finite_differences(seed: int) -> None:
    view = views(seed)[0]
    at = np.array([300.0, 200.0])
    step = 1e-4
    jacobian = np.stack(
        [(project(view, *(at + step * e)) - project(view, *(at - step * e))) / (2 * step)
         for e in np.eye(2)], 1
    )  # fmt: skip
    wanted = np.sqrt(abs(np.linalg.det(jacobian)))
    assert local_scale(view, at) == pytest.approx(wanted, rel=1e-5)


def turn_deg(view: np.ndarray) -> float:
    inverse = np.linalg.inv(view)
    here, right = (project(inverse, 95.5 + d, 95.5) for d in (-1, 1))
    return float(np.rad2deg(np.arctan2(*(right - here)[::-1])))


def test_upright_views_tilt_a_little_and_turned_ones_go_round() -> None:
    gentle = {"stretch": 1.0, "perspective": 0.0}
    upright = [turn_deg(v) for s in range(60) for v in views(s, turned_share=0.0, **gentle)]
    assert 2.5 < np.std(upright) < 5.5
    turned = [max(abs(turn_deg(v)) for v in views(s, turned_share=1.0, **gentle))
              for s in range(60)]  # fmt: skip
    assert np.histogram(turned, 3, (0, 180))[0].min() > 8


def test_zoom_stays_in_its_range_and_views_near_each_other() -> None:
    for seed in range(40):
        pair = views(seed, stretch=1.0, perspective=0.0, zoom=(0.6, 1.0), relative_zoom=1.5)
        scales = [float(np.sqrt(np.linalg.det(v[:2, :2]))) for v in pair]
        assert min(scales) >= 0.6 / 1.3
        assert max(scales) <= 1.5
        assert max(scales) / min(scales) <= 1.5 * 1.001
        centers = [project(np.linalg.inv(v), 95.5, 95.5) for v in pair]
        assert np.abs(centers[0] - centers[1]).max() <= 0.25 * 192 / min(scales) * 1.001
