"""The mean of checkpoints: against the formula, exported, and what is refused."""

from pathlib import Path

import pytest
import torch

from ssldescriptor.cli.main import main
from ssldescriptor.training.averaging import average_checkpoints
from ssldescriptor.training.checkpoint import load_checkpoint, save_checkpoint


def checkpoint(path: Path, value: float, step: int, **more: object) -> Path:
    model = {
        "weight": torch.full((2, 3), value),
        "norm.num_batches_tracked": torch.tensor(step),
    }
    save_checkpoint(path, {"model": model, "step": step, "config": f"steps: {step}\n", **more})
    return path


def test_each_number_is_the_weighted_mean(tmp_path: Path) -> None:
    one, two = checkpoint(tmp_path / "1.pt", 1.0, 10), checkpoint(tmp_path / "2.pt", 5.0, 20)
    out = tmp_path / "mean.pt"
    assert main(["average", str(one), str(two), "--shares", "6", "2", "-o", str(out)]) == 0
    mean = load_checkpoint(out)
    assert torch.equal(mean["model"]["weight"], torch.full((2, 3), 2.0))
    assert mean["model"]["norm.num_batches_tracked"] == 20
    assert (mean["step"], mean["config"]) == (20, "steps: 20\n")


def test_shares_are_equal_by_default_and_moving_averages_are_what_counts(tmp_path: Path) -> None:
    moving = {"weight": torch.full((2, 3), 9.0), "norm.num_batches_tracked": torch.tensor(1)}
    one = checkpoint(tmp_path / "1.pt", 1.0, 10, ema=moving)
    two = checkpoint(tmp_path / "2.pt", 5.0, 20)
    out = tmp_path / "mean.pt"
    assert main(["average", str(one), str(two), "-o", str(out)]) == 0
    assert torch.equal(load_checkpoint(out)["model"]["weight"], torch.full((2, 3), 7.0))


def test_the_mean_of_a_checkpoint_with_itself_is_that_checkpoint(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "training" / "checkpoints" / "default.pt"
    mean = average_checkpoints([shipped, shipped], [0.7, 0.3], tmp_path / "mean.pt")
    for name, tensor in load_checkpoint(shipped)["model"].items():
        torch.testing.assert_close(mean["model"][name], tensor, rtol=1e-6, atol=0)


@pytest.mark.parametrize("shares", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, float("nan")]])
def test_other_shares_than_one_positive_for_each_are_refused(
    tmp_path: Path, shares: list[float]
) -> None:
    paths = [checkpoint(tmp_path / f"{i}.pt", 1.0, i) for i in (1, 2)]
    with pytest.raises(ValueError, match="one positive number for each of the 2 checkpoints"):
        average_checkpoints(paths, shares, tmp_path / "mean.pt")
    assert not (tmp_path / "mean.pt").exists()


def test_one_checkpoint_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = checkpoint(tmp_path / "1.pt", 1.0, 1)
    assert main(["average", str(one), "-o", str(tmp_path / "mean.pt")]) == 1
    assert "1 checkpoint to average; two or more are wanted" in capsys.readouterr().err


def test_different_models_are_refused_with_the_layer_named(tmp_path: Path) -> None:
    one, two = checkpoint(tmp_path / "1.pt", 1.0, 1), tmp_path / "2.pt"
    other = {"weight": torch.ones(2, 4), "norm.num_batches_tracked": torch.tensor(1)}
    save_checkpoint(two, {"model": other, "step": 1, "config": ""})
    with pytest.raises(ValueError, match=r"weight is \(2, 3\) in one and \(2, 4\) in the other"):
        average_checkpoints([one, two], [1.0, 1.0], tmp_path / "mean.pt")
