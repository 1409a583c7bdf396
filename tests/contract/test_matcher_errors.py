"""Where cv2.BFMatcher raises cv2.error, SSLMatcher does; and its messages say what to do."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from tests.contract.matcher_helpers import Make, bits, grid, over_both

from ssldescriptor import SSLMatcher

A, B = grid(4, 0), grid(5, 1)
MASK = np.ones((4, 5), np.uint8)

CALLS: dict[str, Callable[[Any], Any]] = {
    "train None": lambda m: m.match(A, None),
    "knn train None": lambda m: m.knnMatch(A, None, 2),
    "radius train None": lambda m: m.radiusMatch(A, None, 2.0),
    "k 0": lambda m: m.knnMatch(A, B, 0),
    "k -1": lambda m: m.knnMatch(A, B, -1),
    "k None": lambda m: m.knnMatch(A, B, None),
    "k float": lambda m: m.knnMatch(A, B, 2.0),
    "k missing": lambda m: m.knnMatch(A, B),
    "radius 0": lambda m: m.radiusMatch(A, B, 0),
    "radius -1": lambda m: m.radiusMatch(A, B, -1.0),
    "radius nan": lambda m: m.radiusMatch(A, B, float("nan")),
    "radius text": lambda m: m.radiusMatch(A, B, "far"),
    "radius digits": lambda m: m.radiusMatch(A, B, "1"),
    "dimension": lambda m: m.match(A, B[:, :2]),
    "float64": lambda m: m.match(A.astype(float), B.astype(float)),
    "float16": lambda m: m.match(A.astype(np.float16), B.astype(np.float16)),
    "int32": lambda m: m.match(A.astype(np.int32), B.astype(np.int32)),
    "int8": lambda m: m.match(A.astype(np.int8), B.astype(np.int8)),
    "bool": lambda m: m.match(A > 1, B > 1),
    "mixed": lambda m: m.match(A, B.astype(np.uint8)),
    "list": lambda m: m.match(A.tolist(), B.tolist()),
    "train list": lambda m: m.match(A, B.tolist()),
    "train tuples": lambda m: m.match(A, tuple(map(tuple, B))),
    "text": lambda m: m.match("a", "b"),
    "add nothing": lambda m: m.add(),
    "add rows": lambda m: m.add(B.tolist()),
    "add text": lambda m: m.add([B, "b"]),
    "3-D": lambda m: m.match(A[None], B[None]),
    "mask shape": lambda m: m.match(A, B, MASK[:, :3]),
    "mask transposed": lambda m: m.match(A, B, MASK.T),
    "mask float": lambda m: m.match(A, B, MASK.astype(np.float32)),
    "mask int8": lambda m: m.match(A, B, MASK.astype(np.int8)),
    "mask bool": lambda m: m.knnMatch(A, B, 2, MASK.astype(bool)),
    "no arguments": lambda m: m.match(),
    "too many": lambda m: m.match(A, B, MASK, 4, 5),
    "unknown keyword": lambda m: m.match(A, B, foo=1),
    "twice": lambda m: m.match(A, B, queryDescriptors=A),
}


@over_both
@pytest.mark.parametrize("call", CALLS)
def test_calls_that_are_errors(make: Make, call: str) -> None:
    with pytest.raises(cv2.error):
        CALLS[call](make())


SET_CALLS: dict[str, Callable[[Any], Any]] = {
    "dimension": lambda m: m.match(A[:, :2]),
    "dtype": lambda m: m.match(A.astype(np.uint8)),
    "too few masks": lambda m: m.match(A, [MASK]),
    "too many masks": lambda m: m.match(A, [MASK, MASK, MASK]),
    "mask shape": lambda m: m.match(A, [MASK, MASK]),
    "k 0": lambda m: m.knnMatch(A, 0),
    "radius 0": lambda m: m.radiusMatch(A, 0.0),
}


@over_both
@pytest.mark.parametrize("call", SET_CALLS)
def test_calls_over_train_images_that_are_errors(make: Make, call: str) -> None:
    m = make()
    m.add([B, A])
    with pytest.raises(cv2.error):
        SET_CALLS[call](m)


@over_both
@pytest.mark.parametrize("image", [None, B[:, :2], B.astype(np.uint8), B.astype(float)])
def test_a_bad_train_image_is_an_error_on_use(make: Make, image: Any) -> None:
    m = make()
    m.add([B, image])
    with pytest.raises(cv2.error):
        m.match(A)


@over_both
def test_cross_check_refuses(make: Make) -> None:
    m = make(cv2.NORM_L2, True)
    for call in (
        lambda: m.knnMatch(A, B, 2),
        lambda: m.match(A, B, MASK),
        lambda: m.knnMatch(A, B, 1, MASK),
    ):
        with pytest.raises(cv2.error):
            call()
    m.add([B, A])
    with pytest.raises(cv2.error):
        m.match(A)
    assert len(m.radiusMatch(A, 2.0)) == 4  # radiusMatch ignores it


@over_both
@pytest.mark.parametrize("norm", [99, cv2.NORM_HAMMING])
def test_a_norm_that_does_not_fit(make: Make, norm: int) -> None:
    """OpenCV notices a wrong norm when matching, ours when it is created."""
    with pytest.raises(cv2.error):
        make(norm).match(A, B)


@pytest.mark.parametrize(
    ("call", "code", "func", "words"),
    [
        (
            lambda: SSLMatcher(cv2.NORM_HAMMING).match(A, B),
            -210,
            "match",
            ["float32", "cv2.NORM_L2", 'descriptor="binary"'],
        ),
        (
            lambda: SSLMatcher().match(A.astype(float), B),
            -215,
            "match",
            ["float64", ".astype(numpy.float32)"],
        ),
        (lambda: SSLMatcher().match(A, None), -215, "match", ["no features were found"]),
        (lambda: SSLMatcher().match(A, B[:, :2]), -215, "match", ["(4, 3)", "(5, 2)"]),
        (lambda: SSLMatcher().match(A, bits(5, 0, 3)), -215, "match", ["float32", "uint8"]),
        (lambda: SSLMatcher().match(A[None], B), -215, "match", ["(1, 4, 3)", "(N, D)"]),
        (lambda: SSLMatcher().match(A, B, MASK.T), -215, "match", ["(5, 4)", "(4, 5)"]),
        (lambda: SSLMatcher().match([1], B), -5, "match", ["list", "numpy array"]),
        (lambda: SSLMatcher().knnMatch(A, B), -5, "knnMatch", ["'k' (pos 3)"]),
        (lambda: SSLMatcher().knnMatch(A, B, 0), -215, "knnMatch", ["knn > 0"]),
        (lambda: SSLMatcher().radiusMatch(A, B, "x"), -5, "radiusMatch", ["'x'"]),
        (
            lambda: SSLMatcher(crossCheck=True).knnMatch(A, B, 2),
            -215,
            "knnMatch",
            ["crossCheck=False"],
        ),
        (lambda: SSLMatcher(cv2.NORM_L1), -5, "create", ["normType is 2", "NORM_L2 (4)"]),
        (lambda: SSLMatcher(4.0), -5, "create", ["'float'"]),
        (lambda: SSLMatcher("x"), -5, "create", ["'x'", "BruteForce-Hamming"]),
        (lambda: SSLMatcher(ratio=0), -5, "create", ["ratio is 0"]),
        (lambda: SSLMatcher(ratio="x"), -5, "create", ["'ratio' is 'x'"]),
        (lambda: SSLMatcher(num_threads=-1), -5, "create", ["num_threads is -1"]),
        (lambda: SSLMatcher().add(5), -5, "add", ["int"]),
    ],
)
def test_messages(call: Callable[[], Any], code: int, func: str, words: list[str]) -> None:
    with pytest.raises(cv2.error) as caught:
        call()
    assert caught.value.code == code
    assert caught.value.func == func
    assert all(word in str(caught.value) for word in words), str(caught.value)
