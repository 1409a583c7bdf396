"""A chart as an SVG element, without any library."""

from __future__ import annotations

import math
from html import escape

from ssldescriptor.evaluation.report.content import Chart

WIDTH, HEIGHT = 520, 320
LEFT, RIGHT, TOP, BOTTOM = 60, 12, 30, 44
MAX_NAME = 34
# Okabe and Ito's colours, which colour-blind readers can tell apart, and two more.
COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#7a5195",
    "#5c5c5c",
)
DASHES = ("none", "6 3", "2 3")


def svg(chart: Chart) -> str:
    """Return the <svg> element."""
    xs = [x for line in chart.lines.values() for x, _ in line] or [0.0, 1.0]
    low, high = min(xs), max(xs)
    span = (high - low) or 1.0
    rows = math.ceil(len(chart.lines) / 2)
    height = HEIGHT + 18 * rows

    def place(x: float, y: float) -> str:
        left = LEFT + (x - low) / span * (WIDTH - LEFT - RIGHT)
        share = min(max(y / chart.y_max, 0.0), 1.0)
        return f"{left:.1f},{HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM):.1f}"

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(chart.title)}">',
        f'<text class="title" x="{LEFT}" y="18">{escape(chart.title)}</text>',
        *_axes(chart, low, high, place),
    ]
    for i, (name, line) in enumerate(chart.lines.items()):
        colour, dash = COLOURS[i % len(COLOURS)], DASHES[i // len(COLOURS) % len(DASHES)]
        style = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        points = " ".join(place(x, y) for x, y in line)
        tip = f"<title>{escape(name)}</title>"
        parts.append(f'<polyline points="{points}" {style}>{tip}</polyline>')
        x, y = LEFT + (i % 2) * (WIDTH - LEFT) // 2, HEIGHT + 4 + 18 * (i // 2)
        parts.append(f'<path d="M{x} {y}h22" {style}/>')
        parts.append(f'<text x="{x + 28}" y="{y + 4}">{escape(_short(name))}</text>')
    return "".join([*parts, "</svg>"])


def _axes(chart: Chart, low: float, high: float, place: object) -> list[str]:
    assert callable(place)
    parts = []
    for y in _ticks(0.0, chart.y_max):
        x0, height = place(low, y).split(",")
        parts.append(f'<path class="grid" d="M{x0} {height}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{height}" dy="4">{y:g}</text>')
    for x in chart.x_ticks or _ticks(low, high):
        left = place(x, 0.0).split(",")[0]
        bottom = HEIGHT - BOTTOM + 16
        parts.append(f'<text class="x tick" x="{left}" y="{bottom}">{x:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    label = escape(chart.x_label)
    parts.append(f'<text class="x" x="{middle}" y="{HEIGHT - 12}">{label}</text>')
    turn = f"translate(12 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"
    parts.append(f'<text class="x" transform="{turn}">{escape(chart.y_label)}</text>')
    return parts


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


def _ticks(low: float, high: float) -> list[float]:
    """Return four to ten round numbers in [low, high]."""
    span = high - low
    if span <= 0:
        return [low]
    step = 10.0 ** math.floor(math.log10(span))
    for factor in (1, 0.5, 0.2, 0.1):
        if span / (step * factor) >= 4:
            step *= factor
            break
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]
