"""Describing the keypoints of a batch, with both architectures."""

import pytest
import torch

from ssldescriptor.training.batch import Batch
from ssldescriptor.training.config import load_config
from ssldescriptor.training.describe import describe
from ssldescriptor.training.keypoints import Correspondences, both_ways
from ssldescriptor.training.models.l2net import sample_rows
from ssldescriptor.training.models.registry import L2NetModel, Model, make_model

PAIRS, COUNT, SIZE = 2, 5, 64
NARROW = ["model.stages=[4,4,8,8,8]", "model.lateral=8", "model.head=8", "model.patch=[4,8]"]


def make(*overrides: str) -> Model:
    torch.manual_seed(0)
    return make_model(load_config(None, [*NARROW, "model.l2net=4", *overrides]).model).eval()


def batch_of(seed: int) -> tuple[Batch, Correspondences]:
    """Noise, moved by (4, 2) pixels in the second view of a pair."""
    generator = torch.Generator().manual_seed(seed)
    gray0 = torch.randint(0, 256, (PAIRS, SIZE, SIZE), generator=generator, dtype=torch.uint8)
    gray = torch.stack([gray0, gray0.roll((2, 4), (1, 2))], 1).flatten(0, 1)
    shift = torch.tensor([[1.0, 0, 4], [0, 1, 2], [0, 0, 1]])
    source = 24 + 16 * torch.rand(2 * PAIRS, COUNT, 2, generator=generator)
    signs = torch.tensor([1.0, -1.0] * PAIRS)[:, None, None]
    target = source + signs * torch.tensor([4.0, 2.0])
    yes = torch.ones(2 * PAIRS, COUNT, dtype=torch.bool)
    batch = Batch(
        gray,
        (gray[:, None].float() - 128) / 64,
        both_ways(shift.expand(PAIRS, 3, 3)),
        both_ways(torch.eye(3).expand(PAIRS, 3, 3)),
        torch.full((2 * PAIRS, 2), float(SIZE)),
    )
    return batch, Correspondences(source, target, yes, yes, target)


def describe_all(model: Model, batch: Batch, found: Correspondences):
    generator = torch.Generator().manual_seed(0)
    return describe(
        model,
        batch,
        found,
        found.target,
        generator,
        direction_floor=0.01,
        bfloat16=False,
        threads=1,
    )


@pytest.mark.parametrize("architecture", ["geometric", "l2net"])
def test_every_correspondence_has_a_unit_row_in_both_views(architecture: str) -> None:
    batch, found = batch_of(0)
    described = describe_all(make(f"model.architecture={architecture}"), batch, found)
    for rows in (described.rows0, described.rows1):
        assert rows.shape == (2 * PAIRS * COUNT, 128)
        torch.testing.assert_close(rows.norm(dim=1), torch.ones(len(rows)))
    assert described.agree.shape == (2 * PAIRS, COUNT)
    assert described.frame_loss.shape == ()


def test_rows_of_the_reference_come_from_the_image_that_they_are_of() -> None:
    """Against one keypoint of one image at a time."""
    model = make("model.architecture=l2net")
    batch, found = batch_of(1)
    described = describe_all(model, batch, found)
    assert isinstance(model, L2NetModel)
    for b in range(2 * PAIRS):
        for k in range(COUNT):
            for rows, image, xy in (
                (described.rows0, b, found.source[b, k]),
                (described.rows1, b ^ 1, found.target[b, k]),
            ):
                alone = model.l2net(batch.contrast[image : image + 1])
                wanted = sample_rows(alone, xy[None, None])[0]
                torch.testing.assert_close(rows[b * COUNT + k], wanted, rtol=1e-3, atol=1e-4)


def test_the_reference_finds_moved_noise_again() -> None:
    """Its rows depend on what is there, not on where: equal where the window is inside."""
    batch, found = batch_of(2)
    found = found._replace(source=found.source.round(), target=found.target.round())
    described = describe_all(make("model.architecture=l2net"), batch, found)
    similarity = described.rows0 @ described.rows1.T
    assert (similarity.argmax(1) == torch.arange(len(similarity))).float().mean() > 0.9
    assert bool(described.agree.all())
    assert float(described.frame_loss) == 0


def test_both_views_train_the_networks() -> None:
    for architecture, part in (("geometric", "patch_head"), ("l2net", "l2net")):
        model = make(f"model.architecture={architecture}").train()
        described = describe_all(model, *batch_of(3))
        (described.rows0 * described.rows1).sum().backward()
        gradients = [p.grad for name, p in model.named_parameters() if name.startswith(part)]
        assert gradients
        assert all(g is not None and bool(g.isfinite().all()) for g in gradients)


def test_a_model_of_no_architecture_is_refused() -> None:
    batch, found = batch_of(4)
    with pytest.raises(TypeError, match="Model"):
        describe_all(Model(make().options), batch, found)
