"""`ablation` hands its arguments over to the training package."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ssldescriptor.cli import ablation
from ssldescriptor.cli.main import main


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    studies: list[Any] = []

    def run_study(study: Any) -> Path:
        studies.append(study)
        (tmp_path / "ablation.md").write_text("| a table |\n")
        return tmp_path / "ablation.md"

    modules = {
        "ablation": SimpleNamespace(Study=SimpleNamespace, run_study=run_study),
        "configs": SimpleNamespace(ABLATION=Path("the/paper")),
        "memory": SimpleNamespace(keep_pages=lambda: True),
    }
    monkeypatch.setattr(ablation, "import_training", modules.__getitem__)
    return studies


def test_the_study_of_the_paper_is_the_default(
    seen: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ablation", "--images", "a", "--images", "b c", "--steps", "9", "-o", "out"]) == 0
    (study,) = seen
    assert vars(study) == {
        "configs": Path("the/paper"),
        "images": ("a", "b c"),
        "seeds": (1, 2),
        "steps": 9,
        "output": Path("out"),
        "sequences": None,
        "pairs": 60,
        "overrides": (),
    }
    assert "| a table |" in capsys.readouterr().out


def test_everything_can_be_said(seen: list[Any]) -> None:
    arguments = ["--configs", "mine", "--images", "a", "--seeds", "3", "4", "3", "--steps", "9"]
    more = ["--sequences", "s", "--pairs", "5", "-o", "out", "model.size=tiny", "batch=4"]
    assert main(["ablation", *arguments, *more]) == 0
    (study,) = seen
    assert (study.configs, study.sequences) == (Path("mine"), Path("s"))
    assert (study.seeds, study.pairs) == ((3, 4), 5)
    assert study.overrides == ("model.size=tiny", "batch=4")


@pytest.mark.parametrize("missing", ["--images", "--steps", "-o"])
def test_what_is_missing_is_named(missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = {"--images": "a", "--steps": "9", "-o": "out"}
    rest = [word for name, value in given.items() if name != missing for word in (name, value)]
    with pytest.raises(SystemExit, match="2"):
        main(["ablation", *rest])
    assert missing in capsys.readouterr().err


def test_no_steps_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["ablation", "--images", "a", "--steps", "0", "-o", "out"])
    assert "not above 0" in capsys.readouterr().err
