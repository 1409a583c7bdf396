"""A dense network cut out of a wider one, and taught by it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data as photographs
from tests.training.small_run import tiny
from torch import nn

from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.losses.imitation import divergence, share_of_variance
from ssldescriptor.training.models.dense import DenseNet
from ssldescriptor.training.narrowing import cut_narrower
from ssldescriptor.training.refine import refine
from ssldescriptor.training.train import train

WIDE = (6, 8, 10, 12, 14), 8, 9
NARROW = (4, 5, 6, 7, 8), 5, 6
IMAGES = torch.randn(2, 1, 64, 96, generator=torch.Generator().manual_seed(3))


def network(widths: tuple[tuple[int, int, int, int, int], int, int], seed: int) -> DenseNet:
    torch.manual_seed(seed)
    made = DenseNet(*widths)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return made.eval()


@torch.no_grad()
def test_the_channels_that_count_are_kept_in_their_order() -> None:
    """A narrow network hidden in the last channels of a wide one is found again."""
    hidden, wide = network(NARROW, 1), network(WIDE, 2)
    state = wide.state_dict()
    for name, tensor in hidden.state_dict().items():
        if tensor.ndim == 4:
            state[name].zero_()  # nothing makes the further channels, and nothing reads them
        state[name][tuple(slice(-length, None) for length in tensor.shape)] = tensor
    wide.load_state_dict(state)
    found = network(NARROW, 3)
    cut_narrower(wide, found, IMAGES)
    for one, other in zip(found(IMAGES), hidden(IMAGES), strict=True):
        torch.testing.assert_close(one, other)
    for one, other in zip(found(IMAGES), wide(IMAGES), strict=True):
        torch.testing.assert_close(one, other)


@torch.no_grad()
def test_of_all_channels_nothing_is_lost() -> None:
    wide, same = network(WIDE, 2), network(WIDE, 3)
    cut_narrower(wide, same, IMAGES)
    for name, tensor in wide.state_dict().items():
        assert torch.equal(same.state_dict()[name], tensor), name


def test_a_wider_network_cannot_be_cut_out() -> None:
    with pytest.raises(ValueError, match=r"stem\.0 has 6 channels; at most the 4 of the network"):
        cut_narrower(network(NARROW, 1), network(WIDE, 2), IMAGES)


def test_imitation_is_perfect_at_zero() -> None:
    wanted = torch.tensor([[1.0, 2.0, 5.0], [0.0, 0.0, 0.0]])
    assert share_of_variance(wanted, wanted) == 0
    assert share_of_variance(wanted.mean().expand(2, 3), wanted).item() == pytest.approx(5 / 6)
    torch.testing.assert_close(divergence(wanted + 7, wanted), torch.tensor(0.0), atol=1e-6, rtol=0)
    half, sure = torch.zeros(1, 2), torch.tensor([[0.0, -40.0]])
    assert divergence(half, sure).item() == pytest.approx(np.log(2))


@pytest.fixture
def checkpoint(folder: Path, tmp_path: Path) -> Path:
    return train(tiny(folder, tmp_path / "wide"))


SETTINGS = ["data.pair.size=128", "step.keypoints=40", "model.head=6", "model.stages=[4,4,6,8,8]"]


def test_a_narrow_network_learns_what_the_wide_one_says(
    folder: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["steps=60", "log_every=20", "optimizer.learning_rate=1e-2", *SETTINGS]
    config = tiny(folder, tmp_path / "narrow", f"init={checkpoint}", *more)
    path = refine(config, 6, "dense")
    lines = [line for line in capsys.readouterr().out.splitlines() if "place " in line]
    first, *_, last = (float(line.split("loss ")[1].split()[0]) for line in lines)
    assert last < 0.8 * first
    before, after = (load_checkpoint(p)["model"] for p in (checkpoint, path))
    assert after["dense.keypoint_maps.weight"].shape == (17, 6, 1, 1)
    for name in before:
        if not name.startswith("dense."):
            assert torch.equal(before[name], after[name]), name


def test_a_narrow_network_goes_on_from_where_it_was(
    folder: Path, checkpoint: Path, tmp_path: Path
) -> None:
    first = refine(tiny(folder, tmp_path / "a", f"init={checkpoint}", *SETTINGS), 3, "dense")
    more = [f"init={first}", *SETTINGS, "steps=1", "optimizer.learning_rate=0"]
    second = refine(tiny(folder, tmp_path / "b", f"teacher={checkpoint}", *more), 3, "dense")
    before, after = (load_checkpoint(p)["model"] for p in (first, second))
    name = "dense.keypoint_head.0.weight"
    assert torch.equal(before[name], after[name])


def test_nothing_to_learn_is_told(folder: Path, checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has these widths already: name narrower ones"):
        refine(tiny(folder, tmp_path / "same", f"init={checkpoint}"), 2, "dense")


def test_no_keypoint_in_any_view_is_told(
    folder: Path, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat = np.full_like(photographs.astronaut(), 90)
    monkeypatch.setattr(
        "ssldescriptor.training.refine.PairDataset.__getitem__",
        lambda *_: {"gray": torch.from_numpy(flat[None, :128, :128, 0].copy())},
    )
    config = tiny(folder, tmp_path / "narrow", f"init={checkpoint}", *SETTINGS)
    with pytest.raises(ValueError, match="no keypoint was found in any of 2 pairs of views"):
        refine(config, 2, "dense")
