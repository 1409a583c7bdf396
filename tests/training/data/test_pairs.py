"""Pairs of views: the same whenever asked for, with the exact map between them."""

import cv2
import numpy as np
import pytest
import torch
from skimage import data as photographs

from ssldescriptor.training.data.homography import ViewRanges
from ssldescriptor.training.data.pairs import PairDataset, PairOptions, Sample, warp
from ssldescriptor.training.geometry import warp_points
from ssldescriptor.training.keypoints import both_ways, in_photograph


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photographs.astronaut()[..., ::-1])


def same(item: Sample, other: Sample, *names: str) -> bool:
    return all(torch.equal(item[name], other[name]) for name in names or item)


def test_an_item_is_the_same_whenever_it_is_asked_for(photo: np.ndarray) -> None:
    first = PairDataset([photo], PairOptions(), 7, 100)[31]
    again = PairDataset([photo], PairOptions(), 7, 100)[31]
    other = PairDataset([photo], PairOptions(), 8, 100)[31]
    assert same(first, again)
    assert not same(first, other, "gray")


@pytest.mark.parametrize("index", range(12))
def test_the_homography_is_exactly_that_of_the_views(photo: np.ndarray, index: int) -> None:
    """Photograph points land on each other to a thousandth of a pixel, half of them mirrored."""
    item = PairDataset([photo], PairOptions(), 3, 100)[index]
    views, h = item["views"].numpy().astype(float), item["h_0to1"].numpy().astype(float)
    x, y = np.random.default_rng(index).uniform(0, 192, (2, 50))
    on_photo = np.linalg.inv(views[0]) @ [x, y, np.ones(50)]
    wanted, found = views[1] @ on_photo, h @ [x, y, np.ones(50)]
    near = (np.abs(wanted[:2] / wanted[2]) < 400).all(0)
    assert near.sum() > 10
    np.testing.assert_allclose((found[:2] / found[2])[:, near], (wanted[:2] / wanted[2])[:, near],
                               atol=5e-3)  # fmt: skip


def test_what_both_views_see_is_mapped_though_a_corner_lies_behind_the_horizon(
    photo: np.ndarray,
) -> None:
    """The homography's last element is negative then, and its inverse's may be."""
    options = PairOptions(size=64, photometric=0.0, views=ViewRanges(perspective=0.45))
    pairs = PairDataset([photo], options, 5, 150)
    places = np.mgrid[0:512:16, 0:512:16].reshape(2, -1)
    on_photo = np.stack([*places, np.ones(places.shape[1])])
    behind = 0
    for item in (pairs[i] for i in range(150)):
        seen = item["views"].numpy().astype(float) @ on_photo
        points = np.where(seen[:, 2:] > 0, seen[:, :2] / seen[:, 2:], -1).transpose(0, 2, 1)
        both = ((points > 0) & (points < 63)).all((0, 2))
        if not both.any():
            continue
        h = both_ways(item["h_0to1"][None].double())
        behind += int((h[:, 2, 2] < 0).sum())
        xy = torch.from_numpy(points[:, both])
        mapped = warp_points(h, xy)
        torch.testing.assert_close(mapped, xy.flip(0), rtol=0, atol=0.05)
    assert behind > 3


def test_which_photograph_a_pair_shows(photo: np.ndarray) -> None:
    photos = [np.full((80 + 10 * i, 100, 3), i, np.uint8) for i in range(5)]
    pairs = PairDataset(photos, PairOptions(size=64), 7, 20)
    for i in range(20):
        assert pairs[i]["photo_size"][1] == photos[pairs.photo_of(i)].shape[0]


@pytest.mark.parametrize("index", range(6))
def test_the_homography_maps_one_view_onto_the_other(photo: np.ndarray, index: int) -> None:
    item = PairDataset([photo], PairOptions(photometric=0.0), 3, 100)[index]
    gray0, gray1 = item["gray"].numpy()
    h = item["h_0to1"].numpy().astype(np.float64)
    shape = gray1.shape[::-1]
    mapped = cv2.GaussianBlur(cv2.warpPerspective(gray0, h, shape), (0, 0), 2).astype(float)
    seen = cv2.warpPerspective(np.full_like(gray0, 255), h, shape) == 255
    view1 = item["views"][1].numpy().astype(float)
    seen &= cv2.warpPerspective(np.full(photo.shape[:2], 255, np.uint8), view1, shape) == 255
    seen = cv2.erode(seen.astype(np.uint8), np.ones((9, 9))) > 0
    real = cv2.GaussianBlur(gray1, (0, 0), 2).astype(float)
    assert seen.sum() > 500
    assert np.corrcoef(mapped[seen], real[seen])[0, 1] > 0.97


