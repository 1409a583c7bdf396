"""A run that was cut anywhere goes on as if it had not been."""

from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf
from tests.training.small_run import tiny

from ssldescriptor.training import recorder
from ssldescriptor.training.checkpoint import load_checkpoint, save_checkpoint
from ssldescriptor.training.train import train


class StopError(Exception):
    pass


def stopped_after(config: object, step: int) -> None:
    """Run until the checkpoint of a step is written, then fall over."""

    def save_and_stop(path: Path, state: dict) -> None:
        save_checkpoint(path, state)
        if state["step"] == step:
            raise StopError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorder, "save_checkpoint", save_and_stop)
        with pytest.raises(StopError):
            train(config)


def assert_equal(a: object, b: object, name: str = "") -> None:
    if isinstance(a, torch.Tensor):
        assert torch.equal(a, b), name
    elif isinstance(a, dict):
        assert a.keys() == b.keys()
        for key, value in a.items():
            assert_equal(value, b[key], f"{name}.{key}")
    elif isinstance(a, list):
        for n, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_equal(x, y, f"{name}.{n}")
    else:
        assert a == b, name


@pytest.mark.parametrize("workers", [0, 1])
def test_three_and_three_steps_are_six(folder: Path, tmp_path: Path, workers: int) -> None:
    settings = ["steps=6", "save_every=3", "optimizer.ema=0.9", f"data.workers={workers}"]
    whole = load_checkpoint(train(tiny(folder, tmp_path / "whole", *settings)))
    config = tiny(folder, tmp_path / "parts", *settings)
    stopped_after(config, 3)
    torch.manual_seed(99)
    parts = load_checkpoint(train(config, resume=True))
    for state in (whole, parts):
        del state["seconds"], state["config"]
    assert whole["step"] == 6
    assert_equal(parts, whole)
    log = (tmp_path / "parts" / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in log] == ["step", *"123456"]


def test_loader_processes_change_nothing(folder: Path, tmp_path: Path) -> None:
    states = [
        load_checkpoint(train(tiny(folder, tmp_path / n, "steps=2", f"data.workers={n}")))
        for n in "01"
    ]
    assert_equal(states[0]["model"], states[1]["model"])


def test_steps_that_are_taken_again_replace_their_log_lines(folder: Path, tmp_path: Path) -> None:
    """A run that died after its checkpoint has logged steps that the next one logs again."""
    config = tiny(folder, tmp_path, "steps=4", "save_every=2")
    stopped_after(config, 2)
    with (tmp_path / "log.csv").open("a") as file:
        file.write("3,1,1\n")
    train(config, resume=True)
    log = (tmp_path / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in log] == ["step", "1", "2", "3", "4"]


def test_another_configuration_is_refused_with_the_difference(folder: Path, tmp_path: Path) -> None:
    train(tiny(folder, tmp_path, "steps=1"))
    with pytest.raises(ValueError, match="another configuration") as caught:
        train(tiny(folder, tmp_path, "steps=1", "seed=2", "model.head=4"), resume=True)
    message = str(caught.value)
    assert "model.head: 8 -> 4; seed: 1 -> 2" in message
    assert "batch" not in message


def test_where_a_run_writes_may_change(folder: Path, tmp_path: Path) -> None:
    train(tiny(folder, tmp_path / "a", "steps=1"))
    (tmp_path / "a").rename(tmp_path / "b")
    train(tiny(folder, tmp_path / "b", "steps=1", "log_every=7", "data.workers=0"), resume=True)


def test_a_checkpoint_of_the_first_version_goes_on(folder: Path, tmp_path: Path) -> None:
    """It knows nothing of averages, scores and plans; bfloat16 was true or false."""
    config = tiny(folder, tmp_path, "steps=3", "save_every=2")
    stopped_after(config, 2)
    state = load_checkpoint(tmp_path / "last.pt")
    for key in ("ema", "torch_random", "plan", "bfloat16", "best_score"):
        del state[key]
    saved = OmegaConf.create(state["config"])
    for key in ("validate_every", "validation_pairs", "pictures_every", "tensorboard"):
        del saved[key]
    del saved["optimizer"]["ema"]
    saved["bfloat16"] = False
    save_checkpoint(tmp_path / "last.pt", state | {"config": OmegaConf.to_yaml(saved)})
    assert load_checkpoint(train(config, resume=True))["step"] == 3


def test_a_run_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    stopped_after(tiny(folder, tmp_path, "save_every=1"), 1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError, match=r"holds a run of 1 steps; give --resume, another --outp"):
        train(tiny(folder, tmp_path, "seed=2"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_weights_alone_are_no_run_to_go_on_with(folder: Path, tmp_path: Path) -> None:
    train(tiny(folder, tmp_path, "steps=1"))
    (tmp_path / "weights.pt").replace(tmp_path / "last.pt")
    with pytest.raises(ValueError, match="weights only"):
        train(tiny(folder, tmp_path, "steps=1"), resume=True)


def test_without_a_checkpoint_there_is_nothing_to_resume(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no such checkpoint: .*last\.pt"):
        train(tiny(folder, tmp_path), resume=True)


def test_resuming_needs_no_weights_to_start_from(folder: Path, tmp_path: Path) -> None:
    train(tiny(folder, tmp_path / "first", "steps=1"))
    weights = tmp_path / "weights.pt"
    (tmp_path / "first" / "weights.pt").replace(weights)
    config = tiny(folder, tmp_path / "second", "steps=1", f"init={weights}")
    train(config)
    weights.unlink()
    train(config, resume=True)
