"""Models in integers say nearly what they say in float32."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from skimage import data as photographs

from ssldescriptor.features import FeatureExtractor
from ssldescriptor.options import FeatureOptions
from ssldescriptor.runtime import load_model
from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.config import dump_config, load_config
from ssldescriptor.training.data.images import gray_sample
from ssldescriptor.training.export import export
from ssldescriptor.training.models.registry import make_model
from ssldescriptor.training.quantization import (
    agreement,
    check_agreement,
    last_layers,
    record_inputs,
)

NARROW = ["model.stages=[4,4,8,8,8]", "model.lateral=8", "model.head=8", "model.patch=[4,8]"]
GRAY = np.ascontiguousarray(cv2.cvtColor(photographs.astronaut(), cv2.COLOR_RGB2GRAY)[60:260, 80:])


def exported(folder: Path, seed: int, *overrides: str, quantized: bool = False) -> Path:
    config = load_config(None, [*NARROW, *overrides])
    torch.manual_seed(seed)
    model = make_model(config.model)
    state = {"model": model.state_dict(), "config": dump_config(config), "step": 0}
    save_checkpoint(folder / "last.pt", state)
    path = folder / f"{seed}{'-int8' * quantized}.onnx"
    export(folder / "last.pt", path, calibration=[GRAY] if quantized else [])
    return path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("models")
    return (
        exported(folder, 0, "model.binary=true"),
        exported(folder, 0, "model.binary=true", quantized=True),
    )


def test_descriptors_hardly_change(pair: tuple[Path, Path]) -> None:
    exact, integers = (FeatureExtractor(FeatureOptions(path, num_threads=1)) for path in pair)
    keypoints = exact.detect(GRAY, max_keypoints=100)
    cosine = (exact.describe(GRAY, keypoints) * integers.describe(GRAY, keypoints)).sum(1)
    assert len(cosine) == 100
    assert cosine.min() > 0.98
    assert len(integers.detect(GRAY, max_keypoints=100)) == 100


def test_the_file_says_so_and_is_smaller(pair: tuple[Path, Path]) -> None:
    exact, integers = pair
    assert [load_model(path, 1).metadata["precision"] for path in pair] == ["float32", "int8"]
    kinds = {node.op_type for node in onnx.load(integers).graph.node}
    assert "DequantizeLinear" in kinds
    assert integers.stat().st_size < exact.stat().st_size


def test_bits_stay_exact(pair: tuple[Path, Path]) -> None:
    rows = np.random.default_rng(0).random((9, 128), np.float32)
    exact, integers = (load_model(path, 1).bits(rows) for path in pair)
    np.testing.assert_array_equal(exact, integers)


def test_rings_are_rounded_before_anything_moves_them(pair: tuple[Path, Path]) -> None:
    nodes = [node for node in onnx.load(pair[1]).graph.node if "rings" in node.name + node.input[0]]
    rounding = [node for node in nodes if node.op_type == "QuantizeLinear"]
    assert [node for node in nodes if "rings" in node.input] == rounding[:1]
    assert rounding[0].input[1:] == rounding[1].input[1:]  # the scale of the first layer


def test_logits_of_directions_are_not_rounded(pair: tuple[Path, Path]) -> None:
    rings = np.random.default_rng(0).standard_normal((50, 12, 32)).astype(np.float32)
    direction = load_model(pair[1], 1).frame(rings).direction
    assert len(np.unique(direction)) > 0.9 * direction.size  # eight bits tell 256 apart


def test_another_model_does_not_agree(pair: tuple[Path, Path], tmp_path: Path) -> None:
    exact = load_model(pair[0], 1)
    inputs = record_inputs(exact, [GRAY])
    assert min(check_agreement(exact, exact, inputs).values()) == pytest.approx(1)
    other = load_model(exported(tmp_path, 1, "model.binary=true"), 1)
    with pytest.raises(ValueError, match=r"the output \w+ differs too much: cosine -?0\.\d+"):
        check_agreement(exact, other, inputs)


def test_photographs_without_keypoints_are_refused(pair: tuple[Path, Path]) -> None:
    with pytest.raises(ValueError, match="no keypoint in 1 photographs"):
        record_inputs(load_model(pair[0], 1), [np.full((80, 80), 7, np.uint8)])


def test_agreement_is_the_cosine() -> None:
    a = np.array([[3, 0], [0, 4]], np.float32)
    assert agreement(a, 2 * a) == pytest.approx(1)
    assert agreement(a, a[::-1]) == 0


def test_last_layers_are_those_before_the_outputs() -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], "first"),
        helper.make_node("Relu", ["a"], ["b"], "relu"),
        helper.make_node("Conv", ["b", "w"], ["c"], "left"),
        helper.make_node("Conv", ["b", "w"], ["d"], "right"),
        helper.make_node("Relu", ["d"], ["e"], "last"),
    ]
    values = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xwce"}
    graph = helper.make_graph(nodes, "test", [values["x"], values["w"]], [values["c"], values["e"]])
    assert last_layers(helper.make_model(graph)) == ["left", "right"]


def test_calibration_photographs_are_spread_over_the_folder(tmp_path: Path) -> None:
    paths = []
    for level in range(0, 100, 10):
        paths.append(tmp_path / f"{level:02}.png")
        picture = np.full((64, 96, 3), 255, np.uint8)
        picture[:, :48] = level
        cv2.imwrite(str(paths[-1]), picture)
    levels = [int(gray[0, 0]) for gray in gray_sample(paths, 3)]
    assert levels == [0, 30, 60]
    assert len(gray_sample(paths[:2], 24)) == 2
