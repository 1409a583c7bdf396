"""`ssldescriptor evaluate localization` on views of a box, and on made-up Aachen and InLoc."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.evaluation.box import (
    BOX_INTRINSICS,
    BOX_SIZE,
    box_pose,
    render_box,
    write_box,
)

from ssldescriptor.cli.main import main
from ssldescriptor.evaluation.localizing import pose_errors
from ssldescriptor.evaluation.mapping import MapImage, pinhole, triangulate
from ssldescriptor.evaluation.poses import Pose
from ssldescriptor.evaluation.runs.localization import LocalizationConfig
from ssldescriptor.evaluation.tasks.localization import location_scores

pytest.importorskip("pycolmap")
FAR = np.array([1000.0, 0, 0])


def run(data: Path, output: Path, *arguments: object) -> dict[str, Any]:
    settings = ["--data", data, "-o", output, "--methods", "sift", "--num-threads", 1]
    assert main(["evaluate", "localization", *map(str, [*settings, *arguments])]) == 0
    return json.loads((output / "results.json").read_text())


def test_the_box_is_mapped_and_its_views_are_located(
    tmp_path: Path, photograph: np.ndarray
) -> None:
    folder = write_box(tmp_path / "data" / "box", photograph, 6)
    (folder / "9.KRt.txt").write_text("1 2 3")
    scores = run(folder.parent, tmp_path / "out")["scores"]["sift"]["box"]
    assert (scores["located"], scores["num_queries"]) == (1, 3)
    assert scores["position"] < 0.1
    assert scores["rotation_deg"] < 1
    assert scores["map"]["num_images"] == 3
    assert scores["map"]["num_points"] > 15
    assert scores["sfm"]["num_images"] >= 3
    again = run(folder.parent, tmp_path / "out")
    assert again["scores"]["sift"]["box"] == scores
    assert [failure["item"] for failure in again["failures"]] == ["box/9"]
    assert "structure from motion" in (tmp_path / "out" / "report.html").read_text()


def test_a_method_without_features_locates_nothing(tmp_path: Path, photograph: np.ndarray) -> None:
    folder = write_box(tmp_path / "data" / "box", photograph, 3)
    (tmp_path / "mine.py").write_text("def nothing(image, num_keypoints):\n    return None, None\n")
    spec = f"{tmp_path / 'mine.py'}:nothing"
    results = run(folder.parent, tmp_path / "out", "--methods", spec, "sift")
    scores = results["scores"][spec]["box"]
    assert (scores["located"], scores["position"], scores["map"]["num_points"]) == (0, None, 0)
    assert scores["sfm"]["num_images"] == 0
    assert results["scores"]["sift"]["box"]["map"]["num_images"] == 2
    assert results["summary"] == "3 images without features"


def test_scenes_that_are_too_small_are_counted(
    tmp_path: Path, photograph: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    write_box(tmp_path / "data" / "box", photograph, 2)
    arguments = ["--data", tmp_path / "data", "-o", tmp_path / "out", "--methods", "orb"]
    assert main(["evaluate", "localization", *map(str, arguments)]) == 1
    assert "1 pairs left out" in capsys.readouterr().err


def test_scores_by_hand() -> None:
    rows = [
        {"position": 0.2, "rotation_deg": 1.5},
        {"position": 0.04, "rotation_deg": 3.0},
        {"position": None, "rotation_deg": None},
    ]
    scores = location_scores(rows)
    assert scores["located"] == pytest.approx(2 / 3)
    assert (scores["position"], scores["rotation_deg"]) == (0.2, 3.0)
    shares = [scores[f"within_{i}"] for i in range(4)]
    assert shares == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    assert location_scores(rows[2:])["position"] is None


def write_aachen(root: Path, photograph: np.ndarray) -> dict[str, Pose]:
    """Write a copy of Aachen's layout: views 0, 2 and 4 are the map, 1 and 3 are queries."""
    images = root / "images_upright"
    for i in range(5):
        name = f"query/night/{i}.jpg" if i % 2 else f"db/{i}.jpg"
        (images / name).parent.mkdir(parents=True, exist_ok=True)
        image, _ = render_box(photograph, *box_pose(i))
        cv2.imwrite(str(images / name), image, [cv2.IMWRITE_JPEG_QUALITY, 98])
    # The reference model's own points only tell which photographs see the same.
    world = np.random.default_rng(0).uniform([-1, -1, 4], [1, 1, 7], (50, 3))
    entries = []
    for i in (0, 2, 4):
        pose = Pose(*box_pose(i))
        pixels = (world @ pose.rotation.T + pose.translation) @ BOX_INTRINSICS.T
        points = pixels[:, :2] / pixels[:, 2:] + 0.5
        entries.append(MapImage(f"db/{i}.jpg", pinhole(BOX_INTRINSICS, *BOX_SIZE), points, pose))
    rows = np.repeat(np.arange(50)[:, None], 2, axis=1)
    model = triangulate(entries, {(0, 1): rows, (0, 2): rows, (1, 2): rows})
    (root / "3D-models" / "aachen_v_1_1").mkdir(parents=True)
    model.write(str(root / "3D-models" / "aachen_v_1_1"))
    camera = "PINHOLE 260 180 260 260 130 90"
    (root / "queries").mkdir()
    text = "".join(f"query/night/{i}.jpg {camera}\n" for i in (1, 3))
    (root / "queries" / "night_time_queries_with_intrinsics.txt").write_text(text)
    pairs = "".join(f"query/night/{i}.jpg db/{j}.jpg\n" for i in (1, 3) for j in (0, 2, 4))
    (root / "pairs.txt").write_text(pairs)
    return {f"{i}.jpg": Pose(*box_pose(i)) for i in (1, 3)}


