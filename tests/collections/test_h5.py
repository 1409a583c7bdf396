"""The files' layout: as hloc reads it, here by code that knows nothing of the package."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from ssldescriptor.collections.h5 import (
    FeatureFile,
    MatchFile,
    pair_group,
    write_features,
    write_matches,
)
from ssldescriptor.matching import match


def test_hloc_finds_the_features(features: Path) -> None:
    names = set()
    with h5py.File(features, "r") as file:
        # hloc lists the parents of all data sets.
        file.visititems(
            lambda _, item: (
                names.add(item.parent.name.strip("/")) if isinstance(item, h5py.Dataset) else None
            )
        )
        assert names == {f"box/{i}.png" for i in range(6)}
        group = file["box/0.png"]
        count = len(group["keypoints"])
        assert count > 200
        assert group["keypoints"].shape == (count, 2)
        assert group["descriptors"].shape[1] == count  # (D, N)
        assert group["scores"].shape == (count,)
        assert group["image_size"][()].tolist() == [260, 180]
        assert group["keypoints"].attrs["uncertainty"] == 1
        norms = np.linalg.norm(group["descriptors"][()], axis=0)
    np.testing.assert_allclose(norms, 1, atol=1e-5)


def test_hloc_finds_the_matches(features: Path, matches: Path) -> None:
    with h5py.File(features, "r") as file:
        rows = [file[f"box/{i}.png"]["descriptors"][()].T for i in (0, 1)]
    wanted = match(*rows, ratio=0.8)
    with h5py.File(matches, "r") as file:
        group = file["box-0.png/box-1.png"]
        matches0, scores = group["matches0"][()], group["matching_scores0"][()]
    assert matches0.shape == scores.shape == (len(rows[0]),)
    index = np.flatnonzero(matches0 != -1)
    np.testing.assert_array_equal(index, wanted.index0)
    np.testing.assert_array_equal(matches0[index], wanted.index1)
    # hloc's score of nearest neighbours: (1 + cosine) / 2
    cosine = (rows[0][index] * rows[1][matches0[index]]).sum(axis=1)
    np.testing.assert_allclose(scores[index], (1 + cosine) / 2, atol=1e-5)
    assert (scores[matches0 == -1] == 0).all()


def test_what_was_written_comes_back(features: Path, matches: Path) -> None:
    with MatchFile(matches) as file, FeatureFile(features) as first:
        assert len(file.index()) == 15
        assert file.facts["features"] == first.facts
        rows = file.load(("box/0.png", "box/1.png"))
        matches0 = file.arrays(("box/0.png", "box/1.png"))["matches0"]
    np.testing.assert_array_equal(matches0[rows[:, 0]], rows[:, 1])
    assert len(rows) == (matches0 >= 0).sum() > 50


def test_a_folder_may_be_called_as_a_field(features: Path, tmp_path: Path) -> None:
    names = ["scene/keypoints/a.png", "scene/matches0/b.png"]
    with FeatureFile(features) as file:
        arrays = file.arrays("box/0.png")
    write_features(tmp_path / "f.h5", {"content": "features"}, [(n, "k", arrays) for n in names])
    with FeatureFile(tmp_path / "f.h5") as file:
        assert list(file.index()) == names


def test_names_that_hloc_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    arrays = {"matches0": np.zeros(1, np.int32), "matching_scores0": np.ones(1, np.float32)}
    pairs = [("a-b.png", "c.png"), ("a/b.png", "c.png")]
    assert pair_group(*pairs[0]) == pair_group(*pairs[1])
    with pytest.raises(ValueError, match="rename a folder"):
        write_matches(tmp_path / "m.h5", {}, [(pair, "", arrays) for pair in pairs])
