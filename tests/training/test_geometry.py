"""Homographies of training against finite differences and their inverses."""

import numpy as np
import pytest
import torch

from ssldescriptor.training.data.homography import ViewRanges, random_views
from ssldescriptor.training.geometry import rotate, sample_map, turn_and_scale, warp_points
from ssldescriptor.training.keypoints import both_ways, other_view


def random_homography(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    view0, view1 = random_views(rng, 640, 480, 192, ViewRanges())
    return view1 @ np.linalg.inv(view0)


@pytest.mark.parametrize("seed", range(5))
def test_there_and_back_is_the_identity(seed: int) -> None:
    h = both_ways(torch.tensor(random_homography(seed))[None])
    xy = torch.tensor([[[50.0, 60.0], [100.0, 120.0]]], dtype=torch.float64)
    back = warp_points(h[1:], warp_points(h[:1], xy))
    torch.testing.assert_close(back, xy, atol=1e-6, rtol=0)


@pytest.mark.parametrize("seed", range(5))
def test_turn_and_scale_equal_finite_differences(seed: int) -> None:
    h = torch.tensor(random_homography(seed))[None]
    h = h / h[:, 2:, 2:]
    xy = torch.tensor([[[80.0, 90.0]]], dtype=torch.float64)
    step = 1e-4
    columns = []
    for d in ([step, 0.0], [0.0, step]):
        ahead = warp_points(h, xy + torch.tensor(d, dtype=torch.float64))
        behind = warp_points(h, xy - torch.tensor(d, dtype=torch.float64))
        columns.append(((ahead - behind) / (2 * step))[0, 0])
    jacobian = torch.stack(columns, -1).numpy()
    u, _, vt = np.linalg.svd(jacobian)
    rotation = u @ vt  # the nearest rotation, found another way
    turn, scale = turn_and_scale(h, xy)
    assert np.cos(float(turn)) == pytest.approx(rotation[0, 0], abs=1e-5)
    assert np.sin(float(turn)) == pytest.approx(rotation[1, 0], abs=1e-5)
    assert float(scale) == pytest.approx(np.sqrt(np.linalg.det(jacobian)), rel=1e-5)


@pytest.mark.parametrize("stride", [1, 4])
def test_maps_are_sampled_between_cell_centres(stride: int) -> None:
    generator = torch.Generator().manual_seed(stride)
    maps = torch.randn(1, 2, 7, 9, generator=generator)
    xy = torch.rand(1, 50, 2, generator=generator) * torch.tensor([9.0, 7.0]) * stride - 1
    found = sample_map(maps, xy, stride)[0].numpy()
    for (x, y), row in zip(xy[0].numpy(), found, strict=True):
        column = np.clip((x + 0.5) / stride - 0.5, 0, 8)
        line = np.clip((y + 0.5) / stride - 0.5, 0, 6)
        left, top = min(int(column), 7), min(int(line), 5)
        wanted = np.zeros(2)
        for j in (top, top + 1):
            for i in (left, left + 1):
                share = (1 - abs(column - i)) * (1 - abs(line - j))
                wanted += share * maps[0, :, j, i].numpy()
        np.testing.assert_allclose(row, wanted, atol=1e-5)


def test_vectors_turn_as_a_homography_turns_them() -> None:
    angle = torch.tensor([0.3, -2.0, 3.1])
    vector = torch.tensor([[1.0, 0.5], [-2.0, 1.0], [0.0, 3.0]])
    cos, sin, zero, one = angle.cos(), angle.sin(), torch.zeros(3), torch.ones(3)
    rows = [
        torch.stack(row, -1) for row in ((cos, -sin, zero), (sin, cos, zero), (zero, zero, one))
    ]
    h = torch.stack(rows, 1)
    turn, _ = turn_and_scale(h, vector[:, None])
    torch.testing.assert_close(turn[:, 0], angle)
    torch.testing.assert_close(rotate(vector, turn[:, 0]), warp_points(h, vector[:, None])[:, 0])


def test_other_view_swaps_within_pairs() -> None:
    assert other_view(torch.arange(6)).tolist() == [1, 0, 3, 2, 5, 4]
