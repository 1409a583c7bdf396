"""What SSLMatcher has and cv2.BFMatcher has not: the ratio test, names, files, copies."""

import copy
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests import reference
from tests.contract.matcher_helpers import bits, fields, grid, mask_of, row_fields, sift_like

from ssldescriptor import SSLMatcher

A, B = sift_like(40, 0), sift_like(60, 1)
B[:20] = A[:20] + 20
B[20:30] = B[:10]


def pairs(matcher: SSLMatcher) -> list[tuple[int, int, float]]:
    return [(m.queryIdx, m.trainIdx, m.distance) for m in matcher.match(A, B)]


@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.0])
def test_ratio_with_and_without_cross_check(cross: bool, ratio: float) -> None:
    d = reference.distances(A, B)
    wanted = reference.matches(d, mutual=cross, ratio=ratio)
    assert pairs(SSLMatcher(crossCheck=cross, ratio=ratio)) == wanted
    assert 0 < len(wanted) < len(A) or ratio == 1.0


def test_ratio_is_what_scripts_compute_of_two_neighbours() -> None:
    rows = cv2.BFMatcher().knnMatch(A, B, 2)
    wanted = fields(m for m, n in rows if m.distance <= 0.8 * n.distance)
    assert fields(SSLMatcher(ratio=0.8).match(A, B)) == wanted


def test_ratio_of_squared_distances_keeps_the_same_pairs() -> None:
    squared = SSLMatcher(cv2.NORM_L2SQR, ratio=0.8).match(A, B)
    plain = SSLMatcher(cv2.NORM_L2, ratio=0.8).match(A, B)
    assert [f[:2] for f in fields(squared)] == [f[:2] for f in fields(plain)]


@pytest.mark.parametrize("norm", [cv2.NORM_L2, cv2.NORM_L2SQR, cv2.NORM_HAMMING])
def test_ratio_counts_allowed_pairs_only(norm: int) -> None:
    a, b = (bits(30, 2), bits(40, 3)) if norm == cv2.NORM_HAMMING else (grid(30, 2), grid(40, 3))
    squared = norm == cv2.NORM_L2SQR
    mask = mask_of((30, 40), 4)
    mask[1] = 0
    mask[1, 5] = 1  # a lone candidate passes
    d = reference.distances(a, b, squared=squared)
    d[mask == 0] = np.inf
    wanted = reference.matches(d, mutual=False, ratio=0.9**2 if squared else 0.9)
    found = SSLMatcher(norm, ratio=0.9).match(a, b, mask)
    assert [(m.queryIdx, m.trainIdx, m.distance) for m in found] == wanted
    assert found[0].queryIdx == 1


def test_ratio_is_over_all_train_images() -> None:
    matcher = SSLMatcher(ratio=0.8)
    matcher.add([B[:30], B[30:]])
    joined = [(m.queryIdx, m.trainIdx + 30 * m.imgIdx, m.distance) for m in matcher.match(A)]
    assert joined == pairs(SSLMatcher(ratio=0.8))


def test_ratio_acts_on_knn_of_one_only() -> None:
    matcher = SSLMatcher(ratio=0.6)
    one = matcher.knnMatch(A, B, 1)
    assert [f for row in row_fields(one) for f in row] == fields(matcher.match(A, B))
    assert len(one) == len(A)
    plain = SSLMatcher()
    assert row_fields(matcher.knnMatch(A, B, 2)) == row_fields(plain.knnMatch(A, B, 2))
    assert row_fields(matcher.radiusMatch(A, B, 900)) == row_fields(plain.radiusMatch(A, B, 900))


def test_options_may_be_of_numpy() -> None:
    plain = SSLMatcher(ratio=0.5, num_threads=1)
    assert pairs(SSLMatcher(ratio=np.float32(0.5), num_threads=np.int64(1))) == pairs(plain)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("radius", [1e39, float(np.finfo(float).max)])
def test_a_radius_too_large_for_float32_finds_all(radius: float) -> None:
    found = SSLMatcher().radiusMatch(A, B, radius)
    assert row_fields(found) == row_fields(SSLMatcher().radiusMatch(A, B, 1e9))
    assert all(len(row) == len(B) for row in found)


def test_an_empty_train_array_with_cross_check_gives_nothing() -> None:
    assert SSLMatcher(crossCheck=True).match(A, np.zeros((0, 128), np.float32)) == ()


