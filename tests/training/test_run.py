"""A whole training run in small: resume, export, errors."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from skimage import data as photographs

from ssldescriptor.runtime import load_model
from ssldescriptor.training import export as export_module
from ssldescriptor.training import loop
from ssldescriptor.training.checkpoint import load_checkpoint, save_checkpoint
from ssldescriptor.training.config import TrainConfig, load_config
from ssldescriptor.training.export import export
from ssldescriptor.training.train import train


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "coffee", "rocket"):
        cv2.imwrite(str(path / f"{name}.png"), getattr(photographs, name)()[..., ::-1])
    return path


def tiny(folder: Path, output: Path, *more: str) -> TrainConfig:
    return load_config(
        None,
        [
            f"data.images=[{folder}]", f"output={output}", "steps=4", "batch=2", "log_every=1",
            "save_every=2", "bfloat16=false", "data.workers=0", "data.pair.size=96",
            "data.validation_share=0", "step.keypoints=16", "model.stages=[4,4,8,8,8]",
            "model.lateral=8", "model.head=8", "model.patch=[4,8,8]", *more,
        ],
    )  # fmt: skip


def test_a_resumed_run_equals_an_uninterrupted_one(folder: Path, tmp_path: Path) -> None:
    whole = load_checkpoint(train(tiny(folder, tmp_path / "whole")))

    class StopError(Exception):
        pass

    saved = loop.save_checkpoint

    def save_and_stop(path: Path, state: dict) -> None:
        saved(path, state)
        raise StopError

    config = tiny(folder, tmp_path / "parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "save_checkpoint", save_and_stop)
        with pytest.raises(StopError):
            train(config)
    resumed = load_checkpoint(train(tiny(folder, tmp_path / "parts"), resume=True))
    assert resumed["step"] == whole["step"] == 4
    for name, tensor in whole["model"].items():
        assert torch.equal(tensor, resumed["model"][name]), name


def test_resuming_with_another_configuration_is_refused(folder: Path, tmp_path: Path) -> None:
    train(tiny(folder, tmp_path))
    with pytest.raises(ValueError, match="another configuration"):
        train(tiny(folder, tmp_path, "seed=2"), resume=True)


def test_the_exported_model_agrees_with_torch_and_tells_its_story(
    folder: Path, tmp_path: Path
) -> None:
    checkpoint = train(tiny(folder, tmp_path))
    export(checkpoint, tmp_path / "m.onnx", training_data="three photographs", licence="CC0-1.0")
    model = load_model(tmp_path / "m.onnx", 1)
    assert model.dim == 128
    assert model.metadata["training_data"] == "three photographs"
    assert model.metadata["licence"] == "CC0-1.0"
    assert model.metadata["steps"] == "4"
    assert len(model.metadata["sha256"]) == 64
    assert "steps: 4" in model.metadata["config"]
    assert str(tmp_path) not in model.metadata["config"]
    assert str(folder) not in model.metadata["config"]
    assert b"stack_trace" not in (tmp_path / "m.onnx").read_bytes()
    # The oldest supported onnxruntime, 1.17, reads no newer one.
    assert onnx.load(tmp_path / "m.onnx").ir_version <= 9
    maps = model.dense(np.zeros((45, 70), np.float32))
    assert maps.peak.shape == (45, 70)
    assert maps.rank.shape == (12, 18)
    direction, size = model.frame(np.zeros((3, 12, 32), np.float32))
    assert direction.shape == (3, 32)
    assert size.shape == (3,)


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
    with pytest.raises(ValueError, match="differs from torch"):
        export(checkpoint, tmp_path / "m.onnx")


def test_a_loss_that_is_not_finite_stops_the_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **options: object) -> tuple[torch.Tensor, dict[str, float]]:
        del args, options
        return torch.tensor(float("nan")), {"loss": float("nan")}

    monkeypatch.setattr(loop, "run_step", broken)
    with pytest.raises(FloatingPointError, match="step 0"):
        train(tiny(folder, tmp_path))


def test_configuration_errors_name_the_key() -> None:
    with pytest.raises(ValueError, match="stepz"):
        load_config(None, ["stepz=3"])
    with pytest.raises(ValueError, match="many"):
        load_config(None, ["steps=many"])


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_checkpoint(path, {"model": {"a": torch.ones(2)}, "config": ""})

    class Unwritable:
        def __reduce__(self) -> tuple:
            raise RuntimeError("cannot be written")

    with pytest.raises(RuntimeError, match="cannot be written"):
        save_checkpoint(path, {"model": Unwritable(), "config": ""})
    assert load_checkpoint(path)["model"]["a"].tolist() == [1, 1]
    assert [p.name for p in tmp_path.iterdir()] == ["last.pt"]


class Malicious:
    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("ran"),))


def test_a_checkpoint_never_runs_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"model": Malicious(), "config": ""}, tmp_path / "bad.pt")
    with pytest.raises(ValueError, match="cannot read checkpoint"):
        load_checkpoint(tmp_path / "bad.pt")
    assert not (tmp_path / "ran").exists()


def test_foreign_and_missing_checkpoints_are_named(tmp_path: Path) -> None:
    torch.save({"weights": 1}, tmp_path / "foreign.pt")
    with pytest.raises(ValueError, match="no ssldescriptor checkpoint"):
        load_checkpoint(tmp_path / "foreign.pt")
    with pytest.raises(ValueError, match=r"missing\.pt"):
        load_checkpoint(tmp_path / "missing.pt")
