"""The section drawn by matplotlib alone, for machines without a 3D renderer; same data, same statements."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show
from tubewall.view.drawing import Box, Drawing, chamber_words, leader_end
from tubewall.view.paper import DOTS, paper, png_of_paper
from tubewall.view.picture import Picture
from tubewall.view.scale import (
    STRESS_COLOURS,
    bar_length,
    end_texts,
    gas_colours,
    maximum_text,
    swatches,
    ticks,
    zoom_width,
)

Floats = NDArray[np.float64]

_INK, _MARK, _GHOST = "#1a1a1f", "#d90d26", "#8c8c94"


def flat_section(drawing: Drawing, title: str, size: tuple[int, int]) -> Picture:
    """The same picture as the VTK one: walls by stress, chambers by pressure, maximum, zoom, scale bar, colour bar."""
    width, height = size
    figure = paper(size)
    letter = min(height / 1200, width / 1600) * 72 / DOTS
    points = drawing.deformed
    low, high = points.min(axis=0), points.max(axis=0)
    row = 64 * min(height / 1200, width / 1600)
    pixel = float(max((high[0] - low[0]) / (0.70 * width), (high[1] - low[1]) / (height - 4.5 * row)))
    main: Any = figure.add_axes((0.0, 0.0, 0.76, 1.0))
    centre, half = 0.5 * (low + high), 0.5 * pixel * np.array([0.76 * width, height])
    _body(main, drawing, 1.2 * letter)
    _window(main, centre, half)
    letters, words, rest = chamber_words(drawing, pixel * letter * DOTS / 72, 0.62)
    for label in words:
        main.text(*label.at, label.text, size=letters * letter, ha="center", va="center", color=_INK, zorder=5)
    start, line = drawing.moved(drawing.peak.at), row * pixel
    reach = 2.5 * line
    rows = (float(low[1]) - 0.6 * line, float(high[1]) + 0.6 * line)
    frame = _zoom(figure, main, drawing, start, letter)
    across = float(low[0]) + reach, float(high[0]) - reach
    end, above = leader_end(start, rows, across, [label.box for label in words], frame, (reach, 0.7 * line))
    main.plot(*np.array([start, end]).T, color="white", lw=4 * letter)
    main.plot(*np.array([start, end]).T, color=_MARK, lw=2 * letter)
    _ring(main, start, letter, 22)
    main.text(
        end[0],
        end[1],
        maximum_text(drawing.peak),
        color=_MARK,
        size=34 * letter,
        ha="center",
        va="bottom" if above else "top",
    )
    main.text(
        0.5, 1 - 14 / height, title, transform=main.transAxes, size=32 * letter, ha="center", va="top", color=_INK
    )
    main.text(0.97, 0.42 * row / height, drawing.scale_text, transform=main.transAxes, size=26 * letter, ha="right",
              va="center", color=_INK)  # fmt: skip
    _scale_bar(main, centre - half + np.array([0.06 * half[0], 0.42 * line]), 1.2 * half[0], letter)
    _colour_bar(figure, drawing, letter, swatches(drawing.holes, rest))
    return Picture(
        png=png_of_paper(figure), width=width, height=height, caption=drawing.caption(title, drawing.peak),
        magnification=drawing.scale, renderer="matplotlib",
    )  # fmt: skip


def _body(axes: Any, drawing: Drawing, line: float) -> None:
    for hole, colour in zip(drawing.holes, gas_colours(drawing.holes), strict=True):
        axes.fill(*hole.deformed(drawing.scale).T, color=colour, lw=0)
        if drawing.scale > 0 and drawing.deflection > 0:
            axes.fill(*hole.points.T, fill=False, ec=_GHOST, lw=line, zorder=3)
    axes.tripcolor(
        *drawing.deformed.T, drawing.soup.triangles, drawing.soup.values, shading="gouraud", cmap=STRESS_COLOURS,
        vmin=drawing.low, vmax=drawing.high, zorder=2,
    )  # fmt: skip
    for loop in drawing.lines.loops:
        axes.fill(*drawing.lines.line(loop, drawing.scale).T, fill=False, ec=_INK, lw=line, zorder=4)


def _window(axes: Any, centre: Floats, half: Floats) -> None:
    axes.set_xlim(centre[0] - half[0], centre[0] + half[0])
    axes.set_ylim(centre[1] - half[1], centre[1] + half[1])
    axes.set_aspect("equal", adjustable="box")
    axes.set_axis_off()


def _ring(axes: Any, at: Floats, letter: float, across: float) -> None:
    for colour, line in (("white", 6), (_MARK, 3)):
        axes.plot(*at, marker="o", ms=across * letter, mfc="none", mec=colour, mew=line * letter, zorder=7)


def _scale_bar(axes: Any, left: Floats, width: float, letter: float) -> None:
    length = bar_length(width)
    right = left + np.array([length, 0.0])
    axes.plot(
        *np.array([left, right]).T, color=_INK, lw=3.5 * letter, marker="|", ms=16 * letter, mew=3 * letter, zorder=8
    )
    axes.annotate(
        show(length, "m"), right, xytext=(12 * letter, 0), textcoords="offset points", size=28 * letter, va="center",
        color=_INK, zorder=8, bbox={"fc": "white", "ec": "none", "alpha": 0.85, "pad": 2},
    )  # fmt: skip


def _zoom(figure: Any, main: Any, drawing: Drawing, at: Floats, letter: float) -> Box:
    """The surroundings of the maximum at the top right; the frame of what it shows [m]."""
    axes = figure.add_axes((0.76, 0.54, 0.235, 0.455))
    box = axes.get_window_extent()
    across = zoom_width(drawing.holes, drawing.field.size)
    half = 0.5 * across * np.array([1.0, box.height / box.width])
    _body(axes, drawing, 1.2 * letter)
    _ring(axes, at, letter, 48)
    _window(axes, at, half)
    _scale_bar(axes, at - half + across * np.array([0.08, 0.09]), 0.9 * across, letter)
    for target in (main, axes):
        corners = at + 0.998 * half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        target.fill(*corners.T, fill=False, ec=_INK, lw=2 * letter, zorder=9)
    return float(at[0] - half[0]), float(at[1] - half[1]), float(at[0] + half[0]), float(at[1] + half[1])


def _colour_bar(figure: Any, drawing: Drawing, letter: float, named: list[tuple[Any, str]]) -> None:
    low, high = drawing.low, drawing.high
    bottom = 0.06 + 0.035 * len(named)
    axes = figure.add_axes((0.785, bottom, 0.035, 0.40 - bottom))
    axes.imshow(
        np.linspace(0, 1, 256)[:, None], aspect="auto", origin="lower", cmap=STRESS_COLOURS, extent=(0, 1, low, high)
    )
    places, words, unit = ticks(low, high)
    ends = end_texts(low, high)
    inner = [(p, w) for p, w in zip(places, words, strict=True) if 0.085 < (p - low) / (high - low) < 0.915]
    axes.set_yticks([low, *(p for p, _ in inner), high], [ends[0], *(w for _, w in inner), ends[1]], size=28 * letter)
    axes.yaxis.tick_right()
    axes.set_xticks([])
    figure.text(0.785, 0.43, f"{drawing.field.quantity}\nin {unit}", size=28 * letter, va="bottom", color=_INK)
    for row, (colour, text) in enumerate(named):
        y = 0.035 * (len(named) - row) - 0.012
        figure.text(0.787, y, "  ", size=20 * letter, va="center", bbox={"fc": colour, "ec": _GHOST, "pad": 3})
        figure.text(0.825, y, text, size=26 * letter, va="center", color=_INK)
