"""A line plot with two logarithmic axes as an SVG file, without a plotting library."""

from __future__ import annotations

import math
from html import escape

WIDTH, HEIGHT = 860, 420
LEFT, TOP, RIGHT, BOTTOM = 70, 20, 470, 370
COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"]

Line = list[tuple[float, float]]


def line_plot(lines: dict[str, Line], x_label: str, y_label: str) -> str:
    """Return an SVG document.

    Args:
        lines: points (x, y), both above 0, by name.
        x_label: what stands under the horizontal axis.
        y_label: what stands beside the vertical one.
    """
    points = [point for line in lines.values() for point in line] or [(1.0, 1.0)]
    (x0, x1), (y0, y1) = (_span([p[axis] for p in points]) for axis in (0, 1))

    def place(x: float, y: float) -> str:
        right = LEFT + (RIGHT - LEFT) * math.log(x / x0) / math.log(x1 / x0)
        down = BOTTOM - (BOTTOM - TOP) * math.log(y / y0) / math.log(y1 / y0)
        return f"{right:.1f},{down:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(f"{(LEFT + RIGHT) / 2},{BOTTOM + 38}", x_label, "middle"),
        f'<text transform="translate(16 {(TOP + BOTTOM) / 2}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_label)}</text>',
    ]
    for x in sorted({p[0] for p in points}):
        parts += [_rule(place(x, y0), place(x, y1)), _text(place(x, y0), f"{x:g}", "middle", 16)]
    for power in range(math.floor(math.log10(y0)), math.ceil(math.log10(y1)) + 1):
        for y in (10.0**power, 3 * 10.0**power):
            if y0 <= y <= y1:
                parts += [
                    _rule(place(x0, y), place(x1, y)),
                    _text(place(x0, y), f"{y:g}", "end", 4),
                ]
    for n, (name, line) in enumerate(lines.items()):
        colour = COLOURS[n % len(COLOURS)]
        dash = ' stroke-dasharray="6 3"' if n >= len(COLOURS) else ""
        path = " ".join(place(x, y) for x, y in sorted(line))
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
        )
        down = TOP + 12 + 20 * n
        parts.append(
            f'<line x1="{RIGHT + 20}" x2="{RIGHT + 44}" y1="{down}" y2="{down}" stroke="{colour}" '
            f'stroke-width="2"{dash}/>'
        )
        parts.append(_text(f"{RIGHT + 50},{down + 4}", name, "start"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _span(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low / 1.1, high * 1.1)


def _rule(start: str, end: str) -> str:
    (x1, y1), (x2, y2) = start.split(","), end.split(",")
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#ddd"/>'


def _text(at: str, text: str, anchor: str, down: float = 0) -> str:
    x, y = map(float, at.split(","))
    shift = -6 if anchor == "end" else 0
    return f'<text x="{x + shift}" y="{y + down}" text-anchor="{anchor}">{escape(text)}</text>'
