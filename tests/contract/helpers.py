"""Helpers of the contract tests."""

from __future__ import annotations

from typing import Any


def fields(keypoints: Any) -> list[tuple[Any, ...]]:
    """Return all fields of keypoints, for comparison."""
    return [(k.pt, k.size, k.angle, k.response, k.octave, k.class_id) for k in keypoints]
