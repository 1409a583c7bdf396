"""The documentation's page that runs the model in the browser finds what Python finds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor, match
from ssldescriptor.keypoints import from_cv2
from ssldescriptor.sharpness import lack_of_detail

from .conftest import refuse, screenshot

SITE = Path(__file__).parents[2] / "build" / "site"
COUNT = 512
RATIO = 0.9

Pair = tuple[Path, Path]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not (SITE / "browser" / "ort").is_dir():
        refuse("the documentation is not built (make docs)")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/browser/index.html"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, photographs: Pair) -> Pair:
    """Odd sizes, so that every side is padded; the second lacks detail at its finest scale."""
    folder = tmp_path_factory.mktemp("small")
    paths = folder / "a.png", folder / "b.png"
    for path, source, size in zip(paths, photographs, ((421, 281), (390, 259)), strict=True):
        image = cv2.imread(str(source))
        cv2.imwrite(str(path), cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    blurred = cv2.GaussianBlur(cv2.imread(str(paths[1])), (0, 0), 0.8)
    assert lack_of_detail(cv2.cvtColor(blurred, cv2.COLOR_BGR2GRAY)) > 0.5
    cv2.imwrite(str(paths[1]), blurred)
    return paths


def use(page: Any, address: str, photographs: Pair) -> dict[str, Any]:
    """Match two photographs in the page and return what it saves."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_text("The model is loaded").wait_for()
    page.select_option("#count", str(COUNT))
    page.locator("#ratio").fill(str(RATIO))
    for side, path in enumerate(photographs):
        page.set_input_files(f"#file{side}", str(path))
    page.locator("#match:enabled").click()
    page.get_by_text("seconds.").wait_for(timeout=120_000)
    with page.expect_download() as download:
        page.click("#save")
    host = address.split("/browser", maxsplit=1)[0]
    assert [url for url in asked if not url.startswith((host, "blob:" + host))] == []
    return json.loads(Path(download.value.path()).read_text())


def test_a_photograph_exchanged_during_a_run_leaves_no_result(
    page: Any, address: str, small: Pair
) -> None:
    page.goto(address)
    page.get_by_text("The model is loaded").wait_for()
    for side, path in enumerate(small):
        page.set_input_files(f"#file{side}", str(path))
    page.locator("#match:enabled").click()
    page.get_by_text("Looking at").wait_for()
    assert page.locator("#match").is_disabled()
    page.set_input_files("#file0", str(small[1]))
    page.get_by_text("Ready.").wait_for(timeout=120_000)
    assert page.locator("#match").is_enabled()
    assert page.locator("#save").is_disabled()


def test_its_matches_agree_with_pythons(page: Any, address: str, small: Pair) -> None:
    found = use(page, address, small)
    feature = SSLDescriptor.create(COUNT)
    rows, same = [], []
    for side, path in enumerate(small):
        keypoints, descriptors = feature.detectAndCompute(cv2.imread(str(path)), None)
        theirs = found["keypoints"][side]
        ours = from_cv2(keypoints)
        place = np.array([[k["x"], k["y"]] for k in theirs])
        between = np.linalg.norm(ours.xy[None] - place[:, None], axis=2)
        near = between.argmin(1)
        # The networks compute in integers: where the page's resizing rounds a gray level otherwise,
        # peaks of that scale move by tenths of a pixel.
        close = between.min(1) < 0.3
        assert len(theirs) == len(keypoints)
        assert close.mean() > 0.97
        turn = np.array([k["angle"] for k in theirs]) - ours.angle[near]
        assert (np.abs((turn[close] + 180) % 360 - 180) < 1).mean() > 0.98
        size = np.array([k["size"] for k in theirs]) / ours.size[near]
        assert (np.abs(size[close] - 1) < 0.01).mean() > 0.98
        score = np.array([k["score"] for k in theirs]) - ours.score[near]
        assert (np.abs(score[close]) < 0.02).mean() > 0.98  # a lack of detail lowers it by .05
        same.append(np.where(close, near, -1))
        rows.append(descriptors)
    python = match(*rows, ratio=RATIO)
    pairs = set(zip(python.index0.tolist(), python.index1.tolist(), strict=True))
    browser = {(same[0][m["index0"]], same[1][m["index1"]]) for m in found["matches"]}
    assert len(pairs) > 100
    assert len(pairs & browser) > 0.95 * max(len(pairs), len(browser))
    distance = dict(zip(python.index0.tolist(), python.distance.tolist(), strict=True))
    common = [m for m in found["matches"] if same[0][m["index0"]] in distance]
    gaps = [abs(m["distance"] - distance[same[0][m["index0"]]]) for m in common]
    assert np.median(gaps) < 1e-3


def test_it_draws_the_matches(page: Any, address: str, small: Pair) -> None:
    found = use(page, address, small)
    # On whole pixels of the screen.
    result = "position: fixed; left: 0; top: 0"
    page.locator("#result").evaluate("(box, style) => box.style.cssText += style", result)
    drawn = screenshot(page.locator("#result"))
    images = [cv2.imread(str(path)) for path in small]
    assert drawn.shape[:2] == (281, 421 + 8 + 390)
    assert f"{len(found['matches'])} matches" in page.inner_text("#status")
    assert 5 < np.abs(drawn[:, :421].astype(int) - images[0]).mean() < 80
    page.locator("#ratio").fill("0.5")
    fewer = screenshot(page.locator("#result"))
    assert (
        np.abs(fewer[:, :421].astype(int) - images[0]).mean()
        < np.abs(drawn[:, :421].astype(int) - images[0]).mean()
    )


def test_a_file_that_is_no_image_is_named(page: Any, address: str, tmp_path: Path) -> None:
    page.goto(address)
    page.get_by_text("The model is loaded").wait_for()
    path = tmp_path / "letter.png"
    path.write_text("no image")
    page.set_input_files("#file0", str(path))
    page.get_by_text("letter.png is no image").wait_for()
    assert page.locator("#match").is_disabled()
