"""The rank's and the peaks' part of a step, against naive loops."""

import math

import cv2
import numpy as np
import pytest
import torch
from skimage import data as photographs

from ssldescriptor import _core
from ssldescriptor.training.batch import Batch
from ssldescriptor.training.keypoint_step import peak_loss, rank_loss
from ssldescriptor.training.keypoints import (
    Correspondences,
    both_ways,
    other_view,
    sample_correspondences,
)
from ssldescriptor.training.models.dense import STRIDE_RANK, DenseMaps

SIZE, COUNT, RADIUS = 96, 12, 4


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Two pairs of views, shifted by whole pixels."""
    gray = cv2.cvtColor(photographs.astronaut(), cv2.COLOR_RGB2GRAY)
    corners = [(100, 100), (104, 107), (250, 180), (243, 176)]
    views = np.stack([[[1, 0, -x], [0, 1, -y], [0, 0, 1]] for x, y in corners])
    crops = np.stack([gray[y : y + SIZE, x : x + SIZE] for x, y in corners])
    return Batch(
        torch.from_numpy(crops),
        torch.from_numpy(np.stack([_core.local_contrast(c) for c in crops]))[:, None],
        both_ways(torch.from_numpy(views[1::2] @ np.linalg.inv(views[::2])).float()),
        torch.from_numpy(views).float(),
        torch.full((4, 2), 512.0),
    )


@pytest.fixture
def maps() -> DenseMaps:
    """Random logits, leaves that take gradients."""
    generator = torch.Generator().manual_seed(0)
    cells = SIZE // STRIDE_RANK
    peak = torch.randn(4, 1, SIZE, SIZE, generator=generator).requires_grad_()
    rank = torch.randn(4, 1, cells, cells, generator=generator).requires_grad_()
    return DenseMaps(peak, rank)


@pytest.fixture
def found(batch: Batch, maps: DenseMaps) -> Correspondences:
    generator = torch.Generator().manual_seed(1)
    arguments = (batch.h, batch.views, batch.photo_size, COUNT, generator)
    found = sample_correspondences(maps, *arguments)
    valid = found.valid.clone()
    valid[1, 3] = valid[2, 5] = False
    return found._replace(valid=valid)


def bilinear(cells: np.ndarray, x: float, y: float) -> float:
    """Read a map of cell centres at a pixel; beyond the outermost centres their values go on."""
    x, y = ((v + 0.5) / STRIDE_RANK - 0.5 for v in (x, y))
    x, y = (min(max(v, 0.0), len(cells) - 1.0) for v in (x, y))
    left, top = min(int(x), len(cells) - 2), min(int(y), len(cells) - 2)
    u, v = x - left, y - top
    upper = (1 - u) * cells[top, left] + u * cells[top, left + 1]
    lower = (1 - u) * cells[top + 1, left] + u * cells[top + 1, left + 1]
    return float((1 - v) * upper + v * lower)


def test_the_rank_loss_equals_the_loop(maps: DenseMaps, found: Correspondences) -> None:
    generator = torch.Generator().manual_seed(2)
    matched = torch.rand(4, COUNT, generator=generator) < 0.5
    certainty = -torch.rand(4, COUNT, generator=generator)
    peaks = maps.peak.detach()[:, 0]
    losses = []
    for image, cells in enumerate(maps.rank.detach().double().numpy()[:, 0]):
        for k in range(COUNT):
            if not found.valid[image, k]:
                continue
            x, y = found.source[image, k].tolist()
            logit = bilinear(cells, x, y) + 0.1 * float(peaks[image, int(y), int(x)])
            logit += float(certainty[image, k])
            chance = 1 / (1 + math.exp(-logit))
            true = bool(found.repeated[image, k]) and bool(matched[image, k])
            losses.append(-math.log(chance if true else 1 - chance))
    loss = rank_loss(maps, found, certainty, matched)
    assert len(losses) == 4 * COUNT - 2
    assert float(loss.detach()) == pytest.approx(np.mean(losses), rel=1e-4)
    loss.backward()
    assert maps.rank.grad is not None
    assert maps.rank.grad.abs().sum() > 0
    assert maps.peak.grad is not None
    assert maps.peak.grad.abs().sum() > 0


def test_a_keypoint_found_again_is_seen_at_a_peak_of_the_other_view(
    maps: DenseMaps, found: Correspondences
) -> None:
    peaks = other_view(maps.peak.detach())[:, 0].numpy()
    apart = (found.seen - found.target.round()).abs().amax(-1)
    assert found.repeated.any()
    assert not found.repeated.all()
    assert (apart[found.repeated] <= 1).all()
    assert torch.equal(found.seen[~found.repeated], found.target[~found.repeated])
    for image, k in found.repeated.nonzero().tolist():
        x, y = found.seen[image, k].long().tolist()
        window = peaks[image, y - 3 : y + 4, x - 3 : x + 4]
        assert peaks[image, y, x] == window.max()


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(4)


def test_peaks_that_move_with_the_scene_lose_less(
    batch: Batch, maps: DenseMaps, found: Correspondences
) -> None:
    """Logits of one large picture, cut as the views are, agree in every window."""
    generator = torch.Generator().manual_seed(3)
    whole = 9 * torch.randn(512, 512, generator=generator)
    corners = (-batch.views[:, :2, 2]).long().tolist()
    cut = torch.stack([whole[y : y + SIZE, x : x + SIZE] for x, y in corners])[:, None]
    losses = [
        float(peak_loss(one, batch, found, "agreement", RADIUS, seeded(), floor=0.02))
        for one in (DenseMaps(cut, maps.rank), DenseMaps(other_view(cut), maps.rank))
    ]
    assert losses[0] < 0.7 * losses[1]


def test_a_high_floor_turns_away_from_hopeless_windows(
    batch: Batch, maps: DenseMaps, found: Correspondences
) -> None:
    """Random logits hardly agree anywhere: the higher the floor, the less they are pulled."""
    gradients = []
    for floor in (0.02, 0.2):
        maps.peak.grad = None
        peak_loss(maps, batch, found, "agreement", RADIUS, seeded(), floor=floor).backward()
        assert maps.peak.grad is not None
        gradients.append(float(maps.peak.grad.abs().sum()))
    assert gradients[1] < 0.5 * gradients[0]


def test_windows_off_the_photograph_do_not_count(
    batch: Batch, maps: DenseMaps, found: Correspondences
) -> None:
    """Where the second pair lies outside its photograph its logits get no gradient."""
    size = batch.photo_size.clone()
    size[2:] = 10.0
    outside = batch._replace(photo_size=size)
    peak_loss(maps, outside, found, "r2d2", RADIUS, seeded(), floor=0.02).backward()
    assert maps.peak.grad is not None
    assert maps.peak.grad[:2].abs().sum() > 0
    assert not maps.peak.grad[2:].any()