@pytest.mark.parametrize("index", range(8))
def test_the_valid_region_is_where_the_photograph_is(index: int) -> None:
    """A white photograph warped onto black shows the region that views and photo_size tell."""
    white = np.full((200, 260, 3), 255, np.uint8)
    item = PairDataset([white], PairOptions(photometric=0.0), 5, 100)[index]
    x, y = np.meshgrid(np.arange(192.0), np.arange(192.0))
    pixels = torch.from_numpy(np.stack([x, y], -1).reshape(1, -1, 2)).float()
    for view in item["views"]:
        told = in_photograph(pixels, view[None], item["photo_size"][None], 0.0)
        shown = warp(white, view.numpy().astype(float), 192, cv2.BORDER_CONSTANT)[..., 0] > 127
        differ = (told.numpy().reshape(192, 192) != shown).astype(np.uint8)
        # Where the view shrinks the photograph, its border is a pixel wide.
        assert not cv2.erode(differ, np.ones((4, 4))).any()


@pytest.mark.parametrize("scale", [0.7, 0.5, 0.3, 0.12])
def test_a_pattern_too_fine_for_the_view_becomes_gray(scale: float) -> None:
    """Without smoothing a shrunk chessboard shows a coarse one that is not there (aliasing)."""
    board = np.indices((600, 600)).sum(0) % 2 * 200 + 20
    photo = np.repeat(board[..., None], 3, 2).astype(np.uint8)
    view = np.diag([scale, scale, 1.0])
    naive = cv2.warpPerspective(photo, view, (64, 64), flags=cv2.INTER_LINEAR)
    smooth = warp(photo, view, 64, cv2.BORDER_REFLECT_101)
    assert smooth.astype(float).mean() == pytest.approx(120, abs=5)
    if scale < 0.7:
        assert smooth.std() < 0.1 * naive.std() + 1


def test_halving_before_the_warp_keeps_positions(photo: np.ndarray) -> None:
    view = np.diag([0.3, 0.3, 1.0])
    view[:2, 2] = 0.5 * 0.3 - 0.5  # pixel centres at integers
    small = warp(photo, view, 150, cv2.BORDER_REFLECT_101).astype(float)
    wanted = cv2.resize(photo, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)[:150, :150]
    shift, _ = cv2.phaseCorrelate(
        cv2.cvtColor(wanted, cv2.COLOR_BGR2GRAY).astype(float),
        cv2.cvtColor(small.astype(np.uint8), cv2.COLOR_BGR2GRAY).astype(float),
    )
    assert np.hypot(*shift) < 0.1


def stylized(photo: np.ndarray, share: float, copies: list, count: int = 40) -> PairDataset:
    options = PairOptions(size=64, photometric=0.0, stylized_share=share, views=ViewRanges())
    return PairDataset([photo], options, 3, count, copies)


def test_copies_that_no_view_shows_change_nothing(photo: np.ndarray) -> None:
    plain = PairDataset([photo], PairOptions(size=64), 3, 10)
    with_copies = PairDataset([photo], PairOptions(size=64), 3, 10, [[255 - photo]])
    assert all(same(plain[i], with_copies[i]) for i in range(10))


def test_views_show_copies_as_often_as_asked_each_for_itself(photo: np.ndarray) -> None:
    copies = [[photo // 4, photo // 16]]
    data, plain = stylized(photo, 0.5, copies), stylized(photo, 0.0, copies)
    shown = []
    for i in range(40):
        item, without = data[i], plain[i]
        assert same(item, without, "views", "h_0to1", "photo_size")
        ratio = item["gray"].float().mean((1, 2)) / without["gray"].float().mean((1, 2))
        shown.append([1 if r > 0.8 else 4 if r > 0.15 else 16 for r in ratio.tolist()])
    kinds = np.array(shown)
    assert 10 <= (kinds[:, 0] > 1).sum() <= 30
    assert 10 <= (kinds[:, 1] > 1).sum() <= 30
    assert 8 <= (kinds[:, 0] == kinds[:, 1]).sum() <= 32
    assert {1, 4, 16} == set(kinds.ravel().tolist())


def test_photographs_without_copies_are_shown_themselves(photo: np.ndarray) -> None:
    options = PairOptions(size=64, photometric=0.0, stylized_share=1.0)
    images = [photo, np.full_like(photo, 255)]
    data = PairDataset(images, options, 3, 20, [[photo // 16], []])
    means = [data[i]["gray"].float().mean().item() for i in range(20)]
    assert any(m > 100 for m in means)
    assert any(m < 20 for m in means)


def test_missing_copies_are_refused(photo: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no stylized copies"):
        stylized(photo, 0.5, [[]])
    with pytest.raises(ValueError, match="copies of 2 photographs for 1"):
        stylized(photo, 0.5, [[photo], [photo]])


def test_each_pair_draws_its_strength_of_relighting(photo: np.ndarray) -> None:
    def pairs(least: float, most: float) -> PairDataset:
        options = PairOptions(size=64, photometric=most, photometric_least=least)
        return PairDataset([photo], options, 3, 30)

    plain, mixed, full = pairs(0.0, 0.0), pairs(0.0, 1.0), pairs(1.0, 1.0)
    changes = []
    for i in range(30):
        assert same(mixed[i], full[i], "views", "h_0to1", "photo_size")
        gray = plain[i]["gray"].float()
        changes.append([(d[i]["gray"].float() - gray).abs().mean().item() for d in (mixed, full)])
    mixed_change, full_change = np.median(changes, 0)
    assert 0.2 * full_change < mixed_change < 0.8 * full_change
