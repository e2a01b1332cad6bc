"""Draws the figure of a case: panels side by side as one SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.verification.draw_body import draw_body
from tubewall.verification.figure import Body, Curve, Graph
from tubewall.verification.svg import SETTINGS, svg_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tubewall.verification.figure import Figure

#: Size of a panel in points.
WIDTH: Final = 252.0
HEIGHT: Final = 218.0
# inside of a graph's axes, in a panel: left, bottom, width, height
_AXES: Final = (44.0, 38.0, 196.0, 166.0)
# marks of a curve
_MOST: Final = 25
_MARKS: Final = ("o", "s", "^", "v", "P", "X")
_TONES: Final = ("#1f4e79", "#c55a11", "#548235", "#7f3f98", "#8c6d1f", "#3a3a3a")


def draw(figure: Figure) -> str:
    """The figure as SVG text."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Sheet

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)  # type: ignore[arg-type]
        across = WIDTH * len(figure.panels)
        sheet = Sheet(figsize=(across / 72, HEIGHT / 72))
        FigureCanvasSVG(sheet)
        paper = sheet.add_axes((0, 0, 1, 1))
        paper.set(xlim=(0, across), ylim=(0, HEIGHT))
        paper.axis("off")
        for number, panel in enumerate(figure.panels):
            left = WIDTH * number
            if isinstance(panel, Body):
                draw_body(paper, panel, (left + 12, 4, WIDTH - 24, HEIGHT - 10))
            else:
                x, y, w, h = _AXES
                axes = sheet.add_axes(((left + x) / across, y / HEIGHT, w / across, h / HEIGHT))
                _draw_graph(axes, panel)
        return svg_text(sheet, figure.words)


def _draw_graph(axes: Axes, graph: Graph) -> None:
    from matplotlib.ticker import NullFormatter, ScalarFormatter

    if graph.log:
        axes.set(xscale="log", yscale="log")
    computed = 0
    for curve in graph.curves:
        x, y = np.asarray(curve.x), np.asarray(curve.y)
        if curve.style == "computed" and len(x) > _MOST:
            # as many marks as can be told apart
            chosen = np.unique(np.linspace(0, len(x) - 1, _MOST).round().astype(int))
            order = np.argsort(x, kind="stable")[chosen]
            x, y = x[order], y[order]
        axes.plot(x, y, label=curve.label or None, **_style(curve, computed, graph.log))
        computed += curve.style in ("computed", "exact")
    axes.set(xlabel=graph.across, ylabel=graph.up)
    axes.grid(visible=True, color="#e4e4e4", linewidth=0.5)
    axes.set_axisbelow(True)
    if graph.log:
        places = np.unique(np.concatenate([np.asarray(curve.x, dtype=float) for curve in graph.curves]))
        if len(places) <= 8:
            axes.set_xticks(places)
            axes.xaxis.set_major_formatter(ScalarFormatter())
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set_xticks([], minor=True)
        axes.set_yticks([], minor=True)
        # room for the legend below the lines
        share = 0.035 * len(graph.curves) if graph.legend else 0.0
        low, high = axes.get_ylim()
        axes.set_ylim(bottom=low * (low / high) ** (share / (1 - share)))
    else:
        axes.margins(0.04, graph.room)
    axes.locator_params(nbins=6) if not graph.log else None
    # the grid says where the numbers stand
    axes.tick_params(left=False, bottom=False)
    if graph.legend:
        axes.legend(loc="lower left" if graph.log else "best", handlelength=1.8, labelspacing=0.3)


def _style(curve: Curve, number: int, log: bool) -> dict[str, Any]:
    tone = _TONES[number % len(_TONES)]
    if curve.style == "exact":
        return {"color": "#222222" if number == 0 else tone, "linestyle": ("-", "--", "-.", ":")[number % 4]}
    if curve.style == "guide":
        return {"color": "#888888", "linestyle": ":", "linewidth": 0.8}
    if curve.style == "printed":
        return {"color": "#222222", "linestyle": "none", "marker": "D", "markersize": 4.5, "markerfacecolor": "none"}
    return {
        "color": tone, "linestyle": "-" if log else "none", "linewidth": 0.8, "marker": _MARKS[number % len(_MARKS)],
        "markersize": 3.4, "markerfacecolor": "white" if number % 2 else tone, "markeredgewidth": 0.8,
    }  # fmt: skip
