"""match_images(): from two photographs to matches and the geometry between them."""

import cv2
import numpy as np
import pytest

from ssldescriptor import ImageMatches, SSLDescriptor, match_images
from ssldescriptor.geometry import estimate

H_0TO1 = np.array([[0.94, -0.19, 40.0], [0.17, 0.96, -12.0], [1e-4, -5e-5, 1.0]])


@pytest.fixture(scope="module")
def pair():
    """Return a (240, 320) uint8 picture and its view through H_0TO1."""
    noise = np.random.default_rng(11).integers(0, 256, (240, 320), dtype=np.uint8)
    picture = cv2.equalizeHist(cv2.GaussianBlur(noise, (0, 0), 2))
    return picture, cv2.warpPerspective(picture, H_0TO1, (320, 240))


def project(homography, points):
    return cv2.perspectiveTransform(points[None].astype(np.float64), homography)[0]


def test_a_homography_is_found(pair):
    result = match_images(*pair)
    assert isinstance(result, ImageMatches)
    count = len(result.matches)
    assert count > 100
    assert result.points0.shape == result.points1.shape == (count, 2)
    assert result.points0.dtype == result.points1.dtype == np.float32
    assert result.inliers.shape == (count,)
    assert result.inliers.dtype == bool
    assert result.inliers.mean() > 0.7
    assert result.transform.shape == (3, 3)
    corners = np.array([[20, 20], [300, 20], [300, 220], [20, 220]], np.float64)
    error = project(result.transform, corners) - project(H_0TO1, corners)
    assert np.linalg.norm(error, axis=1).max() < 1
    residual = project(result.transform, result.points0) - result.points1
    assert np.linalg.norm(residual[result.inliers], axis=1).max() < 6


def test_matches_keypoints_and_points_agree(pair):
    result = match_images(*pair)
    for i, m in enumerate(result.matches):
        assert type(m) is cv2.DMatch
        assert result.keypoints0[m.queryIdx].pt == tuple(result.points0[i].tolist())
        assert result.keypoints1[m.trainIdx].pt == tuple(result.points1[i].tolist())
        assert m.imgIdx == 0
    drawn = cv2.drawMatches(
        pair[0], result.keypoints0, pair[1], result.keypoints1, result.matches, None
    )
    assert drawn.ndim == 3


@pytest.mark.parametrize(
    "make",
    [
        cv2.SIFT.create,
        cv2.ORB.create,
        lambda: cv2.SIFT.create(0, 3, 0.04, 10, 1.6, cv2.CV_8U),
        lambda: SSLDescriptor.create(descriptor="binary"),
        lambda: SSLDescriptor.create(descriptor="sift", detector=cv2.SIFT.create()),
    ],
    ids=["SIFT", "ORB", "SIFT in bytes", "binary", "SIFT's keypoints"],
)
def test_any_feature(pair, make):
    result = match_images(*pair, feature=make())
    assert result.inliers.mean() > 0.4
    corners = np.array([[20, 20], [300, 220]], np.float64)
    np.testing.assert_allclose(
        project(result.transform, corners), project(H_0TO1, corners), atol=2.5
    )


def test_the_ratio_gives_a_subset(pair):
    def pairs(result):
        return {(m.queryIdx, m.trainIdx) for m in result.matches}

    everything = pairs(match_images(*pair))
    some = pairs(match_images(*pair, ratio=0.7))
    assert some < everything
    assert len(some) > 20


def test_no_model(pair):
    result = match_images(*pair, model=None)
    assert result.transform is None
    assert result.inliers.all()


def test_a_fundamental_matrix(pair):
    result = match_images(*pair, model="fundamental")
    assert result.transform.shape == (3, 3)
    assert result.inliers.mean() > 0.7
    ones = np.ones((len(result.points0), 1))
    x0, x1 = np.hstack([result.points0, ones]), np.hstack([result.points1, ones])
    lines = x0 @ result.transform.T
    distance = abs((x1 * lines).sum(axis=1)) / np.linalg.norm(lines[:, :2], axis=1)
    assert np.median(distance[result.inliers]) < 1


def test_is_deterministic(pair):
    first, second = match_images(*pair), match_images(*pair)
    np.testing.assert_array_equal(first.transform, second.transform)
    np.testing.assert_array_equal(first.inliers, second.inliers)


def test_files(pair, tmp_path):
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for path, image in zip(paths, pair, strict=True):
        cv2.imwrite(str(path), image)
    np.testing.assert_array_equal(
        match_images(str(paths[0]), paths[1]).points0, match_images(*pair).points0
    )


def test_files_that_are_missing_or_broken_are_named(pair, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.png"):
        match_images(tmp_path / "nothing.png", pair[1])
    for content in (b"", b"not a picture"):
        (tmp_path / "broken.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"broken\.png is not an image"):
            match_images(pair[0], tmp_path / "broken.png")


def test_images_without_keypoints(pair):
    blank = np.zeros((50, 60), np.uint8)
    for images in ((blank, pair[1]), (pair[0], blank), (blank, blank)):
        result = match_images(*images)
        assert result.matches == ()
        assert result.points0.shape == result.points1.shape == (0, 2)
        assert result.transform is None
        assert result.inliers.shape == (0,)


def test_wrong_arguments(pair):
    with pytest.raises(ValueError, match="homography, fundamental"):
        match_images(*pair, model="affine")
    with pytest.raises(cv2.error):
        match_images(pair[0].astype(np.float32), pair[1])
    with pytest.raises(cv2.error):
        match_images(None, pair[1])
    for threshold in (0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"threshold is {threshold}; .* above 0"):
            match_images(*pair, threshold=threshold)
    for wrong in ("3", None):
        with pytest.raises(TypeError, match=r"'threshold' is .* a number is wanted"):
            match_images(*pair, threshold=wrong)


@pytest.mark.parametrize("elements", [3, 4])
def test_strings_of_two_bits_are_refused(pair, elements):
    with pytest.raises(ValueError, match="NORM_HAMMING2"):
        match_images(*pair, feature=cv2.ORB.create(WTA_K=elements))


@pytest.mark.parametrize("model", ["homography", "fundamental"])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 7, 8, 20])
def test_degenerate_points_give_no_model_or_a_matrix(model, count):
    same = np.full((count, 2), 7, np.float32)
    line = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
    for points in (same, line):
        matrix, inliers = estimate(points, points, model, 3.0)
        assert inliers.shape == (count,)
        assert inliers.dtype == bool
        if matrix is None:
            assert not inliers.any()
        else:
            assert matrix.shape == (3, 3)


def test_too_few_points_give_no_model():
    points = np.random.default_rng(0).uniform(0, 100, (7, 2)).astype(np.float32)
    assert estimate(points[:3], points[:3], "homography", 3.0)[0] is None
    assert estimate(points, points, "fundamental", 3.0)[0] is None
