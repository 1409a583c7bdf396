"""Model files: found by name or path, refused when they are not ours."""

from pathlib import Path

import numpy as np
import pytest

from ssldescriptor.models import bundled_names, resolve
from ssldescriptor.runtime import load_model


def test_the_default_model_is_bundled_and_documented() -> None:
    assert "default" in bundled_names()
    model = load_model("default", 1)
    assert model.dim == 128
    assert {"training_data", "licence", "date", "steps", "sha256", "config"} <= set(model.metadata)
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


def test_another_format_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(resolve("default"))
    for entry in model.metadata_props:
        if entry.key == "format":
            entry.value = "99"
    onnx.save(model, tmp_path / "newer.onnx")
    with pytest.raises(ValueError, match="format '99'"):
        load_model(tmp_path / "newer.onnx", 1)
