"""The binary head: its start, its export in whole numbers, training it alone."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.training.small_run import tiny

from ssldescriptor.formats import get_format, to_binary
from ssldescriptor.runtime import load_model
from ssldescriptor.training.checkpoint import load_checkpoint, save_checkpoint
from ssldescriptor.training.config import dump_config, load_config
from ssldescriptor.training.export import export
from ssldescriptor.training.models.binary import BinaryHead, ExactBinaryHead
from ssldescriptor.training.models.registry import GeometricModel, make_model
from ssldescriptor.training.train import train


def unit_rows(n: int, dim: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(n, dim, generator=generator).relu()
    return torch.nn.functional.normalize(rows + 1e-4, dim=1)


def trained_head(dim: int) -> BinaryHead:
    """Return a head with weights of very different lengths and with thresholds."""
    head = BinaryHead(dim)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        head.weight.normal_(generator=generator).mul_(torch.logspace(-4, 4, 256)[:, None])
        head.bias.copy_(head.weight.norm(dim=1) * torch.linspace(-0.5, 0.5, 256))
    return head


def bits(logits: torch.Tensor) -> np.ndarray:
    return np.packbits(logits.detach().numpy() > 0, axis=1)


@pytest.mark.parametrize("dim", [64, 128, 200])
def test_it_starts_from_the_fixed_projection(dim: int) -> None:
    rows = unit_rows(100, dim, 0)
    fixed = to_binary(rows.numpy())
    for head in (BinaryHead(dim), ExactBinaryHead(BinaryHead(dim))):
        differing = np.unpackbits(bits(head(rows)) ^ fixed)
        assert differing.mean() < 5e-3  # signs of sums next to zero


def test_whole_numbers_change_only_bits_that_are_nearly_undecided() -> None:
    head, rows = trained_head(128), unit_rows(300, 128, 2)
    logits, exact = head(rows).detach(), ExactBinaryHead(head)(rows)
    scale = head.weight.norm(dim=1).detach()
    torch.testing.assert_close(exact / scale, logits / scale, atol=5e-3, rtol=0)
    assert ((logits > 0) != (exact > 0)).float().mean() < 2e-3


@pytest.mark.parametrize("dim", [1, 64, 128, 512])
def test_every_sum_of_whole_numbers_is_exact_in_float32(dim: int) -> None:
    """Also of the row that is worst for a bit: along its weights."""
    head = trained_head(dim)
    exact = ExactBinaryHead(head)
    along = torch.nn.functional.normalize(head.weight.detach(), dim=1)
    rows = torch.cat([unit_rows(50, dim, 3), along, along.abs()])
    steps = (rows * 4096).round()
    assert (exact.weight == exact.weight.round()).all()
    largest = steps.double().abs() @ exact.weight.double().abs() + exact.bias.double().abs()
    assert largest.max() < 2**24
    whole = steps.double() @ exact.weight.double() + exact.bias.double()
    assert torch.equal((whole * exact.unit.double()) > 0, exact(rows) > 0)
    assert (exact.unit > 0).all()


def test_a_head_of_zeros_gives_no_bit() -> None:
    head = BinaryHead(64)
    torch.nn.init.zeros_(head.weight)
    assert not bits(ExactBinaryHead(head)(unit_rows(3, 64, 0))).any()


def test_a_model_without_head_has_the_names_it_always_had() -> None:
    config = load_config(None, ["model.size=tiny"])
    with_head = load_config(None, ["model.size=tiny", "model.binary=true"])
    torch.manual_seed(0)
    without = make_model(config.model).state_dict()
    torch.manual_seed(0)
    weights = make_model(with_head.model).state_dict()
    assert weights.keys() - without.keys() == {"binary.weight", "binary.bias"}
    assert all(torch.equal(weights[name], tensor) for name, tensor in without.items())


def test_the_exported_head_gives_the_bits_of_torch_whatever_the_batch(tmp_path: Path) -> None:
    config = load_config(None, ["model.size=tiny", "model.binary=true"])
    torch.manual_seed(0)
    model = make_model(config.model)
    assert isinstance(model, GeometricModel)
    model.binary = trained_head(128)
    state = {"model": model.state_dict(), "config": dump_config(config), "step": 0}
    save_checkpoint(tmp_path / "last.pt", state)
    export(tmp_path / "last.pt", tmp_path / "m.onnx")
    for threads in (1, 2):
        loaded = load_model(tmp_path / "m.onnx", threads)
        assert loaded.has_bits
        encode = get_format("binary", 128, loaded.bits).encode
        rows = unit_rows(301, 128, 4)
        expected = bits(ExactBinaryHead(model.binary)(rows))
        np.testing.assert_array_equal(encode(rows.numpy()), expected)
        for part in (slice(0, 1), slice(7, 9), slice(100, 164), slice(300, 301)):
            np.testing.assert_array_equal(encode(rows.numpy()[part]), expected[part])


def test_the_head_is_trained_alone_on_top_of_a_finished_model(folder: Path, tmp_path: Path) -> None:
    first = train(tiny(folder, tmp_path / "first", "steps=2"))
    settings = ["model.binary=true", "step.binary_weight=1", "optimizer.train_only=binary"]
    second = train(tiny(folder, tmp_path / "second", f"init={first}", *settings))
    before, after = load_checkpoint(first)["model"], load_checkpoint(second)["model"]
    for name, tensor in before.items():
        assert torch.equal(after[name], tensor), name
    start = BinaryHead(128).state_dict()
    assert not torch.equal(after["binary.weight"], start["weight"])
    assert not torch.equal(after["binary.bias"], start["bias"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["step.binary_weight=1"], r"model\.binary=true"),
        (["model.binary=true", "optimizer.train_only=binary"], r"step\.binary_weight"),
    ],
)
def test_settings_that_cannot_train_the_head_are_refused(settings: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_config(None, settings)


def test_a_network_that_is_not_there_cannot_be_trained_alone() -> None:
    model = make_model(load_config(None, ["model.size=tiny"]).model)
    with pytest.raises(ValueError, match=r"'binary'.*dense, frame_net, patch_head"):
        model.train_only("binary")


def test_networks_that_are_not_trained_keep_their_batch_statistics() -> None:
    model = make_model(load_config(None, ["model.size=tiny", "model.binary=true"]).model)
    model.train_only("patch_head")
    model.eval()
    model.train()
    modes = {name: network.training for name, network in model.named_children()}
    assert modes == {"dense": False, "frame_net": False, "patch_head": True, "binary": False}
