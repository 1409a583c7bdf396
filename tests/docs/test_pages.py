"""The code of the documentation runs, and what it says of the command line is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

from ssldescriptor.cli.main import build_parser

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def blocks(page: str, language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)
    return [text for name, text in found if name == language]


@pytest.fixture(scope="module")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the first page's code leaves behind."""
    folder = tmp_path_factory.mktemp("pages")
    image = np.ascontiguousarray(data.coffee()[..., ::-1])
    cv2.imwrite(str(folder / "one.jpg"), image[:-7, :-12])
    cv2.imwrite(str(folder / "two.jpg"), image[7:, 12:])
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for block in blocks("index.md", "python"):
            exec(block, found)
    return found


def test_the_first_page(namespace: dict[str, Any]) -> None:
    assert len(namespace["matches"]) == len(namespace["found"]) == len(namespace["points0"])
    assert namespace["pair"].inliers.sum() > 200
    shift = namespace["points1"] - namespace["points0"]
    np.testing.assert_allclose(np.median(shift, axis=0), [-12, -7], atol=0.5)


def test_the_page_on_matching(namespace: dict[str, Any]) -> None:
    for block in blocks("matching.md", "python"):
        exec(block, namespace)
    assert {m.imgIdx for m in namespace["nearest"]} == {0}
    assert len(namespace["good"]) >= len(namespace["found"])


def test_the_page_on_frameworks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    for block in blocks("frameworks.md", "python"):
        exec(block, found)
    assert {
        name: tuple(value.shape[:2]) for name, value in found["found"].items()
    } == dict.fromkeys(found["found"], (2, 1024))
    assert [path.name for path in found["files"]][:3] == [
        "image.onnx",
        "rings.onnx",
        "patches.onnx",
    ]


def commands() -> list[list[str]]:
    """The arguments of every line of code that calls `ssldescriptor`."""
    pages = [DOCS / page for page in PAGES if page != "experiments.md"]
    found = []
    for path in (*pages, DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md"):
        text = re.sub(r"\\\n\s*", "", path.read_text())
        lines = re.findall(r"^ *(?:torchrun .* )?ssldescriptor (.*)$", text, re.M)
        found += [shlex.split(line, comments=True) for line in lines if "..." not in line]
    return found


def test_commands_exist() -> None:
    parser = build_parser()
    assert {parser.parse_args(command).command for command in commands()} >= {
        "match",
        "extract",
        "match-pairs",
        "convert",
        "evaluate",
        "train",
        "refine",
    }


def test_the_site_shows_every_page() -> None:
    named = re.findall(r": ([\w/]+\.md)$", (DOCS.parent / "mkdocs.yml").read_text(), re.M)
    assert sorted(named) == PAGES


@pytest.mark.parametrize("name", ["hooks.py", "__pycache__/hooks.cpython-311.pyc"])
def test_the_site_holds_no_python(name: str) -> None:
    pathspec = pytest.importorskip("pathspec")  # what mkdocs reads the patterns with
    settings = (DOCS.parent / "mkdocs.yml").read_text()
    excluded = re.findall(r"^exclude_docs: \|\n((?:  .*\n)+)", settings, re.M)[0]
    assert pathspec.GitIgnoreSpec.from_lines(excluded.split()).match_file(name)
