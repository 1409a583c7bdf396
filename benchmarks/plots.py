"""The plots of the benchmarks, as SVG by matplotlib."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Line = Sequence[tuple[float, float]]
COLUMNS = 2
MARKERS = "osD^vPX<>p"


@dataclass(frozen=True)
class Point:
    """A named point.

    Attributes:
        name: what the legend says.
        x: above 0.
        y: 0..1.
        ours: drawn as a star.
    """

    name: str
    x: float
    y: float
    ours: bool = False


def line_plot(lines: Mapping[str, Line], x_label: str, y_label: str) -> str:
    """Return an SVG document of lines by name, both axes logarithmic."""
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.subplots()
    for n, (name, line) in enumerate(lines.items()):
        axes.plot(*zip(*sorted(line), strict=True), label=name, linestyle="-" if n < 10 else "--")
    axes.set(xscale="log", yscale="log", xlabel=x_label, ylabel=y_label)
    axes.set_xticks(sorted({x for line in lines.values() for x, _ in line}))
    _finish(axes)
    figure.legend(loc="outside right upper")
    return _svg(figure)


def scatter_plot(panels: Mapping[str, Sequence[Point]], x_label: str, y_label: str) -> str:
    """Return an SVG document of panels of points by title, x logarithmic.

    All panels have points of the same names in the same order, of which there is one legend.
    """
    rows = math.ceil(len(panels) / COLUMNS)
    figure = Figure(figsize=(8, 2.6 * rows + 0.8), layout="constrained")
    for place, (title, points) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(rows, COLUMNS, place)
        for n, point in enumerate(points):
            marker = "*" if point.ours else MARKERS[n % len(MARKERS)]
            size = 120 if point.ours else 36
            axes.scatter(point.x, point.y, size, marker=marker, label=point.name)
        axes.set(title=title, xscale="log", xlabel=x_label, ylabel=y_label)
        axes.margins(0.1)
        axes.set_ylim(bottom=0)
        _finish(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return _svg(figure)


def _finish(axes: Axes) -> None:
    axes.set_axisbelow(True)
    axes.grid(which="both", color="0.9")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    # Text stays text, and equal numbers give equal files.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ssldescriptor"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    # matplotlib ends lines with blanks.
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())
