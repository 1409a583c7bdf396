"""`train` and `export` hand over to the training package, which may be missing."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ssldescriptor.cli import export, refine, train
from ssldescriptor.cli.main import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--images", "photos"],
        ["refine", "--images", "photos", "init=last.pt"],
        ["export", "last.pt", "-o", "model.onnx"],
    ],
)
def test_without_torch_the_extra_is_named(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("ssldescriptor.training")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("torch", "omegaconf"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert "pip install 'ssldescriptor[train]'" in err
    assert err.count("\n") == 1


def test_train_passes_its_settings_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: dict[str, Any] = {}

    config = SimpleNamespace(data=SimpleNamespace(images=["a b", "c"]))

    def load_config(path: Path | None, overrides: list[str]) -> SimpleNamespace:
        seen.update(path=path, overrides=overrides)
        return config

    def run_training(config: SimpleNamespace, *, resume: bool) -> Path:
        assert seen["pages"] == "kept"
        seen.update(config=config, resume=resume)
        return Path("runs/x/last.pt")

    modules = {
        "config": SimpleNamespace(load_config=load_config),
        "memory": SimpleNamespace(keep_pages=lambda: seen.update(pages="kept")),
        "train": SimpleNamespace(train=run_training),
        "distributed": SimpleNamespace(is_main=lambda: True),
    }
    monkeypatch.setattr(train, "import_training", modules.__getitem__)
    arguments = ["train", "--images", "a b", "--images", "c😀", "--output", "runs/𠮷", "--resume"]
    assert main([*arguments, "steps=5"]) == 0
    assert seen == {
        "path": None,
        "overrides": ["steps=5", 'data.images=["a b", "c😀"]', 'output="runs/𠮷"'],
        "config": config,
        "resume": True,
        "pages": "kept",
    }
    assert capsys.readouterr().out == "runs/x/last.pt\n"


def test_refine_passes_its_settings_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = SimpleNamespace(data=SimpleNamespace(images=["a"]))
    seen: list[object] = []

    def run_refining(*given: object) -> Path:
        seen.extend(given)
        return Path("runs/x/weights.pt")

    modules = {
        "config": SimpleNamespace(load_config=lambda path, overrides: config),
        "memory": SimpleNamespace(keep_pages=lambda: None),
        "refine": SimpleNamespace(refine=run_refining),
    }
    for command in (train, refine):
        monkeypatch.setattr(command, "import_training", modules.__getitem__)
    assert main(["refine", "--images", "a", "--pairs", "7", "init=last.pt"]) == 0
    assert main(["refine", "--images", "a", "--part", "frame_net", "init=last.pt"]) == 0
    assert seen == [config, 7, "patch_head", config, 5500, "frame_net"]
    assert capsys.readouterr().out == "runs/x/weights.pt\n" * 2


@pytest.mark.parametrize("command", ["train", "refine"])
def test_training_wants_photographs(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = SimpleNamespace(data=SimpleNamespace(images=[]))
    modules = {"config": SimpleNamespace(load_config=lambda path, overrides: config)}
    monkeypatch.setattr(train, "import_training", modules.__getitem__)
    assert main([command]) == 1
    assert "--images" in capsys.readouterr().err


def test_a_loss_that_is_not_finite_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_training(config: object, *, resume: bool) -> Path:
        raise FloatingPointError("step 3: the loss is nan; its batch is in x/failed_batch.pt")

    config = SimpleNamespace(data=SimpleNamespace(images=["a"]))
    modules = {
        "config": SimpleNamespace(load_config=lambda path, overrides: config),
        "memory": SimpleNamespace(keep_pages=lambda: True),
        "train": SimpleNamespace(train=run_training),
    }
    monkeypatch.setattr(train, "import_training", modules.__getitem__)
    assert main(["train"]) == 1
    err = capsys.readouterr().err
    assert err == (
        "ssldescriptor train: error: step 3: the loss is nan; its batch is in x/failed_batch.pt\n"
    )


def test_export_writes_the_file_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(
        checkpoint: Path, output: Path, *, training_data: str, licence: str, calibration: list[Any]
    ) -> None:
        assert (training_data, licence, calibration) == ("our photographs", "Apache-2.0", [])
        output.write_bytes(checkpoint.read_bytes())

    monkeypatch.setattr(export, "import_training", lambda name: SimpleNamespace(export=write))
    output = tmp_path / "model.onnx"
    arguments = ["-o", str(output), "--training-data", "our photographs", "--licence", "Apache-2.0"]
    assert main(["export", str(tmp_path / "missing.pt"), *arguments]) == 1
    assert "missing.pt" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "last.pt").write_bytes(b"weights")
    assert main(["export", str(tmp_path / "last.pt"), *arguments]) == 0
    assert output.read_bytes() == b"weights"


def test_export_in_integers_needs_photographs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    arguments = ["export", "last.pt", "-o", str(tmp_path / "m.onnx"), "--quantize"]
    assert main([*arguments, str(tmp_path / "nowhere")]) == 1
    assert "--quantize: no such folder" in capsys.readouterr().err
    assert main([*arguments, str(tmp_path)]) == 1
    assert "--quantize: no photograph" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_wrong_options_of_the_autoencoder_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train-autoencoder", "--images", "photos", "-o", "a.pt"]
    assert main([*arguments, "--seed", "-1"]) == 1
    assert "--seed is -1, wanted 0 or more" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([*arguments, "--threads", "0"])
    assert "--threads: 0 is not above 0" in capsys.readouterr().err
