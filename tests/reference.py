"""Oracles of the matcher: slow, obviously right numpy."""

import numpy as np
from numpy.typing import NDArray


def l2_distances(
    desc0: NDArray[np.floating], desc1: NDArray[np.floating], *, squared: bool = False
) -> NDArray[np.float32]:
    """All distances in float64, rounded to float32; +inf where a row is not finite."""
    result = np.full((len(desc0), len(desc1)), np.inf, np.float32)
    rows1 = desc1.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        for i, row in enumerate(desc0.astype(np.float64)):
            d = ((rows1 - row) ** 2).sum(axis=1)
            result[i] = (d if squared else np.sqrt(d)).astype(np.float32)
    result[~np.isfinite(desc0).all(axis=1)] = np.inf
    result[:, ~np.isfinite(desc1).all(axis=1)] = np.inf
    return result


def cosine_distances(
    desc0: NDArray[np.floating], desc1: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Half the squared distances of the rows made unit length; +inf where one has no direction."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        units = [
            x / np.linalg.norm(x, axis=1, keepdims=True) for x in map(np.float64, (desc0, desc1))
        ]
        result = np.array([((units[1] - row) ** 2).sum(axis=1) / 2 for row in units[0]])
    result = result.reshape(len(desc0), len(desc1)).astype(np.float32)
    return np.where(np.isfinite(result), result, np.float32(np.inf))


def minus_products(desc0: NDArray[np.floating], desc1: NDArray[np.floating]) -> NDArray[np.float32]:
    """Minus the inner products, in float64, rounded to float32; +inf where a row is not finite."""
    with np.errstate(invalid="ignore"):
        result = -(desc0.astype(np.float64) @ desc1.astype(np.float64).T).astype(np.float32)
    result[~np.isfinite(desc0).all(axis=1)] = np.inf
    result[:, ~np.isfinite(desc1).all(axis=1)] = np.inf
    return result


def hamming_distances(desc0: NDArray[np.uint8], desc1: NDArray[np.uint8]) -> NDArray[np.float32]:
    """All counts of differing bits."""
    bits0 = np.unpackbits(desc0, axis=1).astype(np.int32)
    bits1 = np.unpackbits(desc1, axis=1).astype(np.int32)
    return (bits0[:, None, :] != bits1[None, :, :]).sum(axis=2).astype(np.float32)


def distances(desc0: NDArray, desc1: NDArray, *, squared: bool = False) -> NDArray[np.float32]:
    """Distances as the dtype asks for."""
    if desc0.dtype == np.uint8:
        return hamming_distances(desc0, desc1)
    return l2_distances(desc0, desc1, squared=squared)


def matches(
    d: NDArray[np.float32],
    *,
    mutual: bool = True,
    ratio: float | None = None,
    max_distance: float | None = None,
) -> list[tuple[int, int, float]]:
    """(index0, index1, distance) of a distance matrix, one query after the other."""
    found: list[tuple[int, int, float]] = []
    for i in range(d.shape[0] if d.shape[1] else 0):
        j = int(np.argmin(d[i]))  # argmin takes the first of equals
        nearest = float(d[i, j])
        others = np.delete(d[i], j)
        others = others[np.isfinite(others)]
        if (
            np.isfinite(nearest)
            and (max_distance is None or nearest <= max_distance)
            and (ratio is None or len(others) == 0 or nearest <= ratio * float(others.min()))
            and (not mutual or int(np.argmin(d[:, j])) == i)
        ):
            found.append((i, j, nearest))
    return found


def neighbours(
    d: NDArray[np.float32], k: int, mask: NDArray[np.uint8] | None = None
) -> list[list[tuple[int, float]]]:
    """For each query its k nearest (index1, distance), sorted by (distance, index1)."""
    allowed = np.isfinite(d) if mask is None else np.isfinite(d) & (mask != 0)
    order = np.argsort(d, axis=1, kind="stable")
    return [
        [(int(j), float(d[i, j])) for j in order[i] if allowed[i, j]][:k] for i in range(len(d))
    ]


def within(
    d: NDArray[np.float32], radius: float, mask: NDArray[np.uint8] | None = None
) -> list[list[tuple[int, float]]]:
    """For each query all (index1, distance) up to a radius, sorted by (distance, index1)."""
    return [[n for n in row if n[1] <= radius] for row in neighbours(d, d.shape[1], mask)]
