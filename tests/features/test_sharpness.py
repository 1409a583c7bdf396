"""How the lack of fine detail is told."""

import cv2
import numpy as np
import pytest
from skimage import data

from ssldescriptor.features import FeatureExtractor
from ssldescriptor.matching import match
from ssldescriptor.options import FeatureOptions
from ssldescriptor.sharpness import lack_of_detail


@pytest.fixture(scope="module")
def sharp() -> np.ndarray:
    """A photograph as sharp as they come, half its size."""
    whole = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    return cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def test_an_enlarged_image_lacks_what_the_sharp_one_holds(sharp: np.ndarray) -> None:
    assert lack_of_detail(sharp) == 0
    for how in (cv2.INTER_LINEAR, cv2.INTER_CUBIC):
        assert lack_of_detail(cv2.resize(sharp, None, fx=2, fy=2, interpolation=how)) == 1


def test_more_blur_never_lacks_less(sharp: np.ndarray) -> None:
    lacks = [lack_of_detail(cv2.GaussianBlur(sharp, (0, 0), s)) for s in (0.3, 0.5, 0.7, 1, 2)]
    assert lacks == sorted(lacks)
    assert lacks[0] < 1
    assert lacks[-1] == 1


def test_it_is_the_same_turned_and_mirrored(sharp: np.ndarray) -> None:
    blurred = cv2.GaussianBlur(sharp, (0, 0), 0.55)
    lack = lack_of_detail(blurred)
    assert 0 < lack < 1
    assert lack_of_detail(np.ascontiguousarray(np.rot90(blurred))) == pytest.approx(lack)
    assert lack_of_detail(np.ascontiguousarray(blurred[:, ::-1])) == pytest.approx(lack)


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (2, 40), (3, 3), (48, 48)])
def test_flat_and_tiny_images_lack_nothing(shape: tuple[int, int]) -> None:
    assert lack_of_detail(np.full(shape, 77, np.uint8)) == 0


def test_noise_is_detail() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (90, 120)).astype(np.uint8)
    assert lack_of_detail(noise) == 0


def test_keypoints_of_an_enlarged_image_stand_at_scales_that_the_image_has(
    sharp: np.ndarray,
) -> None:
    extractor = FeatureExtractor(FeatureOptions(num_threads=1))
    double = cv2.resize(sharp, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    found = [extractor.detect(gray, max_keypoints=500) for gray in (sharp, double)]
    rows = [extractor.describe(g, k) for g, k in zip((sharp, double), found, strict=True)]
    matches = match(*rows)
    away = 2 * found[0].xy[matches.index0] + 0.5 - found[1].xy[matches.index1]
    assert (np.linalg.norm(away, axis=1) <= 3).sum() > 200
