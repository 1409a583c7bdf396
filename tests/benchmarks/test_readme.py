"""The README shows measured tables: the block filler, and that nothing is left empty or stale."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def readme(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("readme")


def test_blocks_are_replaced(readme: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "speed.md").write_text("| new |\n")
    text = "a\n<!-- results: speed -->\n| old |\n<!-- end -->\nb\n<!-- end -->"
    expected = "a\n<!-- results: speed -->\n| new |\n<!-- end -->\nb\n<!-- end -->"
    assert readme.fill(text, tmp_path) == expected
    assert readme.fill(expected, tmp_path) == expected


def test_an_unmeasured_result_is_an_error(readme: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"speed\.md"):
        readme.fill("<!-- results: speed -->\n<!-- end -->", tmp_path)


@pytest.mark.parametrize(
    ("arguments", "reason"), [(["--help"], "0"), ([], "no picture .*coffee.jpg; make demo")]
)
def test_nothing_is_written_without_all(
    readme: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    reason: str,
) -> None:
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    (tmp_path / "benchmarks" / "results" / "speed.md").write_text("| new |\n")
    text = "<!-- results: speed -->\n<!-- end -->"
    (tmp_path / "README.md").write_text(text)
    monkeypatch.setattr(readme, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["readme.py", *arguments])
    with pytest.raises(SystemExit, match=reason):
        readme.main()
    assert (tmp_path / "README.md").read_text() == text


def test_the_readme_shows_the_results_as_they_are(readme: ModuleType) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.BLOCK.search(text)
    assert readme.fill(text, ROOT / "benchmarks" / "results") == text


def test_the_readmes_picture_exists() -> None:
    assert 10_000 < (ROOT / "docs" / "images" / "demo.jpg").stat().st_size < 500_000