def check_submission(output: Path, truth: dict[str, Pose]) -> None:
    """The file's poses are those of the truth, in visuallocalization.net's order."""
    (path,) = output.glob("submission-*.txt")
    lines = [line.split() for line in path.read_text().splitlines()]
    assert [line[0] for line in lines] == sorted(truth)
    for name, *words in lines:
        w, x, y, z, *shift = (float(word) for word in words)
        angle = 2 * np.arctan2(np.linalg.norm([x, y, z]), w)
        axis = np.array([x, y, z]) / max(np.linalg.norm([x, y, z]), 1e-12)
        pose = Pose(cv2.Rodrigues(angle * axis)[0], np.array(shift))
        distance, angle_deg = pose_errors(pose, truth[name])
        assert distance < 0.15
        assert angle_deg < 1.5


def test_aachen_gives_a_submission(tmp_path: Path, photograph: np.ndarray) -> None:
    root, output = tmp_path / "aachen", tmp_path / "out"
    truth = write_aachen(root, photograph)
    with (root / "pairs.txt").open("a") as file:
        file.write("query/night/1.jpg db/nowhere.jpg\n")
    with (root / "queries" / "day_time_queries_with_intrinsics.txt").open("w") as file:
        file.write("# name model width height params\nquery/day/9.jpg PINHOLE 260\n")
    results = run(root, output, "--pairs", root / "pairs.txt")
    check_submission(output, truth)
    assert results["scores"]["sift"]["located"] == 2
    items = [failure["item"] for failure in results["failures"]]
    assert items == ["day_time_queries_with_intrinsics.txt, line 2", "pairs.txt, line 7"]
    (made,) = (output / "maps").iterdir()
    before = (made / "points3D.bin").stat().st_mtime_ns
    again = run(root, output, "--pairs", root / "pairs.txt")
    assert again["scores"] == results["scores"]
    assert (made / "points3D.bin").stat().st_mtime_ns == before


def test_what_aachen_lacks_is_named(
    tmp_path: Path, photograph: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "aachen" / "images_upright").mkdir(parents=True)
    arguments = ["--data", tmp_path / "aachen", "-o", tmp_path / "out", "--methods", "orb"]
    command = ["evaluate", "localization", *map(str, arguments)]
    assert main([*command, "--pairs", "x"]) == 1
    error = capsys.readouterr().err
    assert "no 3D-models/aachen_v_1_1, no queries/*_time_queries_with_intrinsics.txt" in error
    write_aachen(tmp_path / "whole", photograph)
    command[3] = str(tmp_path / "whole")
    assert main(command) == 1
    assert "pairs-from-retrieval" in capsys.readouterr().err


