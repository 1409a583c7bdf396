"""Folders of photographs: finding, naming, splitting, loading."""

import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.training.data.images import find_images, load_images, relative_names, split
from ssldescriptor.training.stylization.styles import Styles


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photographs.astronaut()[..., ::-1])


def test_folders_are_searched_and_bad_files_named_with_the_reason(
    tmp_path: Path, photo: np.ndarray
) -> None:
    (tmp_path / "deep").mkdir()
    cv2.imwrite(str(tmp_path / "deep" / "good.png"), photo)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    cv2.imwrite(str(tmp_path / "tiny.png"), photo[:20, :20])
    (tmp_path / "notes.txt").write_text("not looked at")
    paths = find_images([tmp_path])
    assert [p.name for p in paths] == ["broken.jpg", "good.png", "tiny.png"]
    loaded = load_images(paths, 200)
    assert [p.name for p in loaded.paths] == ["good.png"]
    assert [image.shape for image in loaded.images] == [(200, 200, 3)]
    assert [file.path.name for file in loaded.rejected] == ["broken.jpg", "tiny.png"]
    assert str(loaded.rejected[1]).endswith("tiny.png: 20 x 20 px, at least 64 both ways needed")


def test_missing_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--styles: no such folder"):
        find_images([tmp_path / "nowhere"], "--styles")
    with pytest.raises(FileNotFoundError, match="no photograph"):
        find_images([tmp_path])
    (tmp_path / "broken.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match=r"none of the 1 .*broken\.jpg: an empty file"):
        load_images(find_images([tmp_path]), 480)


def test_names_are_those_within_the_first_folder_that_fits(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    paths = [a / "x.jpg", a / "deep" / "y.jpg", b / "z.jpg", a / "x.jpg"]
    wanted = [Path("x.jpg"), Path("deep/y.jpg"), Path("z.jpg"), Path("x.jpg")]
    assert relative_names(paths, [a, b]) == wanted
    assert relative_names([a / "x.jpg"], [tmp_path, a]) == [Path("a/x.jpg")]
    with pytest.raises(ValueError, match="the same name"):
        relative_names([a / "x.jpg", b / "x.jpg"], [a, b])


def test_the_split_does_not_change_when_photographs_are_added() -> None:
    paths = [Path(f"photo{i}.jpg") for i in range(400)]
    train, held_out = split(paths, 0.1)
    assert sorted(train + held_out) == sorted(paths)
    assert 15 < len(held_out) < 70
    assert set(split(paths[:200], 0.1)[1]) == set(held_out) & set(paths[:200])


def test_linked_folders_are_searched_once_and_loops_end(tmp_path: Path) -> None:
    inside, outside = tmp_path / "photos", tmp_path / "elsewhere"
    for folder in (inside / "own", outside / "deep"):
        folder.mkdir(parents=True)
        (folder / "x.jpg").touch()
    (inside / "a_link_to_own").symlink_to(inside / "own")
    (inside / "linked").symlink_to(outside)
    (inside / "again").symlink_to(outside / "deep")
    (outside / "back").symlink_to(inside)
    found = [str(path.relative_to(inside)) for path in find_images([inside])]
    assert found == ["again/x.jpg", "own/x.jpg"]
    (inside / "again").unlink()
    found = [str(path.relative_to(inside)) for path in find_images([inside])]
    assert found == ["linked/deep/x.jpg", "own/x.jpg"]


@pytest.mark.skipif(sys.platform != "linux", reason="file names there are Unicode")
def test_a_name_may_be_of_any_bytes(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).touch()
    paths = find_images([tmp_path])
    train, held_out = split(paths, 0.5)
    assert train + held_out == paths
    with pytest.raises(ValueError, match=r"none of the 1 .*caf\\udce9\.jpg: an empty file"):
        load_images(paths, 100)
    with pytest.raises(ValueError, match="none of the 1 styles"):
        Styles(paths, 100, 3).choose(Path(paths[0].name), 0)
