"""Wrong arguments of the core's feature functions: clear errors, never a silent conversion."""

from typing import Any

import numpy as np
import pytest

from ssldescriptor import _core

GRAY = np.zeros((8, 12), np.uint8)
XY = np.zeros((3, 2), np.float32)
ROW = np.zeros(3, np.float32)
PEAK = np.zeros((8, 12), np.float32)
RANK = np.zeros((2, 3), np.float32)
OWNER = np.zeros(3, np.int32)
SWAPPED = ROW.astype(ROW.dtype.newbyteorder())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((GRAY.astype(np.float32),), r"gray must be uint8 \(H, W\), got float32 \(8, 12\)"),
        ((GRAY.astype(bool),), r"gray must be uint8 \(H, W\), got bool \(8, 12\)"),
        ((GRAY[..., None],), r"gray must be uint8 \(H, W\), got uint8 \(8, 12, 1\)"),
        ((GRAY[:0],), "at least one pixel, got 0 rows of 12"),
        ((GRAY[:, :0],), "at least one pixel, got 8 rows of 0"),
        ((GRAY, -1), r"radius must be in \[0, 2047\], got -1"),
        ((GRAY, 2048), r"radius must be in \[0, 2047\], got 2048"),
        ((GRAY, 16, 0.0), "epsilon must be finite and at least 0.001, got 0"),
        ((GRAY, 16, float("nan")), "epsilon must be finite"),
        ((GRAY, 16, float("inf")), "epsilon must be finite"),
    ],
)
def test_local_contrast(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _core.local_contrast(*arguments)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"peak": PEAK.astype(np.float64)}, r"peak must be float32 \(H, W\), got float64"),
        ({"peak": PEAK[0]}, r"peak must be float32 \(H, W\), got float32 \(12,\)"),
        ({"peak": PEAK[:0]}, "peak must have at least one pixel"),
        ({"rank": RANK.astype(np.float16)}, "rank must be float32 .* got float16"),
        ({"rank": RANK[:, :2]}, r"rank must have shape \(2, 3\), .* got \(2, 2\)"),
        ({"rank": RANK.T}, r"rank must have shape \(2, 3\), .* got \(3, 2\)"),
        ({"mask": GRAY.astype(bool)}, r"mask must be uint8 \(H, W\) like peak, got bool"),
        ({"mask": GRAY[:, :5]}, r"mask must have the shape of peak, .* got uint8 \(8, 5\)"),
        ({"radius": -1}, "radius and border must not be negative, got -1 and 4"),
        ({"border": -2}, "radius and border must not be negative, got 2 and -2"),
    ],
)
def test_find_keypoints(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _core.find_keypoints(**{"peak": PEAK, "rank": RANK, **changed})


Errors = list[tuple[dict[str, Any], str]]

POSITION_ERRORS: Errors = [
    ({"xy": XY.astype(np.float64)}, r"xy must be float32 \(N, 2\), got float64 \(3, 2\)"),
    ({"xy": np.zeros((3, 3), np.float32)}, r"xy must be float32 \(N, 2\), got float32 \(3, 3\)"),
    ({"xy": ROW}, r"xy must be float32 \(N, 2\), got float32 \(3,\)"),
    ({"num_threads": -1}, "num_threads must be 0 .* or more, got -1"),
]

KEYPOINT_ERRORS: Errors = [
    *POSITION_ERRORS,
    ({"size": ROW[:2]}, r"size must have one entry for each of the 3 rows of xy, got .* \(2,\)"),
    ({"size": ROW.astype(np.int32)}, r"size must be float32 \(N,\), got int32 \(3,\)"),
    ({"size": SWAPPED}, r"size must be float32 \(N,\), got .f4 \(3,\)"),
    ({"angle_deg": np.zeros(4, np.float32)}, "angle_deg must have one entry for each of the 3"),
    ({"angle_deg": ROW[:, None]}, r"angle_deg must be float32 \(N,\), got float32 \(3, 1\)"),
    *(({"num_grids": n}, f"num_grids must be 1 to 3, got {n}") for n in (-1, 0, 4)),
]

IMAGE_ERRORS: Errors = [
    ({"gray": GRAY[None]}, r"gray must be uint8 \(H, W\), got uint8 \(1, 8, 12\)"),
    ({"gray": GRAY.astype(np.int16)}, r"gray must be uint8 \(H, W\), got int16"),
    ({"gray": GRAY[:0]}, "gray must have at least one pixel, got 0 rows of 12"),
]

STACK_ERRORS: Errors = [
    ({"grays": GRAY}, r"grays must be uint8 \(B, H, W\), got uint8 \(8, 12\)"),
    ({"grays": GRAY[None, :, :0]}, "at least one pixel"),
    ({"grays": np.zeros((0, 8, 12), np.uint8)}, r"image_index\[0\] is 0, .* in \[0, 0\)"),
    ({"image_index": OWNER.astype(np.int64)}, r"image_index must be int32 \(N,\), got int64"),
    ({"image_index": OWNER[:2]}, "image_index must have one entry for each of the 3"),
    ({"image_index": OWNER + np.int32(1)}, r"image_index\[0\] is 1, must be in \[0, 1\)"),
    ({"image_index": OWNER - np.int32(1)}, r"image_index\[0\] is -1, must be in \[0, 1\)"),
]


@pytest.mark.parametrize(("changed", "message"), [*KEYPOINT_ERRORS, *IMAGE_ERRORS])
def test_sample_patches(changed: dict[str, Any], message: str) -> None:
    given = {"gray": GRAY, "xy": XY, "size": ROW, "angle_deg": ROW, **changed}
    with pytest.raises(ValueError, match=message):
        _core.sample_patches(**given)


@pytest.mark.parametrize(("changed", "message"), [*KEYPOINT_ERRORS, *STACK_ERRORS])
def test_sample_patches_batch(changed: dict[str, Any], message: str) -> None:
    given = {"grays": GRAY[None], "image_index": OWNER, "xy": XY, "size": ROW, "angle_deg": ROW}
    with pytest.raises(ValueError, match=message):
        _core.sample_patches_batch(**{**given, **changed})


@pytest.mark.parametrize(("changed", "message"), [*POSITION_ERRORS, *IMAGE_ERRORS])
def test_sample_rings(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _core.sample_rings(**{"gray": GRAY, "xy": XY, **changed})


@pytest.mark.parametrize(("changed", "message"), [*POSITION_ERRORS, *STACK_ERRORS])
def test_sample_rings_batch(changed: dict[str, Any], message: str) -> None:
    given = {"grays": GRAY[None], "image_index": OWNER, "xy": XY}
    with pytest.raises(ValueError, match=message):
        _core.sample_rings_batch(**{**given, **changed})


@pytest.mark.parametrize("wrong", [None, [[0, 1]], "gray", 3.0])
def test_what_is_no_array_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError):
        _core.local_contrast(wrong)
    with pytest.raises(TypeError):
        _core.find_keypoints(wrong, RANK)
    with pytest.raises(TypeError):
        _core.sample_patches(wrong, XY, ROW, ROW)
    with pytest.raises(TypeError):
        _core.sample_rings(wrong, XY)


def test_values_off_their_alignment_are_copied() -> None:
    peak = np.random.default_rng(0).normal(size=PEAK.shape).astype(np.float32)
    memory = np.zeros(peak.nbytes + 1, np.uint8)
    memory[1:] = peak.view(np.uint8).ravel()
    unaligned = memory[1:].view(np.float32).reshape(peak.shape)
    assert not unaligned.flags.aligned
    found = _core.find_keypoints(unaligned, RANK, 1, 0)  # the sanitizer stops at an unaligned load
    for column, wanted in zip(found, _core.find_keypoints(peak, RANK, 1, 0), strict=True):
        np.testing.assert_array_equal(column, wanted)