def test_empty_images_do_not_disturb_image_numbers() -> None:
    """OpenCV returns wrong image numbers here."""
    matcher = SSLMatcher()
    empty = np.zeros((0, 128), np.float32)
    matcher.add([empty, B[:20], empty, empty, B[20:]])
    assert {m.imgIdx for m in matcher.match(A)} == {1, 4}
    assert all(0 <= m.trainIdx < 40 for row in matcher.knnMatch(A, 60) for m in row)


def test_k_beyond_the_rows_of_an_image() -> None:
    """OpenCV returns uninitialised memory here."""
    matcher = SSLMatcher()
    matcher.add([B[:5], B[5:]])
    found = [[5 * m.imgIdx + m.trainIdx for m in row] for row in matcher.knnMatch(A, 50)]
    d = reference.distances(A, B)
    assert found == [[j for j, _ in row] for row in reference.neighbours(d, 50)]


@pytest.mark.parametrize(
    ("name", "norm"),
    [
        ("BruteForce", cv2.NORM_L2),
        ("BruteForce-SL2", cv2.NORM_L2SQR),
        ("BruteForce-Hamming", cv2.NORM_HAMMING),
    ],
)
def test_names_of_descriptor_matcher_create(name: str, norm: int) -> None:
    a, b = (bits(10, 5), bits(10, 6)) if norm == cv2.NORM_HAMMING else (A, B)
    wanted = cv2.DescriptorMatcher.create(name).match(a, b)
    assert fields(SSLMatcher.create(name).match(a, b)) == fields(wanted)


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, SSLMatcher.clone, lambda m: pickle.loads(pickle.dumps(m))],
)
def test_copies(duplicate: object) -> None:
    matcher = SSLMatcher(crossCheck=True, ratio=0.9, num_threads=1)
    matcher.add([cv2.UMat(B)])
    twin = duplicate(matcher)  # type: ignore[operator]
    assert fields(twin.match(A)) == fields(matcher.match(A))
    twin.clear()
    assert not matcher.empty()


@pytest.mark.parametrize("store", ["write", "save"])
@pytest.mark.parametrize("ending", ["yml", "json", "xml.gz"])
def test_options_are_written_and_read(tmp_path: Path, store: str, ending: str) -> None:
    path = tmp_path / f"matcher.{ending}"
    matcher = SSLMatcher(np.int64(cv2.NORM_L2SQR), True, ratio=0.75, num_threads=1)
    getattr(matcher, store)(str(path))
    other = SSLMatcher()
    other.read(str(path))
    assert pairs(other) == pairs(matcher)


def test_options_inside_a_file_storage(tmp_path: Path) -> None:
    path = str(tmp_path / "all.yml")
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_WRITE)
    SSLMatcher(crossCheck=True).write(storage, "matcher")
    storage.release()
    other = SSLMatcher(ratio=0.5)
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_READ)
    other.read(storage.getNode("matcher"))
    assert pairs(other) == pairs(SSLMatcher(crossCheck=True))


def test_reading_something_else_changes_nothing(tmp_path: Path) -> None:
    matcher = SSLMatcher(ratio=0.8)
    before = pairs(matcher)
    text = tmp_path / "text.yml"
    text.write_text("not a storage")
    bad = tmp_path / "bad.yml"
    bad.write_text(
        "%YAML:1.0\n---\nname: SSLMatcher\nnormType: 99\ncrossCheck: 0\nratio: 0.\nnum_threads: 0\n"
    )
    short = tmp_path / "short.yml"
    short.write_text("%YAML:1.0\n---\nname: SSLMatcher\n")
    sift = tmp_path / "sift.yml"
    cv2.SIFT.create().write(str(sift))
    for path in (text, bad, short, sift, tmp_path / "missing.yml"):
        with pytest.raises(cv2.error):
            matcher.read(str(path))
    assert pairs(matcher) == before


def test_an_unwritable_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(cv2.error, match="cannot write"):
        SSLMatcher().write(str(tmp_path / "no" / "such" / "folder.yml"))
    with pytest.raises(cv2.error, match="is wanted"):
        SSLMatcher().write()
    with pytest.raises(cv2.error, match="missing"):
        SSLMatcher().read()


def test_default_name() -> None:
    assert SSLMatcher().getDefaultName() == "SSLMatcher"


def test_drawing_takes_the_matches() -> None:
    picture = np.zeros((50, 50), np.uint8)
    keypoints = [cv2.KeyPoint(float(i), 10.0, 5) for i in range(60)]
    found = SSLMatcher(crossCheck=True).match(A, B)
    assert cv2.drawMatches(picture, keypoints, picture, keypoints, found, None) is not None
