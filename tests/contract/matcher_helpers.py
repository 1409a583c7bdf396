"""Helpers of the matcher's contract tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLMatcher

Fields = tuple[int, int, int, float]

over_both = pytest.mark.parametrize("make", [cv2.BFMatcher, SSLMatcher])
Make = Callable[..., Any]


def fields(matches: Iterable[cv2.DMatch]) -> list[Fields]:
    """All fields of matches; distances as they are."""
    return [(m.queryIdx, m.trainIdx, m.imgIdx, m.distance) for m in matches]


def row_fields(rows: Iterable[Iterable[cv2.DMatch]]) -> list[list[Fields]]:
    return [fields(row) for row in rows]


def grid(n: int, seed: int, dim: int = 3) -> np.ndarray:
    """Few exact values: ties in almost every row."""
    return np.random.default_rng(seed).integers(0, 3, (n, dim)).astype(np.float32)


def sift_like(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 160, (n, 128)).astype(np.float32)


def bits(n: int, seed: int, size: int = 32) -> np.ndarray:
    """Bits of which few differ: ties too."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 4, (n, size), dtype=np.uint8)


def mask_of(shape: tuple[int, int], seed: int) -> np.ndarray:
    """About half allowed, one query with nothing."""
    mask = np.random.default_rng(seed).integers(0, 2, shape, dtype=np.uint8) * 255
    mask[0] = 0
    return mask
