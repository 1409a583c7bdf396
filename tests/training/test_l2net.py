"""The dense reference network: shape, reach, reading it at keypoints."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.training.small_run import tiny
from torch.nn import functional

from ssldescriptor.training.checkpoint import load_checkpoint
from ssldescriptor.training.models.l2net import L2Net, sample_rows
from ssldescriptor.training.models.registry import make_model
from ssldescriptor.training.train import train

REACH = 25


@pytest.fixture
def network() -> L2Net:
    torch.manual_seed(0)
    return L2Net(4, 6).eval()


@pytest.mark.parametrize("size", [(64, 80), (33, 47), (1, 5)])
def test_every_pixel_of_any_image_has_a_descriptor(network: L2Net, size: tuple[int, int]) -> None:
    assert network(torch.zeros(2, 1, *size)).shape == (2, 6, *size)


def test_the_widths_are_those_of_the_papers() -> None:
    convolutions = [m for m in L2Net(32, 128).modules() if isinstance(m, torch.nn.Conv2d)]
    assert [c.out_channels for c in convolutions] == [32, 32, 64, 64, 128, 128, 128, 128, 128]
    assert [c.kernel_size[0] for c in convolutions] == [3, 3, 3, 3, 3, 3, 2, 2, 2]


def test_a_descriptor_sees_a_window_centred_on_its_pixel(network: L2Net) -> None:
    """Gradients reach exactly REACH pixels, as far to the left as to the right."""
    image = torch.randn(1, 1, 81, 81, requires_grad=True)
    network.double()(image.double())[0, :, 40, 40].sum().backward()
    assert image.grad is not None
    rows, columns = np.nonzero(image.grad[0, 0].numpy())
    for axis in (rows, columns):
        assert (axis.min(), axis.max()) == (40 - REACH, 40 + REACH)


def test_descriptors_move_with_the_image(network: L2Net) -> None:
    image = torch.randn(1, 1, 90, 90)
    moved = torch.roll(image, (3, -5), (2, 3))
    inner = slice(REACH + 6, 90 - REACH - 6)
    with torch.no_grad():
        still, shifted = network(image), torch.roll(network(moved), (-3, 5), (2, 3))
    torch.testing.assert_close(shifted[..., inner, inner], still[..., inner, inner])


def test_rows_equal_a_naive_loop() -> None:
    generator = torch.Generator().manual_seed(1)
    maps = torch.randn(3, 5, 11, 13, generator=generator)
    xy = torch.rand(3, 4, 2, generator=generator) * torch.tensor([12.0, 10.0])
    rows = sample_rows(maps, xy)
    for b in range(3):
        for k in range(4):
            x, y = xy[b, k].tolist()
            x0, y0 = min(int(x), 11), min(int(y), 9)
            fx, fy = x - x0, y - y0
            raw = (
                maps[b, :, y0, x0] * (1 - fx) * (1 - fy)
                + maps[b, :, y0, x0 + 1] * fx * (1 - fy)
                + maps[b, :, y0 + 1, x0] * (1 - fx) * fy
                + maps[b, :, y0 + 1, x0 + 1] * fx * fy
            )
            torch.testing.assert_close(rows[4 * b + k], raw / raw.norm(), rtol=1e-4, atol=1e-5)


def test_an_empty_descriptor_is_no_nan() -> None:
    rows = sample_rows(torch.zeros(1, 5, 8, 8, requires_grad=True), torch.tensor([[[3.0, 3.0]]]))
    functional.mse_loss(rows, torch.ones_like(rows)).backward()
    assert rows.tolist() == [[0.0] * 5]


def test_the_reference_trains_like_any_model(folder: Path, tmp_path: Path) -> None:
    config = tiny(
        folder, tmp_path, "model.architecture=l2net", "model.l2net=4", "validate_every=0",
        "step.descriptor_loss=average_precision", "step.ap_low=-1",
    )  # fmt: skip
    torch.manual_seed(config.seed)
    before = make_model(config.model).state_dict()
    after = load_checkpoint(train(config))["model"]
    assert after.keys() == before.keys()
    assert all(bool(tensor.isfinite().all()) for tensor in after.values())
    for part in ("dense", "l2net"):
        weights = [n for n in after if n.startswith(part) and n.endswith("weight")]
        assert not any(torch.equal(after[name], before[name]) for name in weights)
