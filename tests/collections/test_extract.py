"""`ssldescriptor extract`: what the file holds, what is kept, what is skipped, what is refused."""

import os
import shutil
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest
from tests.collections.conftest import NUM_VIEWS, Run

from ssldescriptor import SSLDescriptor
from ssldescriptor.collections.extract import ExtractOptions, extract_image
from ssldescriptor.collections.h5 import FeatureFile
from ssldescriptor.keypoints import from_cv2


def test_features_are_those_of_the_descriptor(box: Path, features: Path) -> None:
    feature = SSLDescriptor.create(600)
    with FeatureFile(features) as file:
        assert list(file.index()) == [f"box/{i}.png" for i in range(NUM_VIEWS)]
        for name in file.index():
            keypoints, rows = feature.detectAndCompute(cv2.imread(str(box / name)), None)
            wanted, found = from_cv2(keypoints), file.load(name)
            np.testing.assert_array_equal(found.descriptors, rows)
            for field in ("xy", "size", "angle", "score"):
                np.testing.assert_array_equal(
                    getattr(found.keypoints, field), getattr(wanted, field)
                )
            assert found.image_size == (260, 180)


def test_keypoints_are_in_pixels_of_the_file(box: Path) -> None:
    """An image twice as large that is reduced again has its keypoints where they are there."""
    small = cv2.imread(str(box / "box" / "0.png"))
    large = cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    found, wanted = (
        extract_image(cv2.imencode(".png", image)[1].tobytes(), ExtractOptions(max_side=260))
        for image in (large, small)
    )
    # Pixel 0 of the small image covers pixels 0 and 1 of the large one.
    np.testing.assert_allclose(found["keypoints"], wanted["keypoints"] * 2 + 0.5, atol=1e-4)
    np.testing.assert_allclose(found["sizes"], wanted["sizes"] * 2, rtol=1e-6)
    np.testing.assert_array_equal(found["descriptors"], wanted["descriptors"])
    assert found["image_size"].tolist() == [520, 360]
    assert (found["uncertainty"], wanted["uncertainty"]) == (2, 1)


