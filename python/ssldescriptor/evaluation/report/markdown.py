"""A report as Markdown: the tables; charts and pictures are in the HTML file."""

from __future__ import annotations

from collections.abc import Sequence

from ssldescriptor.evaluation.report.content import Report, Table


def markdown(report: Report) -> str:
    """Return the whole report."""
    parts = [f"# {report.title}\n"]
    for section in report.sections:
        tables = [part for part in section.parts if isinstance(part, Table)]
        if tables:
            parts.append(f"## {section.title}\n")
            parts += [section.text + "\n"] if section.text else []
        for table in tables:
            parts.append((f"**{table.title}**\n\n" if table.title else "") + markdown_table(table))
            parts += [table.note + "\n"] if table.note else []
    if report.failures:
        parts.append(f"## What could not be used\n\n{report.summary}.\n")
        rows = [[f["kind"], f["item"], f["method"], f["reason"]] for f in report.failures]
        parts.append(markdown_table(Table("", ["kind", "item", "method", "reason"], rows), "---"))
    parts.append("## Settings\n")
    settings = {**report.config, **report.made}
    parts.append("\n".join(f"- {key}: `{value}`" for key, value in settings.items()) + "\n")
    return "\n".join(parts)


def markdown_table(table: Table, others: str = "---:") -> str:
    """Return a table; the first column is text, the others by default numbers, to the right."""
    rule = ["---", *[others] * (len(table.header) - 1)]
    cells = [
        [_cell(text, (i, j) in table.bold) for j, text in enumerate(row)]
        for i, row in enumerate(table.rows)
    ]
    rows: list[Sequence[str]] = [[_cell(text) for text in table.header], rule, *cells]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def _cell(text: str, bold: bool = False) -> str:
    escaped = text.replace("|", "\\|")
    return f"**{escaped}**" if bold else escaped
