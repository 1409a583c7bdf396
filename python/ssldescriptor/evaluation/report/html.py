"""A report as one HTML file that needs nothing else: no scripts, no other files."""

from __future__ import annotations

import base64
from html import escape

import cv2

from ssldescriptor.evaluation.report.content import Chart, Picture, Report, Section, Table
from ssldescriptor.evaluation.report.svg import svg

PICTURE_WIDTH = 800
STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8881; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem } h3 { font-size: 1rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6rem 0 1.2rem }
th, td { padding: .25rem .55rem; border-bottom: 1px solid var(--line); text-align: right }
th:first-child, td:first-child, .text th, .text td { text-align: left }
tr:hover td { background: var(--soft) }
.wide { overflow-x: auto }
.charts { display: flex; flex-wrap: wrap; gap: 1rem } .charts svg { width: 32rem; max-width: 100% }
svg text { font-size: 12px; fill: currentColor } svg .title { font-size: 14px; font-weight: 600 }
svg .x { text-anchor: middle } svg .tick { text-anchor: end; opacity: .75 }
svg .x.tick { text-anchor: middle } svg .grid { stroke: var(--line); stroke-width: 1 }
.pictures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(36rem, 1fr)) }
@media (max-width: 40rem) { .pictures { grid-template-columns: 1fr } }
figure { margin: 0 } figure img { max-width: 100%; height: auto; display: block }
figcaption { margin: .2rem 0; opacity: .85 } .note { opacity: .75; margin-top: -.8rem }
.warning { border-left: 4px solid #d55e00; padding: .3rem .8rem; background: var(--soft) }
code { overflow-wrap: anywhere }
"""


def html(report: Report) -> str:
    """Return the whole page."""
    parts = [f"<h1>{escape(report.title)}</h1>"]
    if report.summary:
        parts.append(
            f'<p class="warning">Not everything could be used: {escape(report.summary)}; '
            '<a href="#failures">see below</a>.</p>'
        )
    parts += [_section(section) for section in report.sections]
    if report.failures:
        rows = [[f["kind"], f["item"], f["method"], f["reason"]] for f in report.failures]
        table = _table(Table("", ["kind", "item", "method", "reason"], rows), "text")
        parts.append(f'<h2 id="failures">What could not be used</h2>{table}')
    settings = [[key, str(value)] for key, value in {**report.config, **report.made}.items()]
    parts.append(f"<h2>Settings</h2>{_table(Table('', ['setting', 'value'], settings), 'text')}")
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    title = f"<title>{escape(report.title)}</title><style>{STYLE}</style>"
    body = "\n".join(parts)
    page = f"<head>{head}{title}</head>\n<body>\n{body}\n</body>"
    return f'<!doctype html>\n<html lang="en">{page}</html>\n'


def _section(section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>"]
    if section.text:
        parts.append(f"<p>{escape(section.text)}</p>")
    parts += [_table(part) for part in section.parts if isinstance(part, Table)]
    charts = "".join(svg(part) for part in section.parts if isinstance(part, Chart))
    if charts:
        parts.append(f'<div class="charts">{charts}</div>')
    pictures = "".join(_picture(part) for part in section.parts if isinstance(part, Picture))
    if pictures:
        parts.append(f'<div class="pictures">{pictures}</div>')
    return "\n".join(parts)


def _table(table: Table, kind: str = "") -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.header)
    rows = (
        "<tr>" + "".join(_cell(text, (i, j) in table.bold) for j, text in enumerate(row)) + "</tr>"
        for i, row in enumerate(table.rows)
    )
    title = f"<h3>{escape(table.title)}</h3>" if table.title else ""
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    body = f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody>'
    return f'{title}<div class="wide">{body}</table></div>{note}'


def _cell(text: str, bold: bool) -> str:
    return f"<td><b>{escape(text)}</b></td>" if bold else f"<td>{escape(text)}</td>"


def _picture(picture: Picture) -> str:
    image = picture.image
    if image.shape[1] > PICTURE_WIDTH:
        height = max(1, round(image.shape[0] * PICTURE_WIDTH / image.shape[1]))
        image = cv2.resize(image, (PICTURE_WIDTH, height), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 75])[1].tobytes()
    data = base64.b64encode(encoded).decode()
    caption = escape(picture.caption)
    picture_html = f'<img alt="{caption}" src="data:image/jpeg;base64,{data}">'
    return f"<figure><figcaption>{caption}</figcaption>{picture_html}</figure>"
