"""The least that every wheel must do; needs pytest and what the package itself needs."""

from __future__ import annotations

import pickle
import subprocess
import sys

import cv2
import numpy as np
import pytest

import ssldescriptor
from ssldescriptor import SSLDescriptor, SSLMatcher, match, match_images

SHIFT = np.array([[1, 0, -9], [0, 1, -5], [0, 0, 1]])


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    """Two (160, 200) views of one picture, the second 9 pixels to the right and 5 down."""
    noise = np.random.default_rng(5).integers(0, 256, (180, 220), dtype=np.uint8)
    picture = cv2.equalizeHist(cv2.GaussianBlur(noise, (0, 0), 2))
    return picture[:160, :200].copy(), picture[5:165, 9:209].copy()


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_tutorial(pair: tuple[np.ndarray, np.ndarray]) -> None:
    feature = SSLDescriptor.create(500)
    keypoints0, rows0 = feature.detectAndCompute(pair[0], None)
    keypoints1, rows1 = feature.detectAndCompute(pair[1], None)
    assert len(keypoints0) == len(rows0) > 50
    for found in (
        cv2.BFMatcher(crossCheck=True).match(rows0, rows1),
        SSLMatcher.create(crossCheck=True).match(rows0, rows1),
    ):
        moves = [np.subtract(keypoints1[m.trainIdx].pt, keypoints0[m.queryIdx].pt) for m in found]
        right = np.linalg.norm(np.array(moves) - SHIFT[:2, 2], axis=1) < 2
        assert right.mean() > 0.8
    assert len(match(rows0, rows1, ratio=0.9)) > 30


def test_two_images(pair: tuple[np.ndarray, np.ndarray]) -> None:
    result = match_images(*pair)
    assert result.transform is not None
    np.testing.assert_allclose(result.transform, SHIFT, atol=0.5)
    assert result.inliers.mean() > 0.8


@pytest.mark.parametrize("form", ["float", "sift", "binary"])
def test_keypoints_of_opencv(pair: tuple[np.ndarray, np.ndarray], form: str) -> None:
    for detector in (cv2.SIFT_create(), cv2.ORB_create(), cv2.FastFeatureDetector_create()):
        feature = pickle.loads(pickle.dumps(SSLDescriptor.create(300, descriptor=form)))
        keypoints = detector.detect(pair[0], None)
        same, rows = feature.compute(pair[0], keypoints)
        assert len(same) == len(keypoints) == len(rows) > 0
        assert rows.shape[1] == feature.descriptorSize()


def test_the_import_is_light() -> None:
    done = run("import sys, ssldescriptor; print(*sys.modules)")
    modules = set(done.stdout.split())
    assert "ssldescriptor" in modules, done.stderr
    heavy = {"torch", "onnxruntime", "skimage", "matplotlib", "ssldescriptor.training"}
    assert not heavy & modules


def test_the_use_is_light() -> None:
    """Not even describing an image needs torch or the training code."""
    done = run(
        "import sys, numpy, ssldescriptor\n"
        "f = ssldescriptor.SSLDescriptor.create()\n"
        "f.detectAndCompute(numpy.eye(64, dtype='u1') * 255, None)\n"
        "print(*sys.modules)"
    )
    modules = set(done.stdout.split())
    assert "onnxruntime" in modules, done.stderr
    assert not {"torch", "ssldescriptor.training"} & modules


def test_a_missing_opencv_is_told_with_the_four_wheels() -> None:
    done = run("import sys; sys.modules['cv2'] = None; import ssldescriptor")
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert message.startswith("ImportError: ssldescriptor needs OpenCV 4.8 or later")
    for wheel in ("opencv-python", "opencv-contrib-python"):
        assert f"{wheel}," in message or f"{wheel} " in message
        assert f"{wheel}-headless" in message


def test_public_names() -> None:
    assert set(ssldescriptor.__all__) <= set(dir(ssldescriptor))
    assert ssldescriptor.__version__[0].isdigit()
