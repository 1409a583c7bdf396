"""Tiles give what the whole image gives."""

import numpy as np
import pytest

from ssldescriptor import tiling
from ssldescriptor.runtime import DenseMaps, load_model


def contrast(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).normal(size=(height, width)).astype(np.float32)


def test_tiles_equal_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model("default", 1)
    image = contrast(470, 610)
    whole = model.dense(image)
    monkeypatch.setattr(tiling, "TILE", 160)
    shapes = []

    def run(part: np.ndarray) -> DenseMaps:
        shapes.append(part.shape)
        return model.dense(part)

    tiled = tiling.dense_maps(run, image)
    assert len(shapes) == 12
    assert max(max(shape) for shape in shapes) <= 160 + 2 * tiling.OVERLAP
    np.testing.assert_allclose(tiled.peak, whole.peak, atol=1e-3)
    np.testing.assert_allclose(tiled.rank, whole.rank, atol=1e-3)


def test_a_smaller_overlap_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model("default", 1)
    image = contrast(320, 320)
    monkeypatch.setattr(tiling, "TILE", 160)
    monkeypatch.setattr(tiling, "OVERLAP", 0)
    tiled = tiling.dense_maps(model.dense, image)
    assert np.abs(tiled.rank - model.dense(image).rank).max() > 1e-2


@pytest.mark.parametrize("shape", [(1, 1), (3, 50), (31, 33), (64, 96), (100, 75)])
def test_maps_have_the_size_of_the_image(shape: tuple[int, int]) -> None:
    maps = load_model("default", 1).dense(contrast(*shape))
    assert maps.peak.shape == shape
    assert maps.rank.shape == (-(-shape[0] // 4), -(-shape[1] // 4))


def test_a_small_image_is_one_tile() -> None:
    calls = []

    def run(part: np.ndarray) -> DenseMaps:
        calls.append(part.shape)
        return DenseMaps(part, part[::4, ::4])

    tiling.dense_maps(run, contrast(300, 1000))
    assert calls == [(300, 1000)]
