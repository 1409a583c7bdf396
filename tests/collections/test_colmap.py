"""The COLMAP database: what it holds, and a reconstruction made from it by COLMAP itself."""

from pathlib import Path

import numpy as np
import pytest
from tests.collections.conftest import NUM_VIEWS, Run
from tests.evaluation.box import box_pose

from ssldescriptor.collections.h5 import FeatureFile, MatchFile
from ssldescriptor.evaluation.alignment import aligned_errors
from ssldescriptor.evaluation.mapping import model_poses
from ssldescriptor.evaluation.poses import Pose

pycolmap = pytest.importorskip("pycolmap")
CAMERA = [
    "--camera-mode",
    "single",
    "--camera-model",
    "PINHOLE",
    "--camera-params",
    "260,260,130,90",
]


@pytest.fixture
def database(features: Path, matches: Path, box: Path, tmp_path: Path, run: Run) -> Path:
    output = tmp_path / "database.db"
    run("convert", features, matches, "--to", "colmap", "-o", output, "--images", box, *CAMERA)
    return output


def test_the_database_holds_what_the_files_hold(
    database: Path, features: Path, matches: Path
) -> None:
    with pycolmap.Database.open(database) as found:
        ids = {image.name: image.image_id for image in found.read_all_images()}
        assert (found.num_images(), found.num_cameras()) == (NUM_VIEWS, 1)
        camera = found.read_all_cameras()[0]
        assert (camera.model.name, camera.width, camera.height) == ("PINHOLE", 260, 180)
        assert camera.params.tolist() == [260, 260, 130, 90]
        with FeatureFile(features) as file:
            for name in file.index():
                points = np.asarray(found.read_keypoints(ids[name]))[:, :2]
                # COLMAP counts from the corner of the first pixel, we from its centre.
                np.testing.assert_array_equal(points, file.load(name).keypoints.xy + 0.5)
        with MatchFile(matches) as pairs:
            for first, second in pairs.index():
                rows = np.asarray(found.read_matches(ids[first], ids[second]))
                np.testing.assert_array_equal(rows, pairs.load((first, second)))
        assert found.num_verified_image_pairs() >= NUM_VIEWS - 1


def test_colmap_reconstructs_the_box(database: Path, box: Path, tmp_path: Path) -> None:
    pycolmap.set_random_seed(0)
    options = pycolmap.IncrementalPipelineOptions()
    options.random_seed = 0
    options.num_threads = 1
    options.min_model_size = 3
    options.ba_refine_focal_length = False
    options.ba_refine_extra_params = False
    found = pycolmap.incremental_mapping(database, box, tmp_path / "model", options=options)
    model = max(found.values(), key=lambda model: model.num_reg_images())
    assert model.num_reg_images() == NUM_VIEWS
    assert model.num_points3D() > 200
    assert model.compute_mean_reprojection_error() < 1
    truth = {f"box/{i}.png": Pose(*box_pose(i)) for i in range(NUM_VIEWS)}
    errors = aligned_errors(model_poses(model), truth)
    assert errors is not None
    # The first and the last camera are two units apart.
    assert max(errors) < 0.2


def test_the_log_of_a_killed_colmap_is_not_replayed(
    features: Path, matches: Path, box: Path, database: Path, run: Run
) -> None:
    for ending in ("-wal", "-shm", "-journal"):
        (database.parent / f"{database.name}{ending}").write_bytes(b"of another time")
    run("convert", features, matches, "--to", "colmap", "-o", database, "--images", box, *CAMERA)
    assert [path.name for path in database.parent.glob(f"{database.name}*")] == [database.name]
    with pycolmap.Database.open(database) as opened:
        assert opened.num_matched_image_pairs() == NUM_VIEWS * (NUM_VIEWS - 1) // 2


def test_matches_of_images_that_have_changed_since_are_refused(
    features: Path, matches: Path, box: Path, tmp_path: Path, run: Run
) -> None:
    (box / "box" / "1.png").write_bytes((box / "box" / "3.png").read_bytes())
    run("extract", box, "-o", features, "--nfeatures", 600)
    for kind in ("colmap", "opensfm", "numpy"):
        arguments = "--to", kind, "-o", tmp_path / kind, "--images", box
        told = run("convert", features, matches, *arguments, code=1)
        assert "the matches of box/0.png and box/1.png were not made from these" in told


def test_what_does_not_fit_is_refused(
    features: Path, matches: Path, box: Path, tmp_path: Path, run: Run
) -> None:
    output, other = tmp_path / "d.db", tmp_path / "other.h5"
    arguments = "--to", "colmap", "-o", output
    run("extract", box, "-o", other, "--nfeatures", 50)
    wrong = {
        (other, matches, "--images", box): "were not made from these features",
        (features, "--images", box): "needs a file of matches",
        (features, matches): "and --images",
        (features, matches, "--images", tmp_path): "has no image box/0.png",
        (features, matches, "--images", box, "--camera-params", "1"): "need its model",
        (features, matches, "--images", box, "--camera-model", "LENS"): "'LENS' does not exist",
        (
            *(features, matches, "--images", box),
            *("--camera-model", "PINHOLE", "--camera-params", "1,2"),
        ): "does not have 2 parameters",
    }
    assert "is an input" in run(
        *("convert", features, matches, "--images", box, "--to", "colmap", "-o", matches), code=1
    )
    for given, reason in wrong.items():
        assert reason in run("convert", *given, *arguments, code=1)
    assert not output.exists()
    assert not list(tmp_path.glob(".colmap-*"))
