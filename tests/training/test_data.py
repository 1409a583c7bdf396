"""Photographs, views and relighting."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.training.data.images import find_images, load_image, load_images, split
from ssldescriptor.training.data.pairs import PairDataset, PairOptions, warp
from ssldescriptor.training.data.photometric import random_gray


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photographs.astronaut()[..., ::-1])


def test_an_item_is_the_same_whenever_it_is_asked_for(photo: np.ndarray) -> None:
    first = PairDataset([photo], PairOptions(), 7, 100)[31]
    again = PairDataset([photo], PairOptions(), 7, 100)[31]
    other = PairDataset([photo], PairOptions(), 8, 100)[31]
    assert all((first[name] == again[name]).all() for name in first)
    assert not (first["gray"] == other["gray"]).all()


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


def test_relighting_is_seeded_and_keeps_shape(photo: np.ndarray) -> None:
    view = photo[:128, :160]
    results = [random_gray(np.random.default_rng(seed), view) for seed in (1, 1, 2)]
    assert results[0].shape == (128, 160)
    assert results[0].dtype == np.uint8
    assert (results[0] == results[1]).all()
    assert (results[0] != results[2]).any()


def test_strength_zero_is_the_plain_gray_picture(photo: np.ndarray) -> None:
    gray = random_gray(np.random.default_rng(0), photo, strength=0.0)
    assert np.abs(gray.astype(int) - cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)).max() <= 1


def test_folders_are_searched_and_bad_files_named(tmp_path: Path, photo: np.ndarray) -> None:
    (tmp_path / "deep").mkdir()
    cv2.imwrite(str(tmp_path / "deep" / "good.png"), photo)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    cv2.imwrite(str(tmp_path / "tiny.png"), photo[:20, :20])
    (tmp_path / "notes.txt").write_text("not looked at")
    paths = find_images([tmp_path])
    assert [p.name for p in paths] == ["broken.jpg", "good.png", "tiny.png"]
    images, rejected = load_images(paths, 200)
    assert [p.name for p in rejected] == ["broken.jpg", "tiny.png"]
    assert min(images[0].shape[:2]) == 200


def test_small_photographs_are_not_enlarged(tmp_path: Path, photo: np.ndarray) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), photo[:100, :120])
    image = load_image(tmp_path / "a.png", 480)
    assert image is not None
    assert image.shape == (100, 120, 3)


def test_missing_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find_images([tmp_path / "nowhere"])
    with pytest.raises(FileNotFoundError, match="no photograph"):
        find_images([tmp_path])
    (tmp_path / "broken.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match="none of the 1"):
        load_images(find_images([tmp_path]), 480)


def test_the_split_does_not_change_when_photographs_are_added() -> None:
    paths = [Path(f"photo{i}.jpg") for i in range(400)]
    train, held_out = split(paths, 0.1)
    assert sorted(train + held_out) == sorted(paths)
    assert 15 < len(held_out) < 70
    assert set(split(paths[:200], 0.1)[1]) == set(held_out) & set(paths[:200])
