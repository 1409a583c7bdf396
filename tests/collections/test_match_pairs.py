"""`ssldescriptor match-pairs`: beside match() itself; what is kept, what is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.collections.conftest import Run

from ssldescriptor.collections.h5 import FeatureFile, MatchFile
from ssldescriptor.collections.match import chunks, scores_of
from ssldescriptor.matching import Matches, match


def test_every_pair_is_what_match_says(features: Path, matches: Path) -> None:
    with FeatureFile(features) as file, MatchFile(matches) as pairs:
        for names in pairs.index():
            rows = [file.load(name).descriptors for name in names]
            wanted = match(*rows, ratio=0.8)
            found = pairs.load(names)
            np.testing.assert_array_equal(found, np.stack([wanted.index0, wanted.index1], axis=1))


def test_verified_matches_agree_with_a_model(
    features: Path, matches: Path, tmp_path: Path, run: Run
) -> None:
    output = tmp_path / "verified.h5"
    arguments = "--select", "exhaustive", "--ratio", 0.8, "--verify", "fundamental"
    run("match-pairs", features, "-o", output, *arguments)
    with FeatureFile(features) as file, MatchFile(output) as pairs, MatchFile(matches) as raw:
        for names in pairs.index():
            rows = pairs.load(names)
            every = {tuple(row) for row in raw.load(names).tolist()}
            assert {tuple(row) for row in rows.tolist()} <= every
            if len(rows) < 8:
                continue
            points = [file.load(name).keypoints.xy[rows[:, k]] for k, name in enumerate(names)]
            matrix, _ = cv2.findFundamentalMat(*points, cv2.FM_LMEDS)
            assert np.median(epipolar_distance(matrix, *points)) < 1.5


def epipolar_distance(matrix: np.ndarray, points0: np.ndarray, points1: np.ndarray) -> np.ndarray:
    lines = np.column_stack([points0, np.ones(len(points0))]) @ matrix.T
    along = (np.column_stack([points1, np.ones(len(points1))]) * lines).sum(axis=1)
    return np.abs(along) / np.linalg.norm(lines[:, :2], axis=1)


def test_a_list_of_pairs_and_neighbours_in_a_sequence(
    features: Path, tmp_path: Path, run: Run
) -> None:
    output, list_ = tmp_path / "m.h5", tmp_path / "pairs.txt"
    list_.write_text("box/5.png box/0.png\n")
    arguments = "match-pairs", features, "-o", output, "--pairs", list_
    assert "1 pairs: 1 new" in run(*arguments)
    printed = run(*arguments, "--select", "sequence", "--window", 1)
    assert "6 pairs: 5 new, 1 kept" in printed
    again = tmp_path / "again.h5"
    run(*arguments[:2], "-o", again, *arguments[4:], "--select", "sequence", "--window", 1)
    assert again.read_bytes() == output.read_bytes()
    assert (tmp_path / "m.h5.pairs.txt").read_text().splitlines()[0] == "box/0.png box/1.png"


def test_only_pairs_of_changed_images_are_matched_again(
    box: Path, features: Path, matches: Path, run: Run
) -> None:
    image = cv2.imread(str(box / "box" / "3.png"))
    cv2.imwrite(str(box / "box" / "3.png"), image[:-2])
    assert "1 new, 5 kept" in run("extract", box, "-o", features, "--nfeatures", 600)
    arguments = "match-pairs", features, "-o", matches, "--select", "exhaustive", "--ratio", 0.8
    assert "15 pairs: 5 new, 10 kept" in run(*arguments)


def test_other_settings_or_features_do_not_replace_a_file(
    box: Path, features: Path, matches: Path, tmp_path: Path, run: Run
) -> None:
    arguments = "match-pairs", features, "-o", matches, "--select", "exhaustive"
    assert "other settings (ratio 0.8 -> 0.9)" in run(*arguments, "--ratio", 0.9, code=1)
    run("extract", box, "-o", features, "--nfeatures", 300, "--overwrite")
    assert "other settings (features" in run(*arguments, "--ratio", 0.8, code=1)
    assert "15 new" in run(*arguments, "--ratio", 0.8, "--overwrite")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--max-error", "0"], "max_error is 0"),
        (["--pairs", "nowhere.txt"], "nowhere.txt"),
        (["-o", "nowhere/m.h5"], "there is no folder"),
    ],
)
def test_wrong_arguments_are_refused(
    features: Path, tmp_path: Path, run: Run, arguments: list[str], reason: str
) -> None:
    assert reason in run("match-pairs", features, "-o", tmp_path / "m.h5", *arguments, code=1)
    assert not (tmp_path / "m.h5").exists()


def test_missing_or_foreign_features(matches: Path, tmp_path: Path, run: Run) -> None:
    output = tmp_path / "m2.h5"
    assert "there is no file" in run("match-pairs", tmp_path / "x.h5", "-o", output, code=1)
    assert "holds no features" in run("match-pairs", matches, "-o", output, code=1)


def test_one_image_makes_no_pair(box: Path, tmp_path: Path, run: Run) -> None:
    for i in range(1, 6):
        (box / "box" / f"{i}.png").unlink()
    run("extract", box, "-o", tmp_path / "f.h5")
    arguments = "match-pairs", tmp_path / "f.h5", "-o", tmp_path / "m.h5", "--select", "exhaustive"
    assert "no pair of the 1 images" in run(*arguments, code=1)


def test_chunks_have_one_first_image_and_are_small() -> None:
    wanted = {(a, f"{i}"): f"{a}{i}" for a in "ab" for i in range(70)}
    items = chunks(wanted)
    assert [pair for _, part in items for pair in part] == list(wanted)
    assert [len(part) for _, part in items] == [32, 32, 6] * 2
    assert all(len({first for first, _ in part}) == 1 for _, part in items)
    assert len({key for key, _ in items}) == len(items)


def test_scores_by_hand() -> None:
    index = np.arange(3, dtype=np.int32)

    def score(form: str, *distances: float) -> list[float]:
        return scores_of(Matches(index, index, np.array(distances, np.float32)), form).tolist()

    # Equal, orthogonal and opposite unit rows have cosines 1, 0 and -1.
    assert score("float", 0, 2**0.5, 2) == pytest.approx([1, 0.5, 0])
    assert score("sift", 0, 512 * 2**0.5, 1024) == pytest.approx([1, 0.5, 0])
    assert score("binary", 0, 64, 256) == pytest.approx([1, 0.75, 0])
