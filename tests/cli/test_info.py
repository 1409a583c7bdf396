"""`ssldescriptor info` says what a bug report needs."""

import cv2
import pytest

from ssldescriptor import __version__
from ssldescriptor.cli.main import main


def facts(text: str) -> dict[str, str]:
    return {key: value.strip() for key, value in (line.split(":", 1) for line in text.splitlines())}


def test_versions_and_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    found = facts(capsys.readouterr().out)
    assert found["ssldescriptor"] == __version__
    assert found["opencv"] == cv2.__version__
    assert found["simd level"] in found["simd levels available"].split(", ")
    assert found["model dim"] == "128"
    for key in ("model licence", "model date", "model training data"):
        assert found[key]


def test_an_unknown_model_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--model", "no-such-model"]) == 1
    assert "no-such-model" in capsys.readouterr().err
