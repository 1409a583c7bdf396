"""The C++ example with onnxruntime finds and describes what SSLDescriptor does.

`make example-cpp` builds it. Where that has not been done, CI fails and other machines say so.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from skimage import data

from ssldescriptor import SSLDescriptor
from ssldescriptor.models import resolve
from ssldescriptor.sharpness import lack_of_detail

PROGRAMS = Path(__file__).parents[2] / "build" / "example"
OUTPUTS = ("keypoints.npy", "descriptors.npy")
Arrays = tuple[NDArray[np.float32], NDArray[np.float32]]


@pytest.fixture(scope="module", autouse=True)
def _program() -> None:
    if not (PROGRAMS / "detect_and_compute").exists():
        reason = "the C++ example is not built (make example-cpp)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def photograph() -> NDArray[np.uint8]:
    return cv2.cvtColor(data.coffee(), cv2.COLOR_RGB2GRAY)


def run(
    folder: Path, *arguments: str | Path, program: str = "detect_and_compute"
) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAMS / program), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def by_program(folder: Path, gray: NDArray[np.uint8], count: int, model: str = "default") -> Arrays:
    cv2.imwrite(str(folder / "gray.pgm"), gray)
    done = run(folder, resolve(model), "gray.pgm", str(count), *OUTPUTS)
    assert (done.returncode, done.stderr) == (0, "")
    keypoints, rows = (np.load(folder / name) for name in OUTPUTS)
    assert done.stdout == f"{len(keypoints)} keypoints\n"
    assert keypoints.dtype == rows.dtype == np.float32
    return keypoints, rows


def by_package(gray: NDArray[np.uint8], count: int, model: str) -> Arrays:
    keypoints, rows = SSLDescriptor.create(count, model=model).detectAndCompute(gray, None)
    table = [(*k.pt, k.size, k.angle, k.response) for k in keypoints]
    return np.array(table, np.float32), rows


# 600 and 3000 keypoints fill one chunk and three; with 64 of 100 none is left over. Odd sides are
# no multiples of 32 or 4, and no level halves them; the smallest has one level. "large" looks at
# three grids of a keypoint.
@pytest.mark.parametrize(
    ("height", "width", "count", "model"),
    [
        (400, 600, 600, "default"),
        (400, 600, 3000, "default"),
        (267, 331, 500, "default"),
        (61, 90, 100, "default"),
        (267, 331, 500, "large"),
    ],
)
def test_same_keypoints_and_rows(
    photograph: NDArray[np.uint8], height: int, width: int, count: int, model: str, tmp_path: Path
) -> None:
    check_against_package(tmp_path, photograph[:height, :width], count, model)


def test_the_same_where_the_finest_scale_holds_little_detail(
    photograph: NDArray[np.uint8], tmp_path: Path
) -> None:
    for sigma, lack in ((0.67, (0.1, 0.9)), (1.5, (1.0, 1.0))):
        blurred = np.asarray(cv2.GaussianBlur(photograph, (0, 0), sigma), np.uint8)
        assert lack[0] <= lack_of_detail(blurred) <= lack[1]
        check_against_package(tmp_path, blurred, 600, "default")


def check_against_package(folder: Path, image: NDArray[np.uint8], count: int, model: str) -> None:
    gray = np.ascontiguousarray(image)
    keypoints, rows = by_program(folder, gray, count, model)
    expected, expected_rows = by_package(gray, count, model)
    assert keypoints.shape == expected.shape
    assert rows.shape == expected_rows.shape
    distances = np.linalg.norm(keypoints[:, None, :2] - expected[None, :, :2], axis=2)
    same = distances.argmin(1)
    assert len(set(same)) == len(same)
    assert distances.min(1).max() < 0.01
    expected, expected_rows = expected[same], expected_rows[same]
    turned = (keypoints[:, 3] - expected[:, 3] + 180) % 360 - 180
    assert np.abs(turned).max() < 0.01
    np.testing.assert_allclose(keypoints[:, 2], expected[:, 2], rtol=1e-4)
    np.testing.assert_allclose(keypoints[:, 4], expected[:, 4], atol=1e-4)
    assert np.all(np.diff(keypoints[:, 4]) <= 0)
    assert (rows * expected_rows).sum(1).min() > 0.999


def test_no_keypoints_on_a_blank_image(tmp_path: Path) -> None:
    keypoints, rows = by_program(tmp_path, np.full((80, 100), 7, np.uint8), 10)
    assert keypoints.shape == (0, 5)
    assert rows.shape == (0, SSLDescriptor.create().descriptorSize())


def test_comments_in_the_header_of_the_image(tmp_path: Path) -> None:
    (tmp_path / "a.pgm").write_bytes(b"P5\n# made by hand\n8 9 # sides\n255\n" + bytes(72))
    done = run(tmp_path, resolve("default"), "a.pgm", "5", *OUTPUTS)
    assert (done.returncode, done.stdout) == (0, "0 keypoints\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot open a.pgm"),
        (b"", "a.pgm is no binary PGM (P5) of 8 bits"),
        (b"P6\n8 9\n255\n" + bytes(216), "a.pgm is no binary PGM (P5) of 8 bits"),
        (b"P5\n8 9\n65535\n" + bytes(144), "a.pgm is no binary PGM (P5) of 8 bits"),
        (b"P5\n0 9\n255\n", "a.pgm is no binary PGM (P5) of 8 bits"),
        (b"P5\n8 9\n255\n" + bytes(71), "a.pgm is cut off"),
    ],
)
def test_an_image_that_cannot_be_read(content: bytes | None, reason: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "a.pgm").write_bytes(content)
    done = run(tmp_path, resolve("default"), "a.pgm", "5", *OUTPUTS)
    assert (done.returncode, done.stderr) == (1, f"error: {reason}\n")


@pytest.mark.parametrize("count", ["0", "-3", "many", "3x", ""])
def test_a_number_that_is_none(count: str, tmp_path: Path) -> None:
    done = run(tmp_path, resolve("default"), "a.pgm", count, *OUTPUTS)
    wanted = f"error: max_keypoints is '{count}', a positive number is wanted\n"
    assert (done.returncode, done.stderr) == (1, wanted)


def test_a_model_that_is_none_of_ours(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.pgm"), np.zeros((9, 8), np.uint8))
    model = onnx.load(resolve("default"))
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "other.onnx")
    done = run(tmp_path, "other.onnx", "a.pgm", "5", *OUTPUTS)
    wanted = "error: other.onnx is no ssldescriptor model of format 2\n"
    assert (done.returncode, done.stderr) == (1, wanted)
    done = run(tmp_path, "missing.onnx", "a.pgm", "5", *OUTPUTS)
    assert done.returncode == 1
    assert "missing.onnx" in done.stderr


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.pgm"), np.zeros((9, 8), np.uint8))
    done = run(tmp_path, resolve("default"), "a.pgm", "5", "missing/k.npy", "d.npy")
    assert (done.returncode, done.stderr) == (1, "error: cannot write missing/k.npy\n")


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ((1024, 2**54), "impossible shape"),  # the product is 0 in 64 bits
        ((-1, -4), "impossible shape"),
        ((3, 4), "is cut off"),
    ],
)
def test_rows_that_are_not_as_the_header_says_are_refused(
    shape: tuple[int, int], reason: str, tmp_path: Path
) -> None:
    np.save(tmp_path / "good.npy", np.ones((1, 4), np.float32))
    content = (tmp_path / "good.npy").read_bytes()
    forged = content.replace(b"(1, 4), }", f"{shape}, }}".encode())
    length = len(content) - 16  # the header is filled up with spaces
    (tmp_path / "forged.npy").write_bytes(
        forged[:length].rstrip().ljust(length - 1) + b"\n" + b"\0" * 16
    )
    done = run(tmp_path, "forged.npy", "good.npy", program="match_rows")
    assert done.returncode == 1
    assert reason in done.stderr
