"""Reading place sets and the revisited sets, and naming what is wrong with them."""

import pickle
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor.evaluation.datasets.places import list_images, read_places
from ssldescriptor.evaluation.datasets.revisited import read_revisited
from ssldescriptor.evaluation.failures import Failures

IMAGE = np.zeros((20, 30, 3), np.uint8)


def write(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        cv2.imwrite(str(folder / name), IMAGE)


def test_numbers_that_are_near_are_one_place(tmp_path: Path) -> None:
    write(tmp_path / "day", "0000.png", "0002.png", "0004.png")
    write(tmp_path / "night", "0002.png", "0006.png")
    places = read_places(tmp_path, Failures())
    assert [image.name for image in places.database] == [f"day/000{i}.png" for i in (0, 2, 4)]
    assert places.relevant == [{0, 1, 2}, {2}]
    assert read_places(tmp_path, Failures(), tolerance=0).relevant == [{1}]
    swapped = read_places(tmp_path, Failures(), database="night", queries="day")
    assert len(swapped.queries) == 3


def test_a_query_without_an_answer_is_named(tmp_path: Path) -> None:
    write(tmp_path / "day", "0000.png", "none.png")
    write(tmp_path / "night", "0001.png", "0009.png")
    failures = Failures()
    places = read_places(tmp_path, failures)
    assert [image.name for image in places.queries] == ["night/0001.png"]
    items = {failure.item: failure.reason for failure in failures.entries}
    assert "no number" in items["day/none.png"]
    assert "no image of this place" in items["night/0009.png"]


def test_positions_within_25_metres_are_one_place(tmp_path: Path) -> None:
    write(tmp_path / "database", "@100.0@200@a.png", "@125@200@b.png", "@150@230@c.png")
    write(tmp_path / "queries", "@100@225@q.png", "@nowhere.png")
    failures = Failures()
    places = read_places(tmp_path, failures)
    assert places.relevant == [{0}]
    assert [failure.item for failure in failures.entries] == ["queries/@nowhere.png"]


def test_missing_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="a folder of queries"):
        read_places(tmp_path, Failures())
    write(tmp_path / "day", "0000.png")
    (tmp_path / "night").mkdir()
    with pytest.raises(FileNotFoundError, match=r"no images in .*night"):
        read_places(tmp_path, Failures())
    with pytest.raises(FileNotFoundError, match="dusk"):
        read_places(tmp_path, Failures(), database="day", queries="dusk")


def test_images_are_listed_by_name_and_nothing_else_is(tmp_path: Path) -> None:
    write(tmp_path, "b.png", "a.jpg")
    write(tmp_path / "sub", "c.png")
    (tmp_path / "LIST.csv").touch()
    (tmp_path / "README").touch()
    names = [image.path.relative_to(tmp_path).as_posix() for image in list_images(tmp_path)]
    assert names == ["a.jpg", "b.png", "sub/c.png"]


def ground_truth() -> dict[str, Any]:
    answers = {"easy": np.array([0]), "hard": np.array([1]), "junk": np.array([], np.int64)}
    box = [np.float64(2.4), 3, 12, 15]
    return {"imlist": ["a", "b"], "qimlist": ["a"], "gnd": [{"bbx": box, **answers}]}


def test_revisited(tmp_path: Path) -> None:
    write(tmp_path / "jpg", "a.jpg")
    (tmp_path / "gnd_roxford5k.pkl").write_bytes(pickle.dumps(ground_truth()))
    failures = Failures()
    found = read_revisited(tmp_path, failures)
    assert found.truth == [{"easy": {0}, "hard": {1}, "junk": set()}]
    assert [image.name for image in found.database] == ["jpg/a", "jpg/b"]
    prepared = found.queries[0].read()
    assert prepared.image.shape == (12, 10, 3)
    assert prepared.matrix.tolist() == [[1, 0, -2], [0, 1, -3], [0, 0, 1]]
    assert found.queries[0].key() != found.database[0].key()
    assert [failure.item for failure in failures.entries] == ["jpg/b.jpg"]


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (eval, ("1 + 1",))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "EOFError"),
        (pickle.dumps({"imlist": []}), "KeyError"),
        (pickle.dumps(Evil()), "builtins.eval has no place"),
        (pickle.dumps({**ground_truth(), "qimlist": []}), "0 queries and 1 answers"),
    ],
)
def test_what_is_no_ground_truth_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "gnd_rparis6k.pkl").write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        read_revisited(tmp_path, Failures())
