"""Stylized copies beside their photographs."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ssldescriptor.training.data.copies import copy_name, load_copies


@pytest.fixture
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 255, shape, dtype=np.uint8) for shape in ((80, 100, 3), (90, 70, 3))]


NAMES = [Path("a.jpg"), Path("deep/b.v2-1.png")]


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def test_copies_find_their_photographs(tmp_path: Path, photos: list[np.ndarray]) -> None:
    write(tmp_path / copy_name(NAMES[1], "transport", 0), photos[1])
    write(tmp_path / copy_name(NAMES[1], "wct2", 11), photos[1])
    write(tmp_path / "unrelated.png", photos[0])
    copies, rejected = load_copies(tmp_path, NAMES, photos, 480)
    assert [len(c) for c in copies] == [0, 2]
    assert copies[1][0].shape == (90, 70, 3)
    assert rejected == []


def test_copies_of_another_size_and_damaged_ones_are_named(
    tmp_path: Path, photos: list[np.ndarray]
) -> None:
    good, small, bad = (tmp_path / copy_name(NAMES[0], "wct2", k) for k in range(3))
    write(good, photos[0])
    write(small, photos[0][:79])
    bad.write_bytes(b"?")
    copies, rejected = load_copies(tmp_path, NAMES, photos, 480)
    assert [len(c) for c in copies] == [1, 0]
    assert [r.path for r in rejected] == [small, bad]
    assert "100 x 79 px where the photograph has 100 x 80 px" in rejected[0].reason
    assert "into another folder, with --short-side 480" in rejected[0].reason


def test_a_folder_without_copies_is_refused(tmp_path: Path, photos: list[np.ndarray]) -> None:
    with pytest.raises(FileNotFoundError, match=r"data\.stylized: no such folder"):
        load_copies(tmp_path / "nowhere", NAMES, photos, 480)
    write(tmp_path / copy_name(Path("c.jpg"), "wct2", 0), photos[0])
    with pytest.raises(ValueError, match=r"no usable copy .* e\.g\. for a\.jpg"):
        load_copies(tmp_path, NAMES, photos, 480)
