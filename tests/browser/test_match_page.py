"""`ssldescriptor match --report page.html`, looked at and used in a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor, match_images
from ssldescriptor.cli.main import main

from .conftest import screenshot

Pair = tuple[Path, Path]


@pytest.fixture(scope="module")
def report(photographs: Pair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(photographs, tmp_path_factory.mktemp("report") / "out.html", "--ratio", "0.9")


def write(photographs: Pair, path: Path, *arguments: str) -> Path:
    command = ["match", *map(str, photographs), "--report", str(path), "--nfeatures", "600"]
    assert main([*command, *arguments]) == 0
    return path


def visit(page: Any, path: Path) -> dict[str, Any]:
    """Open the page and return its data; it may ask for nothing but itself."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split(":")[0]))
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready]")
    assert set(asked) <= {"file", "data"}
    assert asked.count("file") == 1
    return json.loads(page.locator("#data").text_content())


def counts(page: Any) -> tuple[int, int]:
    found = re.search(r"(\d+) matches, (\d+) inliers", page.inner_text("#summary"))
    assert found
    return int(found[1]), int(found[2])


def slide(page: Any, name: str, value: float) -> None:
    page.locator(f"#{name}").fill(str(value))


def test_it_says_what_match_images_found(page: Any, report: Path, photographs: Pair) -> None:
    visit(page, report)
    found = match_images(*photographs, feature=SSLDescriptor.create(600), ratio=0.9)
    assert counts(page) == (len(found.points0), found.inliers.sum())
    assert found.inliers.sum() > 100
    assert page.inner_text("h1") == f"{photographs[0]} and {photographs[1]}"


@pytest.mark.parametrize(("ratio", "threshold"), [(0.7, 3), (1, 3), (0.9, 0.5), (0.9, 20)])
def test_the_sliders(
    page: Any, report: Path, photographs: Pair, ratio: float, threshold: float
) -> None:
    visit(page, report)
    slide(page, "ratio", ratio)
    slide(page, "threshold", threshold)
    feature = SSLDescriptor.create(600)
    matrix = match_images(*photographs, feature=feature, ratio=0.9).transform
    found = match_images(*photographs, feature=feature, ratio=ratio, model=None)
    mapped = cv2.perspectiveTransform(found.points0[:, None].astype(np.float64), matrix)[:, 0]
    close = np.linalg.norm(mapped - found.points1, axis=1) <= threshold
    assert counts(page) == (len(found.points0), close.sum())


def test_a_match_under_the_pointer_is_shown_with_its_patches(page: Any, report: Path) -> None:
    content = visit(page, report)
    slide(page, "ratio", 0.5)
    before = screenshot(page.locator("#pair"))
    keypoints, matches = content["keypoints"], content["matches"]
    distance, following = np.array(matches["distance"]), np.array(matches["next"])
    chosen = int(np.argmin(distance / following))
    index = matches["index0"][chosen], matches["index1"][chosen]
    scale = (page.locator("#pair").bounding_box()["width"] - 8) / 1200
    x, y = ((keypoints[0][axis][index[0]] + 0.5) * scale for axis in "xy")
    page.locator("#pair").hover(position={"x": x, "y": y})
    assert f"{index[0]} in A, {index[1]} in B" in page.inner_text("#match-table")
    ratio = distance[chosen] / following[chosen]
    assert f"{ratio:.3f}" in page.inner_text("#match-table")
    patches = [screenshot(page.locator(f"#patch{side}")).astype(np.float32) for side in (0, 1)]
    assert patches[0].std() > 5
    # Turned by their angles the two look alike, though the photographs are turned by 20 degrees:
    # in the middle third, as further out one may show more of the photograph than the other.
    middles = [patch[64:128, 64:128].ravel() for patch in patches]
    assert np.corrcoef(*middles)[0, 1] > 0.8
    assert np.abs(screenshot(page.locator("#pair")).astype(int) - before).mean() > 1
    page.mouse.move(5, 5)
    assert page.locator("#match").is_hidden()


