"""match(): two sets of descriptors in, matched pairs out. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor import _core
from ssldescriptor.parameters import check_number


@dataclass(frozen=True, eq=False)
class Matches:
    """Matched pairs, ordered by `index0`; no index0 appears twice, with mutual no index1 either.

    Attributes:
        index0: (M,) int32, rows of the first set.
        index1: (M,) int32, rows of the second set.
        distance: (M,) float32, distance of the two rows.
    """

    index0: NDArray[np.int32]
    index1: NDArray[np.int32]
    distance: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.index0)


def match(
    desc0: ArrayLike | None,
    desc1: ArrayLike | None,
    *,
    mutual: bool = True,
    ratio: float | None = None,
    max_distance: float | None = None,
    norm: str | None = None,
    num_threads: int = 0,
) -> Matches:
    """Match every row of `desc0` to its nearest row of `desc1`.

    The search is exact: the pairs are those of a float64 brute force whose distances are rounded
    to float32, on every processor and with any number of threads. Of equally near rows the one
    with the lowest index counts, in both directions. Rows with a NaN or an infinity match nothing.

    Args:
        desc0: (N, D) floats (float16 and float64 are rounded to float32 first), or (N, D) uint8:
            bits, compared by Hamming distance, or with a `norm` integers, as SIFT's. None, which
            OpenCV's features return when they find nothing, counts as no rows.
        desc1: (M, D) of the same kind.
        mutual: Keep a pair only if each is the other's nearest.
        ratio: Keep a pair only if its distance is at most `ratio` times the distance to the second
            nearest row of `desc1` (Lowe, IJCV 2004). Where there is no second row, the pair stays.
            With "cosine" the test is on the L2 distances of the rows made unit length.
        max_distance: Keep a pair only if its distance is at most this.
        norm: What numbers are compared by: "l2" (the default for floats); "cosine", 1 minus the
            cosine of the angle, where a row of zeros matches nothing; or "inner_product", whose
            distance is minus the product, without a ratio test.
        num_threads: Threads to use; 0 for all that no other call uses.

    Returns:
        The pairs that pass every test; none if either set is empty.

    Raises:
        TypeError: Another dtype, bytes against floats, no number where one is wanted, or a norm
            that is no name.
        ValueError: Not two-dimensional, rows of different length, an option out of range, or an
            unknown norm.
    """
    rows0, rows1 = _check_rows(desc0, "desc0"), _check_rows(desc1, "desc1")
    if rows0 is None or rows1 is None:
        rows0 = rows1 = np.empty((0, 0), np.float32)
    if rows0.dtype != rows1.dtype:
        raise TypeError(
            f"desc0 holds {_kind(rows0)} and desc1 {_kind(rows1)}; both must come from one feature"
        )
    if norm is not None and not isinstance(norm, str):
        raise TypeError(f"norm is {norm!r}; a name such as 'l2', or None, is wanted")
    return Matches(
        *_core.match(
            rows0,
            rows1,
            mutual=bool(mutual),
            ratio=_check_number(ratio, "ratio"),
            max_distance=_check_number(max_distance, "max_distance"),
            norm=norm,
            num_threads=check_number(num_threads, int, "num_threads"),
        )
    )


def _check_number(value: Any, name: str) -> float | None:
    """Return a number of any kind, numpy's among them, or None for None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} is {value!r}; a number, or None, is wanted")
    return float(value)


def _check_rows(desc: ArrayLike | None, name: str) -> NDArray[Any] | None:
    """Return C-contiguous (N, D) float32 or uint8, or None for None."""
    if desc is None:
        return None
    rows = np.asarray(desc)
    if rows.ndim != 2:
        raise ValueError(f"{name} has shape {rows.shape}; (N, D) is wanted")
    if rows.dtype == np.uint8:
        return np.ascontiguousarray(rows)
    if rows.dtype.kind != "f":
        raise TypeError(f"{name} is {rows.dtype}; floats or uint8 are wanted")
    with np.errstate(over="ignore"):  # too large for float32: an infinity, which matches nothing
        return np.ascontiguousarray(rows, dtype=np.float32)


def _kind(rows: NDArray[Any]) -> str:
    return "bits (uint8)" if rows.dtype == np.uint8 else "floats"
