"""Which files count as images, and in which order they follow one another."""

from pathlib import Path

import pytest

from ssldescriptor.collections.listing import list_images, sequences


def test_images_are_found_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    for name in ["b.JPG", "a/x.png", "a/b/y.tif", "notes.txt", ".hidden.jpg", ".git/z.png", "c.h5"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list_images(tmp_path) == ["a/b/y.tif", "a/x.png", "b.JPG"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nowhere is not a folder"):
        list_images(tmp_path / "nowhere")


def test_numbers_in_names_count_as_numbers_and_folders_are_apart() -> None:
    names = ["b/1.png", "f10.png", "f2.png", "b/0.png", "f1b.png", "f1.png"]
    ordered = [[names[i] for i in part] for part in sequences(names)]
    assert ordered == [["b/0.png", "b/1.png"], ["f1.png", "f1b.png", "f2.png", "f10.png"]]
