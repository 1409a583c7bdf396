"""The notebook's cells run in their order and show pictures; its outputs are not committed."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return what its last line evaluates to, as a notebook shows it."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_the_tour(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("PIL", reason="the notebook's pictures need pillow")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    cells = json.loads((EXAMPLES / "tour.ipynb").read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] for cell in code)
    names: dict[str, Any] = {}
    shown = [run_cell("".join(cell["source"]), names) for cell in code]
    pictures = [value for value in shown if value is not None]
    assert len(pictures) == 3
    assert all(picture.size[0] > 900 for picture in pictures)
    assert names["right"].mean() > 0.5
    assert names["pair"].inliers.sum() > 50
    assert capsys.readouterr().out.count("ratio") == 4
