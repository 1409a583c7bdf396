"""The extractor: where keypoints come from and what describes them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage import data

from ssldescriptor.features import CHUNK, LEAST_CHANCE, FeatureExtractor
from ssldescriptor.keypoints import Keypoints
from ssldescriptor.matching import match
from ssldescriptor.options import FeatureOptions


@pytest.fixture(scope="module")
def gray() -> np.ndarray:
    return cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)


@pytest.fixture(scope="module")
def extractor() -> FeatureExtractor:
    return FeatureExtractor(FeatureOptions(num_threads=1))


def share_right(
    extractor: FeatureExtractor, gray: np.ndarray, other: np.ndarray, matrix: np.ndarray
) -> tuple[float, int]:
    found = [extractor.detect(g, max_keypoints=800) for g in (gray, other)]
    rows = [extractor.describe(g, k) for g, k in zip((gray, other), found, strict=True)]
    matches = match(*rows)
    mapped = cv2.transform(found[0].xy[None], matrix)[0][matches.index0]
    right = np.linalg.norm(mapped - found[1].xy[matches.index1], axis=1) <= 3
    return float(right.mean()), int(right.sum())


@pytest.mark.parametrize("angle", [30, 90, 145, 180, 270])
def test_own_keypoints_hold_rotation(
    extractor: FeatureExtractor, gray: np.ndarray, angle: int
) -> None:
    matrix = cv2.getRotationMatrix2D((255.5, 255.5), angle, 1.0)
    turned = cv2.warpAffine(gray, matrix, (512, 512))
    share, number = share_right(extractor, gray, turned, matrix)
    assert share > 0.75
    assert number > 200


@pytest.mark.parametrize("scale", [0.6, 1.5])
def test_own_keypoints_hold_scale(
    extractor: FeatureExtractor, gray: np.ndarray, scale: float
) -> None:
    matrix = np.array([[scale, 0, scale / 2 - 0.5], [0, scale, scale / 2 - 0.5]])
    side = int(512 * scale)
    zoomed = cv2.resize(gray, (side, side), interpolation=cv2.INTER_AREA)
    share, number = share_right(extractor, gray, zoomed, matrix)
    assert share > 0.5
    assert number > 100


def test_an_enlarged_first_octave_finds_more_of_an_enlarged_image(gray: np.ndarray) -> None:
    matrix = np.array([[2, 0, 0.5], [0, 2, 0.5]])
    double = cv2.resize(gray, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    number = {}
    for octave in (-1, 0):
        extractor = FeatureExtractor(FeatureOptions(num_threads=1, first_octave=octave))
        number[octave] = share_right(extractor, gray, double, matrix)[1]
    assert number[-1] > 1.2 * number[0]


def test_a_later_first_octave_leaves_out_the_finest_scales(
    extractor: FeatureExtractor, gray: np.ndarray
) -> None:
    coarse = FeatureExtractor(FeatureOptions(num_threads=1, first_octave=1))
    few = coarse.detect(gray, max_keypoints=0)
    many = extractor.detect(gray, max_keypoints=0)
    assert 100 < len(few) < len(many) / 2
    assert few.size.min() > many.size.min()
    away = np.linalg.norm(few.xy[:, None] - many.xy[None], axis=2).min(1)
    assert away.max() < 0.01


@pytest.mark.parametrize("upright", [False, True])
def test_keypoints_keep_their_distance(gray: np.ndarray, upright: bool) -> None:
    options = FeatureOptions(num_threads=1, upright=upright, min_distance=2.0)
    apart = FeatureExtractor(options).detect(gray, max_keypoints=500)
    assert len(apart) == 500
    assert (np.diff(apart.score) <= 0).all()
    between = np.linalg.norm(apart.xy[:, None] - apart.xy[None], axis=2)
    assert between[~np.eye(500, dtype=bool)].min() >= 2 - 1e-4
    best = FeatureExtractor(replace(options, min_distance=0.0)).detect(gray, max_keypoints=500)
    assert (apart.xy[0] == best.xy[0]).all()
    assert np.linalg.norm(best.xy[:, None] - apart.xy[None], axis=2).min(1).max() < 2


def test_more_pass_a_ratio_test_where_keypoints_keep_their_distance(gray: np.ndarray) -> None:
    views = [(30, 1.3), (30, 0.8), (70, 1.2), (110, 1.0), (250, 0.7)]
    matrices = [cv2.getRotationMatrix2D((255.5, 255.5), *view) for view in views]
    images = [gray, *(cv2.warpAffine(gray, matrix, (512, 512)) for matrix in matrices)]
    right = dict.fromkeys((0.0, 2.0), 0)
    for min_distance in right:
        feature = FeatureExtractor(FeatureOptions(num_threads=1, min_distance=min_distance))
        found = [feature.detect(g, max_keypoints=800) for g in images]
        rows = [feature.describe(g, k) for g, k in zip(images, found, strict=True)]
        for matrix, keypoints, others in zip(matrices, found[1:], rows[1:], strict=True):
            matches = match(rows[0], others, ratio=0.8)
            mapped = cv2.transform(found[0].xy[None], matrix)[0][matches.index0]
            away = np.linalg.norm(mapped - keypoints.xy[matches.index1], axis=1)
            right[min_distance] += int((away <= 3).sum())
    assert right[2.0] > 1.1 * right[0.0]


def test_upright_keypoints_have_no_angle(gray: np.ndarray) -> None:
    upright = FeatureExtractor(FeatureOptions(upright=True, num_threads=1))
    found = upright.detect(gray, max_keypoints=50)
    assert (found.angle == -1).all()
    turned = Keypoints(found.xy, found.size, np.full(len(found), 77, np.float32), found.score)
    assert (upright.describe(gray, found) == upright.describe(gray, turned)).all()


def test_rows_do_not_depend_on_their_neighbours(
    extractor: FeatureExtractor, gray: np.ndarray
) -> None:
    rng = np.random.default_rng(0)
    n = CHUNK + 5
    many = Keypoints(
        rng.uniform(0, 511, (n, 2)).astype(np.float32),
        rng.uniform(2, 30, n).astype(np.float32),
        rng.uniform(0, 360, n).astype(np.float32),
        np.zeros(n, np.float32),
    )
    rows = extractor.describe(gray, many)
    for i in (0, CHUNK - 1, CHUNK, n - 1):
        single = extractor.describe(gray, many.select(np.array([i])))
        np.testing.assert_allclose(single[0], rows[i], atol=1e-5)


def test_rows_are_the_same_however_many_patches_are_cut_at_once(
    extractor: FeatureExtractor, gray: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    keypoints = extractor.detect(gray, max_keypoints=100)
    rows = extractor.describe(gray, keypoints)
    monkeypatch.setattr("ssldescriptor.features.AT_ONCE", 33)
    np.testing.assert_allclose(extractor.describe(gray, keypoints), rows, atol=1e-5)


def test_best_come_first_and_the_cap_holds(extractor: FeatureExtractor, gray: np.ndarray) -> None:
    few = extractor.detect(gray, max_keypoints=100)
    more = extractor.detect(gray, max_keypoints=0)
    assert len(few) == 100
    assert few.score.max() < 1
    assert more.score.min() >= LEAST_CHANCE
    assert (np.diff(few.score) <= 0).all()
    assert (np.diff(more.score) <= 0).all()
    assert len(np.unique(more.xy, axis=0)) == len(more)
    assert (few.xy == more.xy[:100]).all()


@pytest.mark.parametrize("deviation", [0.3, 1.0, 5.0])
def test_noise_has_hardly_a_keypoint(extractor: FeatureExtractor, deviation: float) -> None:
    noise = np.random.default_rng(0).normal(90, deviation, (240, 320)).round().astype(np.uint8)
    assert len(extractor.detect(noise, max_keypoints=2000)) < 30


def test_shades_and_blur_have_few_keypoints(extractor: FeatureExtractor, gray: np.ndarray) -> None:
    ramp = np.tile(np.linspace(50, 200, 320).astype(np.uint8), (240, 1))
    assert len(extractor.detect(ramp, max_keypoints=2000)) < 30
    sharp = len(extractor.detect(gray, max_keypoints=0))
    blurred = len(extractor.detect(cv2.GaussianBlur(gray, (0, 0), 20), max_keypoints=0))
    assert blurred < 0.1 * sharp


def test_upright_the_best_of_few_are_the_best_of_all(gray: np.ndarray) -> None:
    extractor = FeatureExtractor(FeatureOptions(upright=True))
    few = extractor.detect(gray, max_keypoints=100)
    assert (few.xy == extractor.detect(gray, max_keypoints=0).xy[:100]).all()


def test_sure_directions_are_preferred(extractor: FeatureExtractor, gray: np.ndarray) -> None:
    upright = FeatureExtractor(FeatureOptions(upright=True)).detect(gray, max_keypoints=0)
    turned = extractor.detect(gray, max_keypoints=200)
    likeliest = upright.score[same_places(turned, upright)]
    assert (turned.score - likeliest).max() <= 0
    everything = extractor.detect(gray, max_keypoints=0)
    left_out = np.delete(everything.score, same_places(turned, everything))
    assert len(left_out) == len(everything) - 200
    assert left_out.max() <= turned.score.min()


def same_places(some: Keypoints, all_of_them: Keypoints) -> np.ndarray:
    """Find keypoints again, whose last bit depends on the batch in onnxruntime 1.17."""
    between = np.linalg.norm(some.xy[:, None] - all_of_them.xy[None], axis=2)
    assert between.min(1).max() < 1e-4
    return between.argmin(1)


def test_a_mask_keeps_keypoints_out(extractor: FeatureExtractor, gray: np.ndarray) -> None:
    mask = np.zeros_like(gray)
    mask[:, 200:] = 1
    found = extractor.detect(gray, max_keypoints=500, mask=mask)
    assert len(found) > 100
    assert found.xy[:, 0].min() >= 199.5


def test_a_blank_image_has_no_keypoints(extractor: FeatureExtractor) -> None:
    blank = np.full((120, 160), 90, np.uint8)
    found = extractor.detect(blank, max_keypoints=100)
    assert len(found) == 0
    assert extractor.describe(blank, found).shape == (0, 128)
