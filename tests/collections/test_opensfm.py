"""OpenSfM's files, read back by its own formulas (opensfm/features.py, opensfm/dataset.py)."""

import gzip
import pickle
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.collections.conftest import NUM_VIEWS, Run

from ssldescriptor.collections.h5 import FeatureFile, MatchFile
from ssldescriptor.collections.opensfm import base_names


@pytest.fixture
def project(features: Path, matches: Path, box: Path, tmp_path: Path, run: Run) -> Path:
    output = tmp_path / "project"
    run("convert", features, matches, "--to", "opensfm", "-o", output, "--images", box)
    return output


def test_features(project: Path, features: Path, box: Path) -> None:
    with FeatureFile(features) as file:
        for i in range(NUM_VIEWS):
            wanted = file.load(f"box/{i}.png")
            with np.load(project / "features" / f"{i}.png.features.npz") as found:
                assert found["OPENSFM_FEATURES_VERSION"] == 1
                points, colours = found["points"], found["colors"]
                np.testing.assert_array_equal(found["descriptors"], wanted.descriptors)
            # denormalized_image_coordinates
            places = points[:, :2] * 260 - 0.5 + np.array([260, 180]) / 2
            np.testing.assert_allclose(places, wanted.keypoints.xy, atol=1e-3)
            np.testing.assert_allclose(points[:, 2] * 260, wanted.keypoints.size, rtol=1e-5)
            np.testing.assert_array_equal(points[:, 3], wanted.keypoints.angle)
            image = cv2.imread(str(box / "box" / f"{i}.png"))
            column, row = np.rint(wanted.keypoints.xy[7]).astype(int)
            np.testing.assert_array_equal(colours[7], image[row, column, ::-1])


def test_matches_are_verified(project: Path, matches: Path) -> None:
    count = total = 0
    with MatchFile(matches) as file:
        for i in range(NUM_VIEWS):
            with gzip.open(project / "matches" / f"{i}.png_matches.pkl.gz", "rb") as stream:
                table = pickle.load(stream)
            assert list(table) == [f"{j}.png" for j in range(i + 1, NUM_VIEWS)]
            for name, rows in table.items():
                raw = file.load((f"box/{i}.png", f"box/{name}"))
                assert {tuple(row) for row in rows.tolist()} <= {tuple(r) for r in raw.tolist()}
                count, total = count + len(rows), total + len(raw)
    assert 0.3 * total < count < total


def test_verified_matches_are_taken_as_they_are(
    features: Path, box: Path, tmp_path: Path, run: Run
) -> None:
    output, project = tmp_path / "verified.h5", tmp_path / "project"
    arguments = "--select", "exhaustive", "--verify", "homography"
    run("match-pairs", features, "-o", output, *arguments)
    run("convert", features, output, "--to", "opensfm", "-o", project, "--images", box)
    with MatchFile(output) as file:
        rows = file.load(("box/0.png", "box/1.png"))
    with gzip.open(project / "matches" / "0.png_matches.pkl.gz", "rb") as stream:
        np.testing.assert_array_equal(pickle.load(stream)["1.png"], rows)


def test_tables_of_before_do_not_stay(
    project: Path, features: Path, matches: Path, box: Path, tmp_path: Path, run: Run
) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("box/0.png box/2.png\n")
    run("match-pairs", features, "-o", matches, "--pairs", pairs, "--overwrite")
    run("convert", features, matches, "--to", "opensfm", "-o", project, "--images", box)
    tables = {}
    for path in (project / "matches").iterdir():
        content = gzip.decompress(path.read_bytes())
        assert b"numpy._core" not in content  # which numpy 1 does not have
        tables[path.name] = list(pickle.loads(content))
    expected = {f"{i}.png_matches.pkl.gz": [] for i in range(NUM_VIEWS)}
    assert tables == expected | {"0.png_matches.pkl.gz": ["2.png"]}


def test_equal_names_in_two_folders_are_refused() -> None:
    assert base_names(["a/1.png", "b/2.png"]) == {"a/1.png": "1.png", "b/2.png": "2.png"}
    with pytest.raises(ValueError, match=r"a/1\.png and b/1\.png are one"):
        base_names(["a/1.png", "b/1.png"])


def test_images_that_have_changed_are_refused(
    features: Path, matches: Path, box: Path, tmp_path: Path, run: Run
) -> None:
    shutil.copytree(box, tmp_path / "other")
    cv2.imwrite(str(tmp_path / "other" / "box" / "0.png"), np.zeros((10, 20), np.uint8))
    arguments = "--to", "opensfm", "-o", tmp_path / "p", "--images", tmp_path / "other"
    printed = run("convert", features, matches, *arguments, code=1)
    assert "made from an image of 260 x 180 pixels, this one has 20 x 10" in printed
