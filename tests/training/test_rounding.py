"""Networks as they answer in integers, but in torch."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest
import torch
from skimage import data as photographs
from tests.training.small_run import tiny
from torch import nn

from ssldescriptor import _core
from ssldescriptor.runtime import OUTPUTS
from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.config import load_config
from ssldescriptor.training.entries import entries, to_onnx
from ssldescriptor.training.models.registry import GeometricModel, make_model
from ssldescriptor.training.quantization import quantize
from ssldescriptor.training.refine import refine
from ssldescriptor.training.rounding import Rounding
from ssldescriptor.training.train import train

GRAY = np.ascontiguousarray(cv2.cvtColor(photographs.astronaut(), cv2.COLOR_RGB2GRAY))
NARROW = ["model.stages=[8,8,16,16,16]", "model.lateral=16", "model.head=16", "model.patch=[8,16]"]


@pytest.fixture(scope="module")
def model() -> GeometricModel:
    torch.manual_seed(0)
    made = make_model(load_config(None, NARROW).model)
    assert isinstance(made, GeometricModel)
    nn.init.normal_(made.frame_net.pull.weight)
    for module in made.modules():  # norms that are not the identity
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.uniform_(module.weight, -1, 2)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.2, 2)
    return made.eval()


def samples(name: str) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    if name == "image":
        strips = GRAY[:128], GRAY[200:328]
        return [torch.from_numpy(_core.local_contrast(strip))[None, None] for strip in strips]
    shape = {"rings": (200, 12, 32), "patches": (200, 2, 24, 24)}[name]
    return [torch.randn(shape, generator=generator)]


@pytest.mark.parametrize("part", [0, 1, 2])
def test_the_answers_are_those_of_the_integers(model: GeometricModel, part: int) -> None:
    """The oracle is onnxruntime, with the network that `quantize` makes."""
    entry = entries(model)[part]
    given = samples(entry.name)
    graph = quantize(to_onnx(entry), [sample.numpy() for sample in given])
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    wanted = session.run(OUTPUTS[entry.name], {entry.name: given[0].numpy()})
    with torch.no_grad():
        rounding = Rounding(entry.module)
        rounding.calibrate(given)
        found, exact = rounding(given[0]), entry.module(given[0])
    if isinstance(found, torch.Tensor):
        found, exact = (found,), (exact,)
    for integers, rounded, floats in zip(wanted, found, exact, strict=True):
        error = np.abs(rounded.numpy() - integers).mean()
        # Not quite nothing: where a sum lies between two integers, either may be taken.
        assert error < 0.5 * np.abs(floats.numpy() - integers).mean()


@pytest.fixture(scope="module")
def checkpoint(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tiny(folder, tmp_path_factory.mktemp("run"), "model.binary=true"))


def test_networks_learn_to_be_rounded(
    folder: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ("data.pair.size=192", "step.keypoints=40", "steps=60", "log_every=10")
    config = tiny(folder, tmp_path, f"init={checkpoint}", "model.binary=true", *settings)
    after = load_checkpoint(refine(config, 6, "rounding"))["model"]
    before = load_checkpoint(checkpoint)["model"]
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert same >= {name for name in before if "running" in name or name.startswith("binary")}
    changed = {name.split(".")[0] for name in before.keys() - same}
    assert changed == {"dense", "frame_net", "patch_head"}
    lines = [line for line in capsys.readouterr().out.splitlines() if "patches" in line]
    for part in ("image", "rings", "patches"):
        first, *_, last = (float(line.split(f"{part} ")[1].split()[0]) for line in lines)
        assert last < 0.9 * first
