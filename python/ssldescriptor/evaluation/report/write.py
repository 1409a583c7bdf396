"""Write a report: results.json for programs, results.md and report.html for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ssldescriptor.evaluation.report.content import Report
from ssldescriptor.evaluation.report.html import html
from ssldescriptor.evaluation.report.markdown import markdown
from ssldescriptor.evaluation.store import write_whole


def write_report(report: Report, numbers: Mapping[str, Any], folder: Path) -> None:
    """Write the three files, each whole or not at all.

    Args:
        report: what people read.
        numbers: what programs read, plain data; settings and failures are added.
        folder: made if need be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "made": dict(report.made),
        "config": dict(report.config),
        **numbers,
        "failures": [dict(failure) for failure in report.failures],
        "summary": report.summary,
    }
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    write_whole(folder / "results.json", text.encode())
    write_whole(folder / "results.md", markdown(report).encode())
    write_whole(folder / "report.html", html(report).encode())
