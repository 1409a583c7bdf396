"""Reading scenes of both layouts, and naming what is wrong with them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ssldescriptor.evaluation.datasets.cameras import Scene, read_scenes, scene_pairs
from ssldescriptor.evaluation.failures import Failures

IMAGE = np.zeros((20, 30, 3), np.uint8)
KRT = "500 0 15\n0 510 10\n0 0 1\n1 0 0\n0 1 0\n0 0 1\n{x} 0 0\n"
ALL = {"gaps": (1, 2), "max_angle_deg": 90}


def write_strecha(folder: Path, count: int = 3) -> Path:
    folder.mkdir(parents=True)
    for i in range(count):
        cv2.imwrite(str(folder / f"{i:04}.png"), IMAGE)
        (folder / f"{i:04}.KRt.txt").write_text(KRT.format(x=-i))
    return folder


def write_kitti(folder: Path, count: int = 4) -> Path:
    (folder / "image_0").mkdir(parents=True)
    (folder / "calib.txt").write_text("P0: 700 0 15 0 0 701 10 0 0 0 1 0\nP1: 1\n")
    lines = [f"1 0 0 {i} 0 1 0 0 0 0 1 {2 * i}" for i in range(count)]
    (folder / "poses.txt").write_text("\n".join(lines))
    for i in range(count):
        cv2.imwrite(str(folder / "image_0" / f"{i:06}.png"), IMAGE)
    return folder


def read(root: Path) -> tuple[list[Scene], list[str]]:
    failures = Failures()
    scenes = read_scenes(root, failures)
    return scenes, [f"{failure.item}: {failure.reason}" for failure in failures.entries]


def test_strecha(tmp_path: Path) -> None:
    write_strecha(tmp_path / "data" / "castle")
    (scene,), failures = read(tmp_path / "data")
    assert failures == []
    assert (scene.name, len(scene.views), scene.is_video) == ("castle", 3, False)
    view = scene.views[2]
    assert view.image.name == "castle/0002"
    assert view.intrinsics.tolist() == [[500, 0, 15], [0, 510, 10], [0, 0, 1]]
    # x = K (R X + t), so the camera stands at -R^T t.
    np.testing.assert_allclose(view.pose.centre(), [2, 0, 0])
    pairs = scene_pairs(scene, Failures(), **ALL)
    assert [pair.name for pair in pairs] == [
        "castle/0000 - 0001",
        "castle/0000 - 0002",
        "castle/0001 - 0002",
    ]
    np.testing.assert_allclose(pairs[1].pose.translation, [-2, 0, 0])


def test_kitti(tmp_path: Path) -> None:
    write_kitti(tmp_path / "00")
    (scene,), failures = read(tmp_path / "00")
    assert failures == []
    assert (len(scene.views), scene.is_video) == (4, True)
    assert scene.views[0].intrinsics.tolist() == [[700, 0, 15], [0, 701, 10], [0, 0, 1]]
    # The file holds the way from the camera to the world.
    np.testing.assert_allclose(scene.views[3].pose.centre(), [3, 0, 6])
    pairs = scene_pairs(scene, Failures(), gaps=(1, 3), max_angle_deg=90)
    assert [pair.source for pair in pairs] == ["00, 1 apart", "00, 3 apart", *["00, 1 apart"] * 2]


def test_gaps_are_frames_though_some_are_missing(tmp_path: Path) -> None:
    write_kitti(tmp_path / "00")
    (removed,) = (tmp_path / "00" / "image_0").glob("000001.*")
    removed.unlink()
    (scene,), _ = read(tmp_path / "00")
    pairs = scene_pairs(scene, Failures(), gaps=(1, 3), max_angle_deg=90)
    assert [pair.source for pair in pairs] == ["00, 3 apart", "00, 1 apart"]


def test_a_folder_without_scenes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"KRt\.txt"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "21 finite numbers"),
        (KRT.format(x="left"), "21 finite numbers"),
        (KRT.format(x="inf"), "21 finite numbers"),
        (KRT.format(x=0).replace("500", "-5"), "focal lengths"),
        (KRT.format(x=0).replace("1 0 0\n", "1 1 0\n"), "no rotation"),
        (KRT.format(x=0).replace("1 0 0\n", "-1 0 0\n"), "no rotation"),
    ],
)
def test_cameras_that_do_not_parse_are_named(tmp_path: Path, text: str, reason: str) -> None:
    folder = write_strecha(tmp_path / "castle")
    (folder / "0001.KRt.txt").write_text(text)
    (scene,), (failure,) = read(tmp_path)
    assert len(scene.views) == 2
    assert failure.startswith("castle/0001: ValueError")
    assert reason in failure


def test_missing_files_are_named(tmp_path: Path) -> None:
    (write_strecha(tmp_path / "castle") / "0001.png").unlink()
    folder = write_kitti(tmp_path / "road")
    (folder / "image_0" / "000002.png").unlink()
    (folder / "poses.txt").write_text((folder / "poses.txt").read_text() + "\n1 0 0")
    scenes, failures = read(tmp_path)
    assert [len(scene.views) for scene in scenes] == [2, 3]
    assert "no image 0001.*" in failures[0]
    assert "no image 000002.*" in failures[1]
    assert "poses.txt, line 5" in failures[2]


@pytest.mark.parametrize("content", [None, "", "P0: 1 2 3"])
def test_a_video_without_calibration_is_named(tmp_path: Path, content: str | None) -> None:
    folder = write_kitti(tmp_path / "road")
    (folder / "calib.txt").unlink()
    if content is not None:
        (folder / "calib.txt").write_text(content)
    (scene,), (failure,) = read(tmp_path)
    assert scene.views == ()
    assert "calib.txt" in failure


def test_cameras_that_look_apart_are_left_out(tmp_path: Path) -> None:
    folder = write_strecha(tmp_path / "castle")
    turned = KRT.format(x=0).replace("1 0 0\n0 1 0\n0 0 1\n0", "0 0 -1\n0 1 0\n1 0 0\n0")
    (folder / "0001.KRt.txt").write_text(turned)
    (scene,), _ = read(tmp_path)
    failures = Failures()
    pairs = scene_pairs(scene, failures, gaps=(), max_angle_deg=80)
    assert [pair.name for pair in pairs] == ["castle/0000 - 0002"]
    reason = failures.entries[0].reason
    assert reason == "no overlap: the cameras look 90 degrees apart"