def write_inloc(root: Path, photograph: np.ndarray) -> dict[str, Pose]:
    """Write a copy of InLoc's layout: view 1 is the query, 0 and 2 are cutouts of one scan."""
    savemat = pytest.importorskip("scipy.io").savemat
    cutouts = root / "database" / "cutouts" / "DUC1" / "024"
    transforms = root / "database" / "alignments" / "DUC1" / "transformations"
    for folder in (cutouts, transforms, root / "query" / "iphone7"):
        folder.mkdir(parents=True)
    for i in (0, 2):
        image, places = render_box(photograph, *box_pose(i))
        cv2.imwrite(str(cutouts / f"DUC_cutout_024_{i}_0.jpg"), image)
        savemat(cutouts / f"DUC_cutout_024_{i}_0.jpg.mat", {"XYZcut": places - FAR})
    matrix = np.eye(4)
    matrix[:3, 3] = FAR
    text = "\n".join(["before"] * 7 + [" ".join(map(str, row)) for row in matrix])
    (transforms / "DUC_trans_024.txt").write_text(text)
    # The phone's focal length is 28 / 36 of its width; the box is seen with 260 / 260 of it.
    wide = cv2.copyMakeBorder(render_box(photograph, *box_pose(1))[0], 0, 0, 37, 37, 0)
    cv2.imwrite(str(root / "query" / "iphone7" / "IMG_1.JPG"), wide)
    names = [f"database/cutouts/DUC1/024/DUC_cutout_024_{i}_0.jpg" for i in (0, 2)]
    (root / "pairs.txt").write_text("".join(f"query/iphone7/IMG_1.JPG {n}\n" for n in names))
    return {"IMG_1.JPG": Pose(*box_pose(1))}


def test_inloc_gives_a_submission(tmp_path: Path, photograph: np.ndarray) -> None:
    root, output = tmp_path / "inloc", tmp_path / "out"
    truth = write_inloc(root, photograph)
    with (root / "pairs.txt").open("a") as file:
        file.write("query/iphone7/IMG_1.JPG database/cutouts/DUC1/024/DUC_cutout_024_9_9.jpg\n")
        file.write("query/iphone7/IMG_2.JPG database/cutouts/DUC1/024/DUC_cutout_024_0_0.jpg\n")
    results = run(root, output, "--pairs", root / "pairs.txt")
    check_submission(output, truth)
    items = [failure["item"].split("/")[-1] for failure in results["failures"]]
    assert items == ["DUC_cutout_024_9_9.jpg.mat", "IMG_2.JPG"]


def test_inloc_with_a_cutout_without_matches_and_scans_that_come_later(
    tmp_path: Path, photograph: np.ndarray
) -> None:
    root, output = tmp_path / "inloc", tmp_path / "out"
    truth = write_inloc(root, photograph)
    scan = root / "database" / "cutouts" / "DUC1" / "024" / "DUC_cutout_024_2_0.jpg"
    cv2.imwrite(str(scan), np.full_like(cv2.imread(str(scan)), 90))
    transform = root / "database" / "alignments" / "DUC1" / "transformations" / "DUC_trans_024.txt"
    aside = transform.rename(tmp_path / transform.name)
    arguments = ["localization", "--data", root, "-o", output, "--pairs", root / "pairs.txt"]
    assert main(["evaluate", *map(str, arguments), "--methods", "sift"]) == 1  # nothing is located
    aside.rename(transform)
    run(root, output, "--pairs", root / "pairs.txt")
    check_submission(output, truth)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"map_every": 1}, "map_every=1"),
        ({"ratio": 0}, "ratio=0"),
        ({"max_error": 0}, "max_error=0"),
        ({"num_covisible": 0}, "num_covisible=0"),
    ],
)
def test_settings_are_checked(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        LocalizationConfig(data="a", output="b", **settings)
