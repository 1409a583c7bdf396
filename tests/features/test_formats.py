"""The forms of descriptors."""

import cv2
import numpy as np
import pytest

from ssldescriptor.formats import fixed_projection, get_format, to_binary, to_sift


@pytest.fixture(scope="module")
def rows():
    """Return (200, 128) float32 unit rows, non-negative and half zeros, as a ReLU leaves them."""
    values = np.maximum(np.random.default_rng(3).normal(size=(200, 128)), 0)
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "size", "depth", "norm", "dtype"),
    [
        ("float", 128, cv2.CV_32F, cv2.NORM_L2, np.float32),
        ("sift", 128, cv2.CV_32F, cv2.NORM_L2, np.float32),
        ("binary", 32, cv2.CV_8U, cv2.NORM_HAMMING, np.uint8),
    ],
)
def test_what_a_form_says_is_what_it_does(rows, name, size, depth, norm, dtype):
    form = get_format(name, 128)
    assert (form.name, form.size, form.type, form.norm) == (name, size, depth, norm)
    encoded = form.encode(rows)
    assert encoded.shape == (200, size)
    assert encoded.dtype == dtype
    assert form.encode(rows[:0]).shape == (0, size)


def test_unknown_form():
    with pytest.raises(ValueError, match="float, sift, binary"):
        get_format("half", 128)


def test_sift_rows_against_plain_python(rows):
    expected = [[min(255, round(512 * float(v))) for v in row] for row in rows]
    np.testing.assert_array_equal(to_sift(rows), expected)


def test_sift_cuts_at_255():
    one = np.eye(1, 128, dtype=np.float32)
    assert to_sift(one).max() == 255


def test_sift_keeps_the_order_of_distances(rows):
    distance = np.linalg.norm(rows[:1] - rows[1:], axis=1)
    scaled = np.linalg.norm(to_sift(rows[:1]) - to_sift(rows[1:]), axis=1)
    np.testing.assert_allclose(scaled, 512 * distance, atol=8)


def test_binary_against_plain_integers(rows):
    projection = fixed_projection(128).astype(np.int64)
    steps = np.rint(rows * np.float32(4096)).astype(np.int64)
    signs = (128 * steps - steps.sum(axis=1, keepdims=True)) @ projection > 0
    np.testing.assert_array_equal(np.unpackbits(to_binary(rows), axis=1), signs)


def test_binary_golden():
    """The bits are part of the format: stored descriptors must stay comparable."""
    ramp = np.arange(128, dtype=np.float32)
    row = (ramp / np.linalg.norm(ramp))[None]
    assert to_binary(row).tobytes().hex() == (
        "af4696a006bb360c8cbd6f1cae460620510f244ca27c684726fc485e5b27034c"
    )


def test_binary_distance_grows_with_the_angle(rows):
    centred = rows.astype(np.float64) - rows.mean(axis=1, keepdims=True)
    mixes = np.linspace(0, 1, 11)[:, None]
    for row, other in zip(rows[:50:2], rows[1:50:2], strict=True):
        path = (1 - mixes) * row + mixes * other
        bits = np.unpackbits(to_binary(path.astype(np.float32)), axis=1)
        hamming = (bits != bits[0]).sum(axis=1)
        assert hamming[0] == 0
        assert (np.diff(hamming) > -12).all()
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    angle = np.arccos(np.clip(unit[:1] @ unit[1:].T, -1, 1))[0]
    bits = np.unpackbits(to_binary(rows), axis=1)
    hamming = (bits[1:] != bits[0]).sum(axis=1)
    assert abs(hamming - 256 * angle / np.pi).max() < 40


def test_binary_bits_do_not_depend_on_the_batch(rows):
    together = to_binary(rows)
    np.testing.assert_array_equal(together, np.vstack([to_binary(row[None]) for row in rows]))


def test_binary_with_a_models_own_head(rows):
    form = get_format("binary", 128, lambda r: np.hstack([r, -r]) - np.float32(0.05))
    encoded = form.encode(rows)
    assert (encoded.shape, encoded.dtype) == ((200, 32), np.uint8)
    signs = np.unpackbits(encoded, axis=1)
    np.testing.assert_array_equal(signs[:, :128], rows > 0.05)
    assert not signs[:, 128:].any()
    assert form.encode(rows[:0]).shape == (0, 32)


def test_binary_of_a_flat_row_is_defined():
    flat = np.full((1, 128), 1 / np.sqrt(128), np.float32)
    np.testing.assert_array_equal(to_binary(flat), np.zeros((1, 32), np.uint8))


@pytest.mark.parametrize("dim", [64, 96, 128, 200, 256])
def test_fixed_projection(dim):
    matrix = fixed_projection(dim)
    assert matrix.shape == (dim, 256)
    assert set(np.unique(matrix)) == {-1.0, 1.0}
    assert np.unique(matrix, axis=1).shape == (dim, 256)  # no bit asks the same twice
    assert abs(matrix.mean()) < 0.1
    if dim & (dim - 1) == 0:
        block = matrix[:, :dim]
        np.testing.assert_array_equal(block.T @ block, dim * np.eye(dim))
