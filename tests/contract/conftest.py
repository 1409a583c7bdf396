"""What the contract is tested on: OpenCV's own features, our surface alone, and the real thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from tests.fake_features import FakeExtractor

from ssldescriptor import SSLDescriptor, pipeline

OURS = ["surface", "model"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `create` over SIFT and us, for `create_ours` over us alone."""
    for name, subjects in {"create": ["SIFT", *OURS], "create_ours": OURS}.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, subjects, indirect=True)


def _subject(name: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    if name == "SIFT":
        return cv2.SIFT.create
    if name == "surface":
        monkeypatch.setattr(pipeline, "_make_extractor", FakeExtractor)
    return SSLDescriptor.create


@pytest.fixture
def create(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return the create() of SIFT or of ours."""
    return _subject(request.param, monkeypatch)


@pytest.fixture
def create_ours(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return our create(), with a fake or the real model behind it."""
    return _subject(request.param, monkeypatch)


@pytest.fixture(scope="session")
def image() -> np.ndarray:
    """Return a (180, 240) uint8 picture of grains and bars, the same everywhere."""
    noise = np.random.default_rng(7).integers(0, 256, (180, 240), dtype=np.uint8)
    grains = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2.5), None, 0, 255, cv2.NORM_MINMAX)
    picture = np.asarray(grains, np.uint8)
    for x in range(20, 220, 40):
        cv2.rectangle(picture, (x, 30), (x + 14, 150), int(x), -1)
    picture.flags.writeable = False
    return picture