def test_a_photographs_orientation_is_left_alone(box: Path) -> None:
    """The file's own pixels count, as for COLMAP, whatever EXIF says."""
    image = cv2.imread(str(box / "box" / "0.png"))
    plain = cv2.imencode(".jpg", image)[1].tobytes()
    tiff = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0" + bytes(4)
    segment = b"Exif\0\0" + tiff
    turned = plain[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + plain[2:]
    assert cv2.imdecode(np.frombuffer(turned, np.uint8), cv2.IMREAD_COLOR).shape == (260, 180, 3)
    found, wanted = (extract_image(data, ExtractOptions()) for data in (turned, plain))
    np.testing.assert_array_equal(found["keypoints"], wanted["keypoints"])
    assert found["image_size"].tolist() == [260, 180]


@pytest.mark.parametrize("form", ["sift", "binary"])
def test_other_forms_and_detectors(box: Path, tmp_path: Path, run: Run, form: str) -> None:
    output = tmp_path / f"{form}.h5"
    run("extract", box, "-o", output, "--descriptor", form, "--detector", "orb", "--upright")
    with FeatureFile(output) as file:
        rows = file.load("box/0.png").descriptors
    assert rows.dtype == (np.uint8 if form == "binary" else np.float32)
    assert len(rows) > 50
    if form == "binary":
        assert rows.shape[1] == 32
    else:
        assert rows.max() > 50
        np.testing.assert_array_equal(rows, rows.round())


def test_the_finest_scale_can_be_chosen(box: Path, tmp_path: Path, run: Run) -> None:
    sizes = {}
    for octave in ("-1", "1"):
        output = tmp_path / f"{octave}.h5"
        run("extract", box, "-o", output, "--first-octave", octave, "--nfeatures", "200")
        with FeatureFile(output) as file:
            sizes[octave] = np.median(file.load("box/0.png").keypoints.size)
    assert sizes["-1"] < sizes["1"] / 2


def test_keypoints_can_keep_their_distance(box: Path, tmp_path: Path, run: Run) -> None:
    output = tmp_path / "apart.h5"
    run("extract", box, "-o", output, "--min-distance", "5", "--nfeatures", "100")
    with FeatureFile(output) as file:
        xy = file.load("box/0.png").keypoints.xy
    away = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    assert len(xy) > 50
    assert away[~np.eye(len(xy), dtype=bool)].min() > 4.99


def test_bad_images_are_reported_and_skipped(box: Path, tmp_path: Path, run: Run) -> None:
    jpeg = cv2.imencode(".jpg", cv2.imread(str(box / "box" / "0.png")))[1].tobytes()
    bad = {
        "empty.jpg": b"",
        "short.jpg": jpeg[: len(jpeg) // 2],
        "text.png": b"not an image",
        "torn.png": (box / "box" / "1.png").read_bytes()[:20],
    }
    for name, content in bad.items():
        (box / name).write_bytes(content)
    (box / "gone.png").symlink_to("nowhere.png")
    cv2.imwrite(str(box / "blank.png"), np.full((40, 60), 128, np.uint8))
    output = tmp_path / "feats.h5"
    printed = run("extract", box, "-o", output)
    assert f"{NUM_VIEWS + 1} images: {NUM_VIEWS + 1} new, 0 kept, 5 skipped" in printed
    listed = dict(
        line.split("\t") for line in (tmp_path / "feats.h5.skipped.txt").read_text().splitlines()
    )
    assert listed.keys() == {*bad, "gone.png"}
    assert listed["short.jpg"] == "cut short: the JPEG data has no end"
    assert listed["gone.png"] == "No such file or directory"
    assert all(f"skipped {name}: {reason}" in printed for name, reason in listed.items())
    with FeatureFile(output) as file:
        assert file.index().keys().isdisjoint(listed)
        assert len(file.load("blank.png").keypoints) == 0
    for name in listed:
        (box / name).unlink()
    run("extract", box, "-o", output)
    assert not (tmp_path / "feats.h5.skipped.txt").exists()


def test_what_is_there_is_kept_and_the_file_depends_on_nothing_else(
    box: Path, tmp_path: Path, run: Run
) -> None:
    output, again = tmp_path / "feats.h5", tmp_path / "again.h5"
    shutil.move(box / "box" / "5.png", tmp_path)
    run("extract", box, "-o", output)
    before = output.stat()
    assert f"{NUM_VIEWS - 1} kept" in run("extract", box, "-o", output)
    after = output.stat()  # not even written again
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    shutil.move(tmp_path / "5.png", box / "box")
    (box / "box" / "0.png").write_bytes((box / "box" / "1.png").read_bytes())
    (box / "box" / "2.png").unlink()
    # The new 0.png has the features of 1.png, but under its own name they are new.
    printed = run("extract", box, "-o", output, "--workers", 2)
    assert "5 images: 2 new, 3 kept, 1 gone" in printed
    run("extract", box, "-o", again, "--workers", 1)
    assert output.read_bytes() == again.read_bytes()
    assert not list(tmp_path.glob("*.parts"))


def test_other_settings_do_not_replace_a_file(features: Path, box: Path, run: Run) -> None:
    before = features.read_bytes()
    printed = run("extract", box, "-o", features, "--nfeatures", 500, code=1)
    assert "was made with other settings (nfeatures 600 -> 500)" in printed
    assert features.read_bytes() == before
    run("extract", box, "-o", features, "--nfeatures", 500, "--overwrite")
    with FeatureFile(features) as file:
        assert len(file.load("box/0.png").keypoints) <= 500


def test_features_of_other_images_are_not_replaced(
    features: Path, box: Path, tmp_path: Path, run: Run
) -> None:
    shutil.copytree(box, tmp_path / "other" / "deeper")
    printed = run("extract", tmp_path / "other", "-o", features, "--nfeatures", 600, code=1)
    assert "holds features of other images, for example box/0.png" in printed


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--model", "no-such-model"], "no-such-model"),
        (["--max-side", "-5"], "max_side is -5"),
        (["--workers", "-2"], "-2 workers"),
        (["-o", "nowhere/feats.h5"], "there is no folder"),
        (["-o", "."], "it is a folder"),
    ],
)
def test_wrong_arguments_are_refused(
    box: Path, tmp_path: Path, run: Run, arguments: list[str], reason: str
) -> None:
    assert reason in run("extract", box, "-o", tmp_path / "feats.h5", *arguments, code=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images"]


def test_a_folder_without_a_usable_image_is_an_error(tmp_path: Path, run: Run) -> None:
    folder, output = tmp_path / "images", tmp_path / "feats.h5"
    folder.mkdir()
    assert "holds no images" in run("extract", folder, "-o", output, code=1)
    (folder / "a.png").write_bytes(b"")
    printed = run("extract", folder, "-o", output, code=1)
    assert "none of 1 images can be used; a.png: an empty file" in printed
    assert not output.exists()


def test_a_name_that_is_no_utf8_is_skipped(box: Path, tmp_path: Path, run: Run) -> None:
    shutil.copy(box / "box" / "0.png", os.fsencode(box) + b"/\xff.png")
    printed = run("extract", box, "-o", tmp_path / "feats.h5")
    assert f"{NUM_VIEWS} images: {NUM_VIEWS} new, 0 kept, 1 skipped" in printed
    assert "skipped \\udcff.png: 'utf-8' codec can't encode" in printed


def test_files_of_others_are_refused(box: Path, tmp_path: Path, matches: Path, run: Run) -> None:
    other = tmp_path / "other.h5"
    other.write_bytes(b"text")
    assert "no HDF5 file" in run("extract", box, "-o", other, code=1)
    with h5py.File(other, "w") as file:
        file["a/keypoints"] = np.zeros((1, 2))
    assert "holds no features that this package wrote" in run("extract", box, "-o", other, code=1)
    assert "holds no features" in run("extract", box, "-o", matches, code=1)
