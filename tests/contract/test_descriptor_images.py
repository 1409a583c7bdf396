"""Which images are accepted, in which layout, and what happens to the others."""

import cv2
import numpy as np
import pytest
from tests.contract.helpers import fields


@pytest.fixture
def colour(image):
    """Return (180, 240, 3) uint8 with three different channels."""
    return np.dstack([image, image[::-1], cv2.GaussianBlur(image, (0, 0), 2)])


def same(feature, image, expected_image):
    keypoints, rows = feature.detectAndCompute(image, None)
    expected, expected_rows = feature.detectAndCompute(expected_image, None)
    assert len(expected) > 20
    assert fields(keypoints) == fields(expected)
    np.testing.assert_array_equal(rows, expected_rows)


def test_colour_is_converted_as_cvtcolor_does(create, colour):
    gray = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
    feature = create(100)
    same(feature, colour, gray)
    same(feature, np.dstack([colour, np.full(gray.shape, 9, np.uint8)]), gray)
    same(feature, gray[:, :, None], gray)


@pytest.mark.parametrize(
    "layout",
    [
        lambda image: image[::-1, ::-1],
        np.asfortranarray,
        lambda image: np.repeat(image, 2, axis=1)[:, ::2],
        lambda image: image.T,
        lambda image: image[10:-10, 20:-20],
    ],
    ids=["negative strides", "Fortran", "column steps", "transposed", "cut out"],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_layouts(create, image, colour, layout, channels):
    view = layout(image) if channels == 1 else layout(colour)
    if view.ndim == 3 and view.shape[2] != 3:
        view = view.transpose(1, 2, 0)
    same(create(50), view, np.ascontiguousarray(view))


def test_the_image_is_not_touched(create, image):
    copy = image.copy()
    create().detectAndCompute(copy, None)
    np.testing.assert_array_equal(copy, image)


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i1", "i2", "u2", "i4", "i8", "?"])
@pytest.mark.parametrize("method", ["detect", "detectAndCompute", "compute"])
def test_other_depths_are_cv2_errors(create_ours, image, dtype, method):
    arguments = {"detect": (), "detectAndCompute": (None,), "compute": ([cv2.KeyPoint(9, 9, 6)],)}
    with pytest.raises(cv2.error, match=r"incorrect depth|depth .*!=CV_8U") as caught:
        getattr(create_ours(), method)(image.astype(dtype), *arguments[method])
    assert np.dtype(dtype).name in str(caught.value)
    assert caught.value.func == method


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u2", "i4"])
def test_other_depths_are_cv2_errors_in_sift_too(create, image, dtype):
    with pytest.raises(cv2.error):
        create().detect(image.astype(dtype))


@pytest.mark.parametrize("shape", [(60, 80, 2), (60, 80, 5), (60, 80, 3, 2), (2, 60, 80, 3)])
def test_other_shapes_are_cv2_errors(create_ours, shape):
    with pytest.raises(cv2.error, match="shape"):
        create_ours().detect(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    "shape", [(1, 100), (100, 1), (1, 1), (2, 2), (3, 50), (5, 5), (8, 8), (9,)]
)
def test_tiny_images_have_no_keypoints_but_can_be_described(create_ours, shape):
    tiny = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    feature = create_ours()
    assert len(feature.detect(tiny)) <= 4
    keypoints, rows = feature.compute(tiny, [cv2.KeyPoint(0, 0, 6, 10), cv2.KeyPoint(3, 1, 20)])
    assert len(keypoints) == 2
    assert rows.shape == (2, 128)
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("shape", [(1, 100), (1, 1), (9,)])
def test_tiny_images_in_sift_too(create, shape):
    assert create().detectAndCompute(np.zeros(shape, np.uint8), None) == ((), None)


def test_umat_in_umat_out(create, image):
    feature = create(30)
    expected, expected_rows = feature.detectAndCompute(image, None)
    moved = cv2.UMat(image)
    assert fields(feature.detect(moved)) == fields(expected)
    for keypoints, rows in (
        feature.detectAndCompute(moved, None),
        feature.detectAndCompute(image, cv2.UMat(np.ones_like(image))),
        feature.compute(moved, expected),
        feature.compute(image, expected, cv2.UMat(expected_rows)),
    ):
        assert isinstance(rows, cv2.UMat)
        assert fields(keypoints) == fields(expected)
        np.testing.assert_array_equal(rows.get(), expected_rows)


def test_umat_without_keypoints(create):
    keypoints, rows = create().detectAndCompute(cv2.UMat(np.zeros((60, 80), np.uint8)), None)
    assert keypoints == ()
    assert isinstance(rows, cv2.UMat)
    assert rows.get() is None


def test_umats_in_lists(create, image):
    feature = create(30)
    moved = cv2.UMat(image)
    first, second = feature.detect([moved, image])
    assert fields(first) == fields(second)
    _, rows = feature.compute([moved, image], [first, first])
    assert [type(part) for part in rows] == [cv2.UMat, cv2.UMat]
    np.testing.assert_array_equal(rows[0].get(), rows[1].get())
