"""The bindings convert nothing and say what is wrong."""

import threading

import numpy as np
import pytest

from ssldescriptor import _core

A = np.zeros((3, 4), np.float32)
B = np.zeros((5, 4), np.float32)


@pytest.mark.parametrize(
    "wrong",
    [A.astype(float), np.asfortranarray(A), A[:, ::2], A.tolist(), A.astype(np.uint8), None],
)
def test_other_dtypes_and_layouts_are_type_errors(wrong: object) -> None:
    with pytest.raises(TypeError, match="incompatible function arguments"):
        _core.match(wrong, B)  # type: ignore[arg-type]


def test_values_off_their_alignment_are_copied() -> None:
    rows = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    memory = np.zeros(rows.nbytes + 1, np.uint8)
    memory[1:] = rows.view(np.uint8).ravel()
    unaligned = memory[1:].view(np.float32).reshape(rows.shape)
    assert not unaligned.flags.aligned
    for left, right in ((unaligned, A), (A, unaligned), (A, _core.FloatTrainSet([unaligned]))):
        index, distance = _core.knn(left, right, 2)  # the sanitizer stops at an unaligned load
        wanted = _core.knn(*(rows if x is not A else A for x in (left, right)), 2)
        assert (index == wanted[0]).all()
        assert (distance == wanted[1]).all()


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match=r"desc0 must be 2-D, got shape \(4,\)"):
        _core.match(A[0], B)
    with pytest.raises(ValueError, match=r"\(3, 4\) against \(5, 3\)"):
        _core.knn(A, np.ascontiguousarray(B[:, :3]), 1)
    with pytest.raises(ValueError, match=r"mask must have shape \(3, 5\), got \(5, 3\)"):
        _core.knn(A, B, 1, mask=np.ones((5, 3), np.uint8))
    with pytest.raises(ValueError, match=r"mask must have shape"):
        _core.radius_search(A, B, 1.0, mask=np.ones(15, np.uint8))


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="k must be > 0, got 0"):
        _core.knn(A, B, 0)
    with pytest.raises(ValueError, match="radius must be >= 0"):
        _core.radius_search(A, B, -1.0)
    with pytest.raises(ValueError, match="radius must be >= 0"):
        _core.radius_search(A, B, float("nan"))


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
def test_empty_matrices(shape: tuple[int, int], dtype: type) -> None:
    empty = np.zeros(shape, dtype)
    other = np.zeros((4, shape[1]), dtype)
    for a, b in ((empty, other), (other, empty)):
        assert [len(x) for x in _core.match(a, b)] == [0, 0, 0]
        index, distance = _core.knn(a, b, 3)
        assert index.shape == distance.shape == (len(a), min(3, len(b)))
        assert (index == -1).all()
        offset, index, _ = _core.radius_search(a, b, 1.0)
        assert offset.tolist() == [0] * (len(a) + 1)


def test_several_python_threads_may_match_at_once() -> None:
    rng = np.random.default_rng(0)
    sets = [rng.normal(size=(300, 32)).astype(np.float32) for _ in range(6)]
    wanted = [_core.match(x, sets[0])[1].tolist() for x in sets]
    results: dict[int, list[list[int]]] = {}

    def work(n: int) -> None:
        results[n] = [_core.match(x, sets[0], num_threads=2)[1].tolist() for x in sets]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[n] == wanted for n in range(4))
