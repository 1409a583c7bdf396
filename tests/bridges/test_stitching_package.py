"""The `stitching` package of PyPI, unchanged, under patch_cv2(); skipped where it is missing."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor, patch_cv2

SCRIPTS = Path(__file__).parents[1] / "scripts"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("stitching") is None, reason="the package stitching is not installed"
)


@pytest.fixture
def stitching() -> Iterator[Any]:
    """The package, imported under the patch: it keeps cv2.ORB.create in a table."""
    loaded = {name: sys.modules.pop(name) for name in list(sys.modules) if "stitching" in name}
    with patch_cv2():
        yield importlib.import_module("stitching")
    for name in [name for name in sys.modules if name.split(".")[0] == "stitching"]:
        del sys.modules[name]
    sys.modules.update(loaded)


@pytest.mark.parametrize(("detector", "form"), [("orb", cv2.CV_8U), ("sift", cv2.CV_32F)])
def test_a_panorama(
    stitching: Any, detector: str, form: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    room = importlib.import_module("room")
    images = [room.look(room.pose(0, 0, 0, pan)) for pan in (-24, 0, 24)]
    # match_conf 0.1: with hardly a wrong match OpenCV would take two images for the same one.
    stitcher = stitching.Stitcher(
        detector=detector, nfeatures=800, match_conf=0.1, confidence_threshold=0.5, crop=False
    )
    feature = stitcher.detector.detector
    assert isinstance(feature, SSLDescriptor)
    assert feature.descriptorType() == form
    panorama = stitcher.stitch(images)
    # 123 degrees of a cylinder with the camera's focal length.
    assert panorama.shape[1] == pytest.approx(260 * np.radians(123), rel=0.05)
    assert panorama.shape[0] == pytest.approx(room.HEIGHT, rel=0.12)
