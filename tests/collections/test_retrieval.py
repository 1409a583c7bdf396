"""Look-alikes: the search beside numpy, and views of two places told apart."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data
from tests.collections.conftest import Run

from ssldescriptor.collections.engine import LocalEngine
from ssldescriptor.collections.h5 import FeatureFile
from ssldescriptor.collections.parts import Parts
from ssldescriptor.collections.retrieval import look_alikes, nearest_rows

pytest.importorskip("faiss")


def nearest_by_numpy(table: np.ndarray, count: int) -> np.ndarray:
    found = np.full((len(table), count), -1)
    for i, row in enumerate(table):
        others = [j for j in range(len(table)) if j != i and table[j].any()]
        others.sort(key=lambda j: -float(row @ table[j]))
        if row.any():
            found[i, : len(others[:count])] = others[:count]
    return found


@pytest.mark.parametrize("block", [1, 3, 7, 100])
@pytest.mark.parametrize("count", [1, 4, 30])
def test_blocks_find_what_a_sort_finds(block: int, count: int) -> None:
    rng = np.random.default_rng(0)
    # Small integers: products are exact, and many are equal.
    table = rng.integers(-2, 3, (20, 3)).astype(np.float32)
    table[[0, 5, 6, 7, 8, 19]] = 0
    wanted = nearest_by_numpy(table, count)
    found = nearest_rows(table, count, block)
    rows = np.arange(20)[:, None]
    np.testing.assert_array_equal(found < 0, wanted < 0)
    # Of equals FAISS may leave out any, so what counts is the products.
    products = table @ table.T
    np.testing.assert_array_equal(
        products[rows, found][found >= 0], products[rows, wanted][wanted >= 0]
    )
    assert not (found == rows).any()
    for row in found:
        assert len(set(row[row >= 0])) == (row >= 0).sum()


@pytest.fixture
def places(tmp_path: Path, run: Run) -> Path:
    """Features of four parts each of two photographs, and of nothing."""
    for name in ("coffee", "rocket"):
        (tmp_path / "places" / name).mkdir(parents=True)
        image = np.ascontiguousarray(getattr(data, name)()[..., ::-1])
        for i in range(4):
            part = image[10 * i : 10 * i + 240, 15 * i + 60 : 15 * i + 420]
            cv2.imwrite(str(tmp_path / "places" / name / f"{i}.png"), part)
    cv2.imwrite(str(tmp_path / "places" / "sky.png"), np.full((50, 60), 255, np.uint8))
    run("extract", tmp_path / "places", "-o", tmp_path / "places.h5", "--nfeatures", 400)
    return tmp_path / "places.h5"


def test_views_of_one_place_look_alike(places: Path, tmp_path: Path) -> None:
    with FeatureFile(places) as file:
        keys = file.index()
    parts, engine = Parts(tmp_path / "parts"), LocalEngine(1)
    near = look_alikes(places, keys, engine, parts, neighbours=3, num_words=16)
    names = list(keys)
    for i, row in enumerate(near):
        folder = names[i].split("/")[0]
        wanted = (
            {-1}
            if folder == "sky.png"
            else {j for j in range(len(names)) if names[j].startswith(f"{folder}/") and j != i}
        )
        assert set(row.tolist()) == wanted


def test_pairs_of_look_alikes_are_matched(places: Path, tmp_path: Path, run: Run) -> None:
    output = tmp_path / "m.h5"
    arguments = "match-pairs", places, "-o", output, "--words", 16
    assert "12 pairs: 12 new" in run(*arguments, "--neighbours", 3)
    lines = (tmp_path / "m.h5.pairs.txt").read_text().splitlines()
    assert len(lines) == 12
    assert all(a.split("/")[0] == b.split("/")[0] for a, b in map(str.split, lines))
    printed = run(*arguments, "--neighbours", 3, "--select", "retrieval", "exhaustive")
    assert "36 pairs: 24 new, 12 kept" in printed
    assert "12 pairs: 0 new, 12 kept, 24 gone" in run(*arguments, "--neighbours", 3)


def test_too_few_features_for_the_words(places: Path, tmp_path: Path, run: Run) -> None:
    arguments = "match-pairs", places, "-o", tmp_path / "m.h5", "--words", 99999
    assert "cannot make 99999 words" in run(*arguments, code=1)


def test_without_faiss_there_is_an_error(
    places: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    printed = run("match-pairs", places, "-o", tmp_path / "m.h5", code=1)
    assert "pip install 'ssldescriptor[collections]'" in printed
