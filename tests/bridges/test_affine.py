"""ASIFT with features that cv2.AffineFeature refuses."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields

from ssldescriptor import SSLDescriptor, patch_cv2
from ssldescriptor.bridges.affine import AffineFeature, create_affine
from ssldescriptor.bridges.views import make_view, view_params
from ssldescriptor.evaluation.metrics import match_errors


def test_the_views_of_the_paper() -> None:
    """Tilts sqrt(2)^n, rolls 72/t apart below 180."""
    views = view_params(5, 0, 2**0.5, 72)
    assert len(views) == 1 + 4 + 5 + 8 + 10 + 15
    tilts, rolls = np.array(views).T
    np.testing.assert_allclose(np.unique(tilts.round(6)), 2 ** (np.arange(6) / 2), atol=1e-5)
    assert views[0] == (1.0, 0.0)
    for tilt in np.unique(tilts)[1:]:
        mine = rolls[tilts == tilt]
        np.testing.assert_allclose(np.diff(mine), 72 / tilt)
        assert mine[0] == 0
        assert 180 - 72 / tilt - 1e-9 < mine[-1] < 180 - 1e-9


def test_as_many_views_as_opencv(image: Any) -> None:
    """OpenCV numbers them in class_id."""
    found = cv2.AffineFeature.create(cv2.SIFT.create(50), 3).detect(image, None)
    assert max(k.class_id for k in found) + 1 == len(view_params(3, 0, 2**0.5, 72))


@pytest.mark.parametrize(("tilt", "roll"), [(1, 0), (1, 40), (2, 0), (2.5, 70), (4, 130)])
def test_a_view_shows_each_pixel_where_its_matrix_says(tilt: float, roll: float) -> None:
    """A blob is where the matrix maps its centre."""
    for x, y in ((60, 40), (20, 70), (90.5, 30.5)):
        rows, columns = np.mgrid[:100, :130]
        blob = 250 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 40)
        view = make_view(blob.astype(np.uint8), None, tilt, roll)
        grid_y, grid_x = np.mgrid[: view.image.shape[0], : view.image.shape[1]]
        weight = view.image.astype(float)
        centre = [(grid_x * weight).sum(), (grid_y * weight).sum()] / weight.sum()
        np.testing.assert_allclose(centre, view.matrix @ [x, y, 1], atol=0.2)


def test_the_mask_of_a_view_is_the_image() -> None:
    view = make_view(np.full((80, 100), 200, np.uint8), None, 2, 30)
    assert view.mask is not None
    assert view.mask.shape == view.image.shape
    assert (view.mask > 0).sum() == pytest.approx(80 * 100 / 2, rel=0.05)


def test_points_go_to_a_view_and_back() -> None:
    view = make_view(np.zeros((80, 100), np.uint8), None, 2, 30)
    given = [cv2.KeyPoint(10, 20, 5, 45, 0.5, 2, 7), cv2.KeyPoint(90, 3.5, 4)]
    there = view.from_image(given, [7, -1])
    back = view.to_image(there, 3)
    assert [k.class_id for k in there] == [7, -1]
    assert [k.class_id for k in back] == [3, 3]
    np.testing.assert_allclose([k.pt for k in back], [k.pt for k in given], atol=1e-4)
    assert [(k.size, k.angle, k.octave) for k in back] == [(5, 45, 2), (4, -1, 0)]
    assert given[0].class_id == 7


@pytest.fixture(scope="module")
def tilted(image: Any) -> tuple[Any, Any, Any]:
    """Return a photograph, and how it is seen from the side, at 65 degrees."""
    # A camera that turns about the picture: rows of H from the plane's and the camera's axes.
    turn, focal = np.radians(65), 400.0
    pose = np.array([[np.cos(turn), 0, 0], [0, 1, 0], [np.sin(turn), 0, focal]])
    to_centre = np.array([[1, 0, -160], [0, 1, -120], [0, 0, 1]])
    lens = np.array([[focal, 0, 160], [0, focal, 120], [0, 0, 1]])
    matrix = lens @ pose @ to_centre
    blurred = cv2.GaussianBlur(image, (0, 0), sigmaX=1.5, sigmaY=0.01)
    return image, cv2.warpPerspective(blurred, matrix, (320, 240)), matrix


def right(feature: Any, scene: Any) -> int:
    kp0, rows0 = feature.detectAndCompute(scene[0], None)
    kp1, rows1 = feature.detectAndCompute(scene[1], None)
    found = cv2.BFMatcher(feature.defaultNorm()).knnMatch(rows0, rows1, 2)
    good = [m for m, n in found if m.distance < 0.85 * n.distance]
    points0 = np.array([kp0[m.queryIdx].pt for m in good])
    points1 = np.array([kp1[m.trainIdx].pt for m in good])
    errors = match_errors(points0, points1, scene[2])
    # Several views find the same point: count places of 4 pixels.
    return len({tuple(point) for point in (points0[errors < 3] // 4).tolist()})


@pytest.mark.parametrize("form", ["float", "binary"])
def test_it_finds_more_from_the_side(tilted: Any, form: str) -> None:
    feature = SSLDescriptor.create(100, descriptor=form)
    assert right(AffineFeature.create(feature, 3), tilted) > 1.5 * right(feature, tilted) + 5


def test_compute_gives_the_same_rows(image: Any) -> None:
    feature = AffineFeature(SSLDescriptor.create(60), 2)
    keypoints, rows = feature.detectAndCompute(image, None)
    assert {k.class_id for k in keypoints} == set(range(10))
    assert fields(feature.detect(image)) == fields(keypoints)
    same, again = feature.compute(image, keypoints)
    assert fields(same) == fields(keypoints)
    np.testing.assert_array_equal(again, rows)
    given = np.zeros_like(rows)
    assert feature.compute(image, keypoints, given)[1] is given


def test_lists_of_images(image: Any) -> None:
    feature = AffineFeature(SSLDescriptor.create(20), 1)
    found = feature.detect([image, image[:100]])
    keypoints, rows = feature.compute([image, image[:100]], found)
    assert [len(k) for k in keypoints] == [len(r) for r in rows] == [len(k) for k in found]


def test_masks_and_colour(image: Any) -> None:
    mask = np.zeros_like(image)
    mask[:, 160:] = 255
    feature = AffineFeature(SSLDescriptor.create(50), 1)
    assert min(k.pt[0] for k in feature.detect(image, mask)) > 157
    gray = feature.detectAndCompute(image, None)[1]
    colour = feature.detectAndCompute(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), None)[1]
    assert len(colour) == pytest.approx(len(gray), rel=0.1)


@pytest.mark.parametrize("make", [cv2.ORB.create, cv2.SIFT.create])
def test_features_of_opencv_match_as_in_opencvs_own_class(tilted: Any, make: Any) -> None:
    """ORB's compute() drops and reorders keypoints, SIFT's does not."""
    ours, theirs = AffineFeature(make(100), 2), cv2.AffineFeature.create(make(100), 2)
    keypoints, rows = ours.detectAndCompute(tilted[0], None)
    assert len(keypoints) == len(rows)
    assert right(ours, tilted) > 0.8 * right(theirs, tilted) > 25


def test_the_views_can_be_set(image: Any) -> None:
    feature = AffineFeature(SSLDescriptor.create(30))
    feature.setViewParams([1.0, 2.0], [0.0, 45.0])
    assert feature.getViewParams([], []) == ([1.0, 2.0], [0.0, 45.0])
    assert {k.class_id for k in feature.detect(image)} == {0, 1}
    for tilts, rolls in (([], []), ([1.0], []), ([0.5], [0.0])):
        with pytest.raises(cv2.error, match="pairs with tilts >= 1"):
            feature.setViewParams(tilts, rolls)


def test_information() -> None:
    feature = AffineFeature(SSLDescriptor.create(descriptor="binary"))
    assert (feature.descriptorSize(), feature.descriptorType()) == (32, cv2.CV_8U)
    assert feature.defaultNorm() == cv2.NORM_HAMMING
    assert feature.getDefaultName() == "Feature2D.AffineFeature"
    assert not feature.empty()


def test_nothing_to_see() -> None:
    feature = AffineFeature(SSLDescriptor.create(), 1)
    flat = np.zeros((50, 60), np.uint8)
    assert feature.detectAndCompute(flat, None) == ((), None)
    assert feature.detect(None) == ()
    assert feature.compute(flat, []) == ((), None)
    with pytest.raises(cv2.error, match="image is empty"):
        feature.detectAndCompute(None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "backend is of type NoneType"),
        ((SSLDescriptor.create(), -1), "tilts from 0 to -1"),
        ((SSLDescriptor.create(), 2, 3), "tilts from 3 to 2"),
        ((SSLDescriptor.create(), 2, 0, 1.0), "tiltStep 1.0"),
        ((SSLDescriptor.create(), 2, 0, 1.4, 0), "rotateStepBase 0"),
    ],
)
def test_bad_arguments(arguments: Any, message: str) -> None:
    with pytest.raises(cv2.error, match=message):
        AffineFeature(*arguments)


def test_keypoints_of_no_view(image: Any) -> None:
    with pytest.raises(cv2.error, match="class_id -1 of a keypoint"):
        AffineFeature(SSLDescriptor.create(), 1).compute(image, [cv2.KeyPoint(5, 5, 3)])


def test_patched(image: Any) -> None:
    """A script's cv2.AffineFeature takes our feature, and OpenCV's as before."""
    native = cv2.SIFT.create(20)
    with patch_cv2():
        for make in (cv2.AffineFeature_create, cv2.AffineFeature.create, create_affine):
            assert isinstance(make(cv2.SIFT_create(20), maxTilt=1), AffineFeature)
            assert isinstance(make(native, 1), cv2.AffineFeature)
