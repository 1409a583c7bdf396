"""Panels of named points, x logarithmic, as an SVG file, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

COLUMNS = 2
PANEL_WIDTH, PANEL_HEIGHT = 430, 300
LEFT, RIGHT, TOP, BOTTOM = 50, 96, 34, 46  # around the axes, the names of points beside them
MIN_NAMES_APART = 11.0
OURS, OTHERS = "#d55e00", "#0072b2"
X_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Point:
    """A named point.

    Attributes:
        name: written beside it.
        x: above 0.
        y: 0..1.
        ours: drawn in the other colour.
    """

    name: str
    x: float
    y: float
    ours: bool = False


def scatter_plot(panels: Mapping[str, Sequence[Point]], x_label: str, y_label: str) -> str:
    """Return an SVG document of panels with one horizontal axis in common.

    Args:
        panels: points by title.
        x_label: what stands under every panel.
        y_label: what stands beside it.
    """
    xs = [point.x for points in panels.values() for point in points]
    low, high = min(xs) / 1.3, max(xs) * 1.3
    rows = math.ceil(len(panels) / COLUMNS)
    width, height = COLUMNS * PANEL_WIDTH, rows * PANEL_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for n, (title, points) in enumerate(panels.items()):
        left, top = n % COLUMNS * PANEL_WIDTH, n // COLUMNS * PANEL_HEIGHT
        parts.append(f'<g transform="translate({left} {top})">')
        parts += _panel(title, points, (low, high), x_label, y_label)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(
    title: str,
    points: Sequence[Point],
    span: tuple[float, float],
    x_label: str,
    y_label: str,
) -> list[str]:
    low, high = span
    top = math.ceil(10 * max(point.y for point in points) + 0.5) / 10
    right, bottom = PANEL_WIDTH - RIGHT, PANEL_HEIGHT - BOTTOM

    def across(x: float) -> float:
        return LEFT + (right - LEFT) * math.log(x / low) / math.log(high / low)

    def down(y: float) -> float:
        return bottom - (bottom - TOP) * y / top

    parts = [f'<text x="{LEFT}" y="18" font-size="13">{escape(title)}</text>']
    for tick in X_TICKS:
        if low <= tick <= high:
            x = across(tick)
            parts.append(f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="#ddd"/>')
            parts.append(
                f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>'
            )
    for tenth in range(round(10 * top) + 1):
        y = down(tenth / 10)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">.{tenth}</text>')
    middle = (LEFT + right) / 2
    parts.append(
        f'<text x="{middle}" y="{bottom + 34}" text-anchor="middle">{escape(x_label)}</text>'
    )
    turned = f"translate(14 {(TOP + bottom) / 2}) rotate(-90)"
    parts.append(f'<text transform="{turned}" text-anchor="middle">{escape(y_label)}</text>')
    places = [(across(point.x), down(point.y)) for point in points]
    for point, (x, y), name_y in zip(points, places, _names_apart(places), strict=True):
        colour = OURS if point.ours else OTHERS
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
        name = escape(point.name)
        parts.append(f'<text x="{x + 7:.1f}" y="{name_y + 4:.1f}" fill="{colour}">{name}</text>')
    return parts


def _names_apart(places: Sequence[tuple[float, float]]) -> list[float]:
    """Return the heights of the points' names, moved down where names would overlap."""
    heights = [y for _, y in places]
    order = sorted(range(len(places)), key=lambda i: heights[i])
    for n, i in enumerate(order):
        for j in order[:n]:
            beside = abs(places[i][0] - places[j][0]) < RIGHT
            if beside and heights[i] - heights[j] < MIN_NAMES_APART:
                heights[i] = heights[j] + MIN_NAMES_APART
    return heights
