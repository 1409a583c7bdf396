"""A whole training run in small, to the exported model."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tests.training.small_run import tiny

from ssldescriptor.runtime import load_model
from ssldescriptor.training import export as export_module
from ssldescriptor.training.checkpoint import load_checkpoint, trained_weights
from ssldescriptor.training.config import dump_config, load_config
from ssldescriptor.training.export import export, weights_sha
from ssldescriptor.training.models.registry import model_from_yaml
from ssldescriptor.training.train import train


def test_the_exported_model_agrees_with_torch_and_tells_its_story(
    folder: Path, tmp_path: Path
) -> None:
    """Exported are the averaged weights."""
    checkpoint = train(tiny(folder, tmp_path, "optimizer.ema=0.9"))
    export(checkpoint, tmp_path / "m.onnx", training_data="three photographs", licence="CC0-1.0")
    model = load_model(tmp_path / "m.onnx", 1)
    assert model.dim == 128
    assert model.metadata["training_data"] == "three photographs"
    assert model.metadata["licence"] == "CC0-1.0"
    assert model.metadata["steps"] == "4"
    state = load_checkpoint(checkpoint)
    averaged = model_from_yaml(state["config"])
    averaged.load_state_dict(state["ema"])
    assert model.metadata["sha256"] == weights_sha(averaged)
    assert "steps: 4" in model.metadata["config"]
    assert str(tmp_path) not in model.metadata["config"]
    assert str(folder) not in model.metadata["config"]
    assert b"stack_trace" not in (tmp_path / "m.onnx").read_bytes()
    # The oldest supported onnxruntime, 1.17, reads no newer one.
    assert onnx.load(tmp_path / "m.onnx").ir_version <= 9
    maps = model.dense(np.zeros((45, 70), np.float32))
    assert maps.peak.shape == (45, 70)
    assert maps.rank.shape == (12, 18)
    frame = model.frame(np.zeros((3, 12, 32), np.float32))
    assert [rows.shape for rows in frame] == [(3, 32), (3,), (3, 2)]


def test_export_names_what_an_earlier_version_lacks(folder: Path, tmp_path: Path) -> None:
    state = load_checkpoint(train(tiny(folder, tmp_path)))
    del trained_weights(state)["frame_net.pull.weight"]
    torch.save(state, tmp_path / "old.pt")
    with pytest.raises(ValueError, match=r"old\.pt is of an earlier .* differ in frame_net\.pull"):
        export(tmp_path / "old.pt", tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()


def test_export_refuses_a_model_that_disagrees_with_torch(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = train(tiny(folder, tmp_path))
    real = export_module.merge

    def damaged(parts: list[onnx.ModelProto]) -> onnx.ModelProto:
        merged = real(parts)
        for tensor in merged.graph.initializer:
            values = onnx.numpy_helper.to_array(tensor)
            if values.ndim == 4 and tensor.name.startswith("image/"):
                changed = onnx.numpy_helper.from_array(values * np.float32(1.5), tensor.name)
                tensor.CopyFrom(changed)
        return merged

    monkeypatch.setattr(export_module, "merge", damaged)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "m.onnx").write_text("a good model")
    with pytest.raises(ValueError, match="differs from torch"):
        export(checkpoint, tmp_path / "out" / "m.onnx")
    assert (tmp_path / "out" / "m.onnx").read_text() == "a good model"
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_no_folder_of_the_machine_is_told() -> None:
    settings = ["output", "init", "sequences", "data.stylized", "data.sampler.embeddings"]
    config = load_config(None, [f"{name}=/home/me/x" for name in settings])
    config.data.images = ["/home/me/photographs"]
    text = dump_config(config)
    assert text.count("/home/me") == 6
    assert "/home" not in export_module.without_paths(text)


def test_the_averaged_weights_are_kept_alone_at_the_end(folder: Path, tmp_path: Path) -> None:
    train(tiny(folder, tmp_path, "optimizer.ema=0.9", "steps=2"))
    state, weights = (load_checkpoint(tmp_path / name) for name in ("last.pt", "weights.pt"))
    assert set(weights) == {"model", "config", "step"}
    assert all(torch.equal(weights["model"][k], v) for k, v in state["ema"].items())
    assert not all(torch.equal(state["model"][k], v) for k, v in state["ema"].items())


def test_a_run_starts_from_the_weights_of_another(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tiny(folder, tmp_path / "first", "optimizer.ema=0.9", "steps=1"))
    given = trained_weights(load_checkpoint(tmp_path / "first" / "weights.pt"))
    still = ["steps=1", "optimizer.learning_rate=0", f"init={tmp_path}/first/weights.pt"]
    path = train(tiny(folder, tmp_path / "second", *still))
    state = load_checkpoint(path)
    for name, tensor in given.items():
        if "running" not in name and "num_batches" not in name:
            assert torch.equal(state["model"][name], tensor), name
    assert f"{len(given)} of {len(given)} tensors" in capsys.readouterr().out
    torch.save({"model": {"a": torch.ones(1)}, "config": "", "step": 1}, tmp_path / "other.pt")
    config = tiny(folder, tmp_path / "third", f"init={tmp_path}/other.pt")
    with pytest.raises(ValueError, match="no weight of"):
        train(config)
