"""The networks in files of their own give what the package's one file gives."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest

from ssldescriptor.runtime import OUTPUTS, load_model
from ssldescriptor.training.parts import split

SHAPES = {"image": (1, 1, 96, 128), "rings": (9, 12, 32), "patches": (9, 2, 24, 24)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts") / "made"
    files = split("default", folder, height=96, width=128, num_keypoints=9)
    assert {path.stem for path in files} >= set(SHAPES)
    return folder


def given_and_wanted(name: str) -> tuple[np.ndarray, list[np.ndarray]]:
    value = np.random.default_rng(0).standard_normal(SHAPES[name]).astype(np.float32)
    model = load_model("default", 1)
    if name == "image":
        maps = model.dense(value[0, 0])
        return value, [maps.peak, maps.rank]
    return value, list(model.frame(value)) if name == "rings" else [model.describe(value)]


@pytest.mark.parametrize("name", SHAPES)
def test_onnxruntime(folder: Path, name: str) -> None:
    value, wanted = given_and_wanted(name)
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx")
    assert [tuple(entry.shape) for entry in session.get_inputs()] == [SHAPES[name]]
    for found, expected in zip(session.run(OUTPUTS[name], {name: value}), wanted, strict=True):
        np.testing.assert_allclose(found.reshape(expected.shape), expected, atol=1e-3)


@pytest.fixture(scope="module")
def float_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("float_parts")
    split("default", folder, height=96, width=128, num_keypoints=9, floats=True)
    return folder


@pytest.mark.parametrize("name", SHAPES)
def test_floats_give_nearly_the_same(float_folder: Path, name: str) -> None:
    value, wanted = given_and_wanted(name)
    model = onnx.load(float_folder / f"{name}.onnx")
    assert not {node.op_type for node in model.graph.node} & {"QuantizeLinear", "DequantizeLinear"}
    session = onnxruntime.InferenceSession(float_folder / f"{name}.onnx")
    for found, expected in zip(session.run(OUTPUTS[name], {name: value}), wanted, strict=True):
        assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.98


# OpenCV 4 lacks operators of the other two.
OPENCV_RUNS = list(SHAPES) if int(cv2.__version__.split(".")[0]) >= 5 else ["image"]


@pytest.mark.parametrize("name", OPENCV_RUNS)
def test_opencv(float_folder: Path, name: str) -> None:
    value, _ = given_and_wanted(name)
    session = onnxruntime.InferenceSession(float_folder / f"{name}.onnx")
    wanted = session.run(OUTPUTS[name], {name: value})
    network = cv2.dnn.readNetFromONNX(str(float_folder / f"{name}.onnx"))
    network.setInput(value, name)
    for found, expected in zip(network.forward(list(OUTPUTS[name])), wanted, strict=True):
        np.testing.assert_allclose(found.reshape(expected.shape), expected, atol=1e-3)


@pytest.mark.parametrize("change", [{"height": 97}, {"width": 0}, {"num_keypoints": -1}])
def test_bad_sizes(tmp_path: Path, change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="multiples of 32"):
        split("default", tmp_path, **{"height": 96, "width": 96, "num_keypoints": 1, **change})
