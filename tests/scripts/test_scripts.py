"""Scripts in the manner of OpenCV's samples, with SIFT, ORB and us: figures, not exit codes."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import cv2
import pytest

from ssldescriptor import patch_cv2

FOLDER = Path(__file__).parent

# Script, figure, how many of SIFT's (for binary rows ORB's) ours must reach, and the least of all
# features. Measured on OpenCV 4.14 and 5.0; SIFT's and ORB's own figures are the check of the test.
AT_LEAST = [
    ("find_obj", "bf inliers", 1.0, 30),
    ("find_obj", "flann inliers", 1.0, 30),
    ("feature_homography", "inliers", 0.9, 150),
    ("feature_homography", "inlier ratio", 0.85, 0.75),
    ("flann_matcher", "right", 0.9, 100),
    ("flann_matcher", "precision", 0.9, 0.7),
    ("brute_force_matcher", "right", 0.8, 180),
    ("brute_force_matcher", "precision", 0.85, 0.55),
    ("brute_force_matcher", "precision of 50", 0.85, 0.8),
    ("plane_tracker", "tracked", 0.7, 2),
    ("plane_tracker", "inliers", 1.0, 10),
    ("stitching_detailed", "inliers", 0.6, 150),
    ("visual_odometry", "inliers", 0.7, 250),
    ("two_view_sfm", "inliers", 0.7, 150),
    ("asift", "affine", 0.4, 30),
    ("bag_of_words", "accuracy", 0.8, 0.7),
    ("lk_track", "tracks", 0.5, 150),
    ("lk_track", "share", 0.8, 0.75),
    ("lk_track", "brought back", 0.5, 1),
    ("register_images", "inliers", 0.6, 90),
    ("pose_estimation", "inliers", 0.6, 90),
]

# Script, figure, the most of all features, but of ORB where it says so.
AT_MOST = [
    ("find_obj", "bf corner error", 6.0, True),
    ("plane_tracker", "error", 4.0, True),
    ("stitching_detailed", "rotation error", 0.5, True),
    ("stitching_detailed", "focal error", 0.03, True),
    ("visual_odometry", "rotation error", 3.0, False),
    ("visual_odometry", "direction error", 16.0, False),
    ("visual_odometry", "drift", 0.25, False),
    ("two_view_sfm", "rotation error", 2.0, False),
    ("two_view_sfm", "direction error", 4.0, False),
    ("asift", "corner error", 6.0, False),
    ("register_images", "corner error", 4.0, True),
    ("register_images", "angle error", 0.5, True),
    ("register_images", "scale error", 0.03, True),
    ("pose_estimation", "rotation error", 2.0, True),
    ("pose_estimation", "place error", 0.15, True),
]

RIVALS = {"ssl": "sift", "ssl-binary": "orb"}


@pytest.fixture(autouse=True)
def in_the_scripts_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script finds its neighbours, as when it is started."""
    monkeypatch.syspath_prepend(str(FOLDER))


HAS_BOW = hasattr(cv2, "BOWKMeansTrainer") or hasattr(cv2, "xfeatures2d")


def run(script: str, name: str) -> dict[str, float]:
    if script == "bag_of_words" and not HAS_BOW:
        pytest.skip("this OpenCV has no bag of words")
    cv2.setRNGSeed(0)
    return importlib.import_module(script).run(name)


figures = lru_cache(maxsize=None)(run)


@pytest.mark.parametrize("name", ["sift", "orb", "ssl", "ssl-binary"])
@pytest.mark.parametrize(("script", "figure", "share", "least"), AT_LEAST)
def test_at_least(script: str, figure: str, share: float, least: float, name: str) -> None:
    found = figures(script, name)[figure]
    assert found >= least
    if name in RIVALS:
        assert found >= share * figures(script, RIVALS[name])[figure]


@pytest.mark.parametrize("name", ["sift", "orb", "ssl", "ssl-binary"])
@pytest.mark.parametrize(("script", "figure", "most", "of_orb_too"), AT_MOST)
def test_at_most(script: str, figure: str, most: float, of_orb_too: bool, name: str) -> None:
    if of_orb_too or name != "orb":
        assert figures(script, name)[figure] <= most


def test_tilted_views_find_more() -> None:
    for name in ("sift", "orb", "ssl", "ssl-binary"):
        assert figures("asift", name)["affine"] > 2 * figures("asift", name)["plain"]


def test_points_lie_where_they_are() -> None:
    for name in ("sift", "ssl", "ssl-binary"):
        found = figures("two_view_sfm", name)
        assert found["points"] >= 0.6 * found["inliers"]


@pytest.mark.parametrize(
    ("script", "theirs", "ours"),
    [
        ("feature_homography", "sift", "ssl"),
        ("feature_homography", "orb", "ssl-binary"),
        ("register_images", "orb", "ssl-binary"),
        ("asift", "sift", "ssl"),
    ],
)
def test_a_patched_script_is_ours(script: str, theirs: str, ours: str) -> None:
    """The script asks for SIFT or ORB and gets exactly what SSLDescriptor gives."""
    with patch_cv2():
        patched = run(script, theirs)
    assert patched == figures(script, ours)
    assert patched != figures(script, theirs)


def test_a_script_under_the_command(tmp_path: Path) -> None:
    script = str(FOLDER / "register_images.py")
    command = [sys.executable, "-B", "-m", "ssldescriptor", "run", script, "sift"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = re.match(r"sift: inliers (\d+), angle error", done.stdout)
    assert found, done.stdout
    # RANSAC starts from another random number there.
    assert int(found[1]) == pytest.approx(figures("register_images", "ssl")["inliers"], rel=0.1)
