"""numpy's files hold what the HDF5 files hold."""

from pathlib import Path

import numpy as np
from tests.collections.conftest import NUM_VIEWS, Run

from ssldescriptor.collections.h5 import FEATURES, FeatureFile, MatchFile


def test_features_and_matches(features: Path, matches: Path, tmp_path: Path, run: Run) -> None:
    output = tmp_path / "numpy"
    run("convert", features, matches, "--to", "numpy", "-o", output)
    assert sorted(path.name for path in (output / "features" / "box").iterdir()) == [
        f"{i}.png.npz" for i in range(NUM_VIEWS)
    ]
    with (
        FeatureFile(features) as file,
        np.load(output / "features" / "box" / "0.png.npz") as found,
    ):
        assert set(found.files) == set(FEATURES)
        for field, wanted in file.arrays("box/0.png").items():
            np.testing.assert_array_equal(found[field], wanted)
        assert found["descriptors"].shape[0] == len(found["keypoints"])
    with MatchFile(matches) as file, np.load(output / "matches" / "box" / "0.png.npz") as found:
        assert found.files == [f"box/{i}.png" for i in range(1, NUM_VIEWS)]
        for name in found.files:
            np.testing.assert_array_equal(found[name], file.load(("box/0.png", name)))


def test_matches_of_before_do_not_stay(
    features: Path, matches: Path, tmp_path: Path, run: Run
) -> None:
    output, pairs = tmp_path / "numpy", tmp_path / "pairs.txt"
    run("convert", features, matches, "--to", "numpy", "-o", output)
    pairs.write_text("box/0.png box/2.png\n")
    run("match-pairs", features, "-o", matches, "--pairs", pairs, "--overwrite")
    run("convert", features, matches, "--to", "numpy", "-o", output)
    found = {}
    for path in (output / "matches" / "box").iterdir():
        with np.load(path) as table:
            found[path.name] = table.files
    expected = {f"{i}.png.npz": [] for i in range(NUM_VIEWS)}
    assert found == expected | {"0.png.npz": ["box/2.png"]}


def test_features_alone(features: Path, tmp_path: Path, run: Run) -> None:
    run("convert", features, "--to", "numpy", "-o", tmp_path / "numpy")
    assert [path.name for path in (tmp_path / "numpy").iterdir()] == ["features"]
