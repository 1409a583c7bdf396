"""Architectures and sizes by name, also those of checkpoints from before there were names."""

from pathlib import Path

import pytest
import torch

from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.config import dump_config, load_config
from ssldescriptor.training.models.registry import (
    SIZES,
    GeometricModel,
    L2NetModel,
    ModelOptions,
    make_model,
    model_from_yaml,
)

BEFORE_SIZES = """
steps: 3
model:
  stages: [16, 32, 48, 64, 96]
  lateral: 48
  head: 32
  frame: 32
  patch: [16, 48, 64]
  dim: 128
"""


def shapes(model: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def test_a_size_gives_widths_and_single_widths_override_it() -> None:
    assert load_config(None, ["model.size=tiny"]).model == SIZES["tiny"]
    mixed = load_config(None, ["model.head=9", "model.size=large"]).model
    assert mixed.head == 9
    assert mixed.stages == SIZES["large"].stages
    assert load_config(None).model == SIZES["default"] == ModelOptions()


def test_a_size_may_come_from_a_file_and_be_overridden(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("model: {size: tiny, lateral: 7}\n")
    assert load_config(path).model.stages == SIZES["tiny"].stages
    larger = load_config(path, ["model.size=large"]).model
    assert (larger.lateral, larger.stages) == (7, SIZES["large"].stages)


@pytest.mark.parametrize("size", SIZES)
def test_each_size_is_named_after_itself(size: str) -> None:
    assert SIZES[size].size == size


@pytest.mark.parametrize("overrides", [["model.size=tiny"], ["model.size=tiny", "model.dim=32"]])
def test_a_checkpoint_builds_the_network_that_was_trained(overrides: list[str]) -> None:
    config = load_config(None, overrides)
    assert shapes(model_from_yaml(dump_config(config))) == shapes(make_model(config.model))


def test_a_configuration_from_before_sizes_builds_the_same_network() -> None:
    """By its widths: also if the size called default is another one some day."""
    old = model_from_yaml(BEFORE_SIZES.replace("lateral: 48", "lateral: 40"))
    assert isinstance(old, GeometricModel)
    assert old.options.lateral == 40
    names = shapes(model_from_yaml(BEFORE_SIZES))
    assert names["dense.stem.0.weight"] == (16, 1, 3, 3)
    assert names["dense.stages.3.1.0.weight"] == (96, 96, 3, 3)
    assert names["dense.lateral_fine.weight"] == (32, 32, 1, 1)
    assert names["frame_net.layers.0.layers.0.weight"] == (32, 12, 1, 5)
    assert names["patch_head.project.0.weight"] == (128, 1152)
    assert {name.split(".")[0] for name in names} == {"dense", "frame_net", "patch_head"}


def test_the_checkpoint_in_the_repository_still_loads() -> None:
    path = Path(__file__).parents[2] / "training" / "checkpoints" / "default.pt"
    state = load_checkpoint(path)
    model = model_from_yaml(state["config"])
    model.load_state_dict(state["model"])
    assert model.options == ModelOptions(binary=True)


def test_the_reference_has_its_own_network_and_the_same_keypoints() -> None:
    model = make_model(load_config(None, ["model.architecture=l2net", "model.l2net=4"]).model)
    assert isinstance(model, L2NetModel)
    assert {name.split(".")[0] for name in model.state_dict()} == {"dense", "l2net"}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.size=huge", "model.size is 'huge'; wanted: one of tiny, default, large"),
        ("model.size=[1]", r"model.size is \[1\]"),
        ("model.architecture=vgg", "model.architecture is 'vgg'; wanted: geometric or l2net"),
        ("model=3", "ModelOptions"),
        ("model.lateral=wide", "wide"),
        ("model.patch=[8]", "length"),
    ],
)
def test_unknown_names_are_refused(override: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_config(None, [override])


@pytest.mark.parametrize("text", ["steps: 3", "model: {wide: 3}", "[1, 2]", "model: [1]"])
def test_a_configuration_without_a_model_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no model"):
        model_from_yaml(text)
