"""A wider model starts from a narrower one: it computes the same until it is trained."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.config import TrainConfig, dump_config
from ssldescriptor.training.initial import start_from
from ssldescriptor.training.models.registry import (
    SIZES,
    GeometricModel,
    ModelOptions,
    make_model,
)


def model_of(options: ModelOptions, seed: int) -> GeometricModel:
    torch.manual_seed(seed)
    model = make_model(options)
    assert isinstance(model, GeometricModel)
    for buffer in model.buffers():
        if buffer.is_floating_point():
            buffer.uniform_(0.5, 1.5)
    return model.eval()


@pytest.fixture
def narrow(tmp_path: Path) -> tuple[GeometricModel, Path]:
    model = model_of(SIZES["tiny"], 1)
    path = tmp_path / "narrow.pt"
    config = dump_config(TrainConfig(model=SIZES["tiny"]))
    save_checkpoint(path, {"model": model.state_dict(), "config": config, "step": 1})
    return model, path


@pytest.mark.parametrize("grids", [2, 3])
@pytest.mark.parametrize("size", ["tiny", "default", "large"])
@torch.no_grad()
def test_a_wider_model_begins_with_what_the_narrower_one_computes(
    narrow: tuple[GeometricModel, Path], size: str, grids: int
) -> None:
    model, path = narrow
    wide = model_of(replace(SIZES[size], grids=grids), 2)
    told = start_from(wide, path)
    image = torch.randn(1, 1, 64, 96, generator=torch.Generator().manual_seed(3))
    for given, made in zip(model.dense(image), wide.dense(image), strict=True):
        torch.testing.assert_close(made, given)
    rings = torch.randn(5, 12, 32, generator=torch.Generator().manual_seed(4))
    for given, made in zip(model.frame_net(rings), wide.frame_net(rings), strict=True):
        torch.testing.assert_close(made, given)
    patches = torch.randn(6, grids, 24, 24, generator=torch.Generator().manual_seed(5))
    torch.testing.assert_close(wide.patch_head(patches), model.patch_head(patches[:, :2]))
    assert "new: none" in told
    assert (" 0 of them widened" in told) == (size == "tiny" and grids == 2)


def test_the_further_channels_learn(narrow: tuple[GeometricModel, Path]) -> None:
    wide = model_of(SIZES["default"], 2)
    start_from(wide, narrow[1])
    wide.train()
    wide.dense(torch.randn(2, 1, 64, 64)).peak.square().sum().backward()
    further = SIZES["tiny"].head
    gradient = wide.dense.keypoint_maps.weight.grad
    assert gradient is not None
    assert gradient[:, further:].abs().max() > 0


def test_a_narrower_model_takes_nothing_but_what_fits(
    narrow: tuple[GeometricModel, Path],
) -> None:
    options = replace(SIZES["tiny"], stages=(4, 8, 16, 24, 32), patch=(16, 32, 48))
    smaller = model_of(options, 2)
    kept = {name: tensor.clone() for name, tensor in smaller.state_dict().items()}
    start_from(smaller, narrow[1])
    taken = smaller.state_dict()
    for name in ("dense.stem.0.weight", "patch_head.trunk.0.0.weight"):  # 5 x 5 is not 8 x 8
        assert torch.equal(taken[name], kept[name]), name
    name = "frame_net.direction.weight"
    assert torch.equal(taken[name], narrow[0].state_dict()[name])
