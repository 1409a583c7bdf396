"""Model files: found by name or path, refused when they are not ours."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

from ssldescriptor import SSLDescriptor
from ssldescriptor.formats import to_binary
from ssldescriptor.models import bundled_names, resolve
from ssldescriptor.runtime import load_model


def test_three_models_are_bundled() -> None:
    assert bundled_names() == ["default", "large", "tiny"]


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_models_are_documented_and_small(name: str) -> None:
    model = load_model(name, 1)
    assert (model.dim, model.has_bits) == (128, True)
    assert {"training_data", "licence", "date", "steps", "sha256", "config"} <= set(model.metadata)
    assert f"size: {name}" in model.metadata["config"]
    assert model.path.stat().st_size < 2_100_000


def test_a_path_loads_what_the_name_loads(tmp_path: Path) -> None:
    copy = tmp_path / "mine.onnx"
    copy.write_bytes(resolve("default").read_bytes())
    patches = np.random.default_rng(0).normal(size=(3, 2, 24, 24)).astype(np.float32)
    wanted = load_model("default", 1).describe(patches)
    assert (load_model(copy, 1).describe(patches) == wanted).all()
    assert (load_model(str(copy), 1).describe(patches) == wanted).all()


def test_rows_are_unit_and_not_negative() -> None:
    patches = np.random.default_rng(1).normal(size=(50, 2, 24, 24)).astype(np.float32)
    patches[0] = 0
    rows = load_model("default", 1).describe(patches)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows.min() >= 0


def test_an_unknown_model_is_named_with_those_there_are() -> None:
    with pytest.raises(FileNotFoundError, match=r"'nosuch' is neither .* default"):
        load_model("nosuch", 1)


@pytest.mark.parametrize("kept", [0, 100, 100_000])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(resolve("default").read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"broken\.onnx"):
        load_model(broken, 1)


def test_a_foreign_onnx_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "foreign", [value], [out])
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.save(model, tmp_path / "foreign.onnx")
    with pytest.raises(ValueError, match="no ssldescriptor model"):
        load_model(tmp_path / "foreign.onnx", 1)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "99", "format '99'"),
        ("dim", "64", "metadata give dim '64', its descriptors have 128 numbers"),
        ("dim", "many", "metadata give dim 'many'"),
    ],
)
def test_metadata_that_do_not_fit_are_refused(
    tmp_path: Path, key: str, value: str, message: str
) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(resolve("default"))
    for entry in model.metadata_props:
        if entry.key == key:
            entry.value = value
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path / "other.onnx", 1)


def test_a_model_of_the_first_format_is_told_from_a_foreign_file(tmp_path: Path) -> None:
    """It had no offsets."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load(resolve("default"))
    kept = [output for output in model.graph.output if output.name != "offset"]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    for entry in model.metadata_props:
        if entry.key == "format":
            entry.value = "1"
    onnx.save(model, tmp_path / "old.onnx")
    with pytest.raises(ValueError, match=r"old\.onnx has model format '1', this version reads '2'"):
        load_model(tmp_path / "old.onnx", 1)


def test_a_model_without_a_format_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(resolve("default"))
    kept = [entry for entry in model.metadata_props if entry.key != "format"]
    del model.metadata_props[:]
    model.metadata_props.extend(kept)
    onnx.save(model, tmp_path / "bare.onnx")
    with pytest.raises(ValueError, match="does not name its model format; '2' is wanted"):
        load_model(tmp_path / "bare.onnx", 1)


def without_binary_head() -> Any:
    """Return the default model without its fourth entry, whose parts are named after its input."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load(resolve("default"))
    for part in ("node", "initializer", "input", "output"):
        values = getattr(model.graph, part)
        kept = [v for v in values if v.name.split("/")[0] not in ("rows", "bits")]
        del values[:]
        values.extend(kept)
    return model


def add_binary_head(path: Path, weight: np.ndarray) -> Path:
    """Write the default model with rows @ weight for fourth entry, as an exported model has it."""
    onnx = pytest.importorskip("onnx")
    model = without_binary_head()
    helper, to_tensor = onnx.helper, onnx.numpy_helper.from_array
    dim, bits = weight.shape
    graph = model.graph
    graph.node.append(helper.make_node("MatMul", ["rows", "rows/weight"], ["bits"]))
    graph.initializer.append(to_tensor(weight.astype(np.float32), "rows/weight"))
    graph.initializer.append(to_tensor(np.zeros((1, dim), np.float32), "rows"))
    kind = onnx.TensorProto.FLOAT
    graph.input.append(helper.make_tensor_value_info("rows", kind, ["encoded", dim]))
    graph.output.append(helper.make_tensor_value_info("bits", kind, ["encoded", bits]))
    onnx.save(model, path)
    return path


def test_binary_descriptors_use_the_binary_head_of_the_model(tmp_path: Path) -> None:
    gray = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    weight = np.random.default_rng(0).integers(-9, 9, (128, 256))
    path = add_binary_head(tmp_path / "with_head.onnx", weight)
    assert load_model(path, 1).has_bits
    keypoints, rows = SSLDescriptor.create(50, model=str(path)).detectAndCompute(gray, None)
    form = SSLDescriptor.create(50, model=str(path), descriptor="binary")
    _, codes = form.compute(gray, keypoints)
    logits = rows @ weight.astype(np.float32)
    bits = np.unpackbits(codes, axis=1)
    sure = np.abs(logits) > 1e-3  # sums are rounded otherwise on other processors
    np.testing.assert_array_equal(bits[sure], logits[sure] > 0)
    assert sure.mean() > 0.99
    assert form.compute(gray, [])[1] is None


def test_binary_descriptors_of_a_model_without_head_use_the_fixed_projection(
    tmp_path: Path,
) -> None:
    onnx = pytest.importorskip("onnx")
    gray = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    path = str(tmp_path / "headless.onnx")
    onnx.save(without_binary_head(), path)
    assert load_model("default", 1).has_bits
    assert not load_model(path, 1).has_bits
    keypoints, rows = SSLDescriptor.create(50, model=path).detectAndCompute(gray, None)
    form = SSLDescriptor.create(50, model=path, descriptor="binary")
    _, codes = form.compute(gray, keypoints)
    np.testing.assert_array_equal(codes, to_binary(rows))


def test_a_binary_head_of_another_length_is_refused(tmp_path: Path) -> None:
    path = add_binary_head(tmp_path / "short.onnx", np.ones((128, 64)))
    with pytest.raises(ValueError, match=r"short\.onnx: its binary head .* \(N, 256\)"):
        load_model(path, 1)
