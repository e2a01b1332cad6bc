"""Plots of a sweep: the thinnest wall, or whatever was asked, over each axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeGuard

from tubewall.studies.keys import KEYS
from tubewall.studies.tables import Cell, Column, Table
from tubewall.units import unit_factor
from tubewall.whole_files import written_whole

_MOST_LINES: Final = 6


def plot_axis(table: Table, axis: str, path: str | Path) -> bool:
    """Draw the thinnest wall of every load case (or the first numbers of another evaluation) over one axis.

    Returns
    -------
    bool
        Whether there was something to draw: an axis of words, or a single value, gives no plot.
    """
    key = KEYS[axis]
    factor, offset = (1.0, -273.15) if key.written == "C" else (unit_factor(key.written)[0], 0.0)
    abscissae = [value / factor + offset if _number(value) else None for value in table.column(axis)]
    wanted = plotted(table)
    if key.kind not in ("quantity", "integer") or len({x for x in abscissae if x is not None}) < 2 or not wanted:
        return False
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for column in wanted:
        scale = 1e9 if column.unit == "m" else 1.0
        points = sorted(
            (x, float(y) * scale)
            for x, y in zip(abscissae, table.column(column.name), strict=True)
            if x is not None and _number(y)
        )
        joined = len({x for x, _ in points}) == len(points)
        axes.plot(*zip(*points, strict=True), "o-" if joined else "o", markersize=4, label=_label(column))
    axes.set_xlabel(f"{axis} [{key.written}]" if key.written != "1" else axis)
    units = {column.unit for column in wanted}
    unit = "nm" if units == {"m"} else "/".join(sorted(units))
    axes.set_ylabel(f"thinnest wall [{unit}]" if _walls(table) else f"[{unit}]")
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)
    with written_whole(path) as temporary:
        figure.savefig(temporary, dpi=120, format="png")
    return True


def plotted(table: Table) -> list[Column]:
    """The columns that are drawn: the thinnest walls where there are some, else the first numbers of the answer."""
    own = ("case", "outcome", "message", "seconds")
    chosen = _walls(table) or [c for c in table.columns if c.unit and c.name not in KEYS and c.name not in own]
    return [column for column in chosen if any(_number(cell) for cell in table.column(column.name))][:_MOST_LINES]


def _walls(table: Table) -> list[Column]:
    return [column for column in table.columns if is_wall(column.name)]


def is_wall(name: str) -> bool:
    """Whether a column holds the thinnest wall of a load case."""
    return name.startswith("thinnest_wall.") and name.endswith(".value")


def _label(column: Column) -> str:
    parts: Sequence[str] = column.name.split(".")
    return parts[1].replace("_", " ") if parts[0] == "thinnest_wall" else column.heading


def _number(cell: Cell) -> TypeGuard[float]:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell)