def test_a_click_keeps_a_match_and_keys_walk_on(page: Any, report: Path) -> None:
    visit(page, report)
    page.focus("#pair")
    page.keyboard.press("ArrowRight")
    first = page.inner_text("#match-table")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#match-table") != first
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#match-table") == first
    page.mouse.move(5, 5)
    assert page.locator("#match").is_visible()
    page.uncheck("#show-inliers")
    page.uncheck("#show-others")
    assert page.locator("#match").is_hidden()
    page.check("#show-inliers")
    page.focus("#pair")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert page.locator("#match").is_hidden()


def test_the_first_photograph_lies_where_the_homography_puts_it(
    page: Any, report: Path, photographs: Pair
) -> None:
    content = visit(page, report)
    slide(page, "opacity", 1)
    stage = page.locator("#stage")
    # On whole pixels of the screen.
    stage.evaluate("box => box.style.cssText += 'position: fixed; left: 0; top: 0; margin: 0'")
    shown = screenshot(stage).astype(int)
    images = [cv2.imread(str(path)) for path in photographs]
    expected = cv2.warpPerspective(
        images[0], np.array(content["matrix"]), (600, 400), dst=images[1].copy(),
        borderMode=cv2.BORDER_TRANSPARENT,
    )  # fmt: skip
    assert shown.shape == expected.shape
    off = [np.abs(np.roll(shown, by, (0, 1)) - expected).mean() for by in SHIFTS]
    assert off[0] < 4
    assert off[0] == min(off)
    slide(page, "opacity", 0)
    assert np.abs(screenshot(stage).astype(int) - images[1]).mean() < 4


SHIFTS = ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0))


def test_it_blinks(page: Any, report: Path) -> None:
    visit(page, report)
    page.check("#blink")
    animation = "getComputedStyle(document.getElementById('over')).opacity"
    seen = set()
    for _ in range(12):
        seen.add(page.evaluate(animation))
        page.wait_for_timeout(150)
    assert seen == {"0", "1"}


@pytest.mark.parametrize("heat", ["keypoints", "matches", "inliers"])
def test_the_heat_map_is_where_the_points_are(page: Any, report: Path, heat: str) -> None:
    content = visit(page, report)
    page.uncheck("#show-inliers")
    page.uncheck("#show-others")
    before = screenshot(page.locator("#pair")).astype(int)
    page.select_option("#heat", heat)
    change = np.abs(screenshot(page.locator("#pair")).astype(int) - before).sum(2)
    scale = (change.shape[1] - 8) / 1200
    points = np.column_stack([content["keypoints"][0][axis] for axis in "xy"])
    if heat != "keypoints":
        points = points[content["matches"]["index0"]]
    change = change[:, : round(600 * scale)]
    column, row = np.minimum((points * scale).astype(int).T, np.array([change.shape[::-1]]).T - 1)
    assert change[row, column].mean() > 1.5 * change.mean() > 0


def test_a_fundamental_matrix_has_no_overlay(page: Any, photographs: Pair, tmp_path: Path) -> None:
    arguments = ["--geometry", "fundamental", "--detector", "sift", "--upright"]
    visit(page, write(photographs, tmp_path / "out.html", *arguments))
    assert "only on which line" in page.inner_text("#no-overlay")
    assert page.locator("#stage").is_hidden()
    page.focus("#pair")
    page.keyboard.press("ArrowRight")
    assert "upright" in page.inner_text("#match-table")


@pytest.mark.parametrize(("model", "note"), [("default", "its two"), ("large", "its three")])
def test_the_models_grids(
    page: Any, photographs: Pair, tmp_path: Path, model: str, note: str
) -> None:
    visit(page, write(photographs, tmp_path / "out.html", "--model", model))
    page.focus("#pair")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#match .note").endswith(f"{note} grids.")


def test_photographs_without_matches(page: Any, tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((120, 160, 3), 128, np.uint8))
    visit(page, write((blank, blank), tmp_path / "out.html", "--detector", "orb"))
    assert "0 matches, no geometry was found" in page.inner_text("#summary")
    assert page.locator("#threshold").is_disabled()
    for heat in ("keypoints", "inliers"):
        page.select_option("#heat", heat)


def test_a_narrow_screen_stacks_the_photographs(page: Any, report: Path) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    visit(page, report)
    box = page.locator("#pair").bounding_box()
    assert box["height"] > 1.2 * box["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
