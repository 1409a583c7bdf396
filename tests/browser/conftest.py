"""A headless Chromium for the pages. Where it is missing, CI fails and other machines say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def refuse(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        refuse("no Chromium on this machine (Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        refuse("the package playwright is missing (pip install playwright)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program)
        yield started
        started.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab; an error on its console, or a failed request, fails the test."""
    tab = browser.new_page(viewport={"width": 1200, "height": 1000})
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    tab.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
    yield tab
    tab.close()
    assert errors == []


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A photograph, and the same turned by 20 degrees, a little smaller and darker, as files."""
    folder = tmp_path_factory.mktemp("photographs")
    image = np.ascontiguousarray(data.coffee()[..., ::-1])
    turn = cv2.getRotationMatrix2D((300, 200), 20, 0.85)
    seen = cv2.warpAffine(image, turn, (600, 400), flags=cv2.INTER_AREA)
    paths = folder / "a.png", folder / "b & <i>c.png"
    cv2.imwrite(str(paths[0]), image)
    cv2.imwrite(str(paths[1]), (seen * 0.8).astype(np.uint8))
    return paths


def screenshot(element: Any) -> np.ndarray:
    """Return what is on the screen as (H, W, 3) uint8 BGR."""
    encoded = np.frombuffer(element.screenshot(), np.uint8)
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)
