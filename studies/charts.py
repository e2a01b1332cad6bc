"""Figures of an answer, drawn by matplotlib without a display."""

from __future__ import annotations

import base64
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.whole_files import written_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tubewall.studies.answer import CaseAnswer, WallAnswer
    from tubewall.studies.compare import Comparison

# colours that stay apart in grey and for most colour blindness (Okabe and Ito, 2008)
BLUE, ORANGE, GREEN, BLACK = "#0072B2", "#D55E00", "#009E73", "#000000"
_CASE_COLOURS: dict[str, str] = {
    "gas_hermetic": BLUE,
    "gas_permeable": GREEN,
    "lithium_against_gas": ORANGE,
    "equalised": BLACK,
}
_CASE_STYLES: dict[str, str] = {
    "gas_hermetic": "-",
    "gas_permeable": "--",
    "lithium_against_gas": "-",
    "equalised": ":",
}


def new_figure(width: float, height: float) -> Figure:
    """An empty figure [inch] on a canvas that needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG, whole or not at all."""
    with written_whole(path) as temporary:
        figure.savefig(temporary, format="png", dpi=150)


def as_uri(figure: Figure) -> str:
    """A figure as ``data:image/png;base64,...``."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _grid(axes: Axes) -> None:
    axes.grid(alpha=0.3, which="major")
    axes.spines[["top", "right"]].set_visible(False)


def stress_figure(answer: WallAnswer) -> Figure:
    """Peak stress over the wall for every load case, the strength with its range, and the walls that gas leaves."""
    figure = new_figure(8.0, 4.6)
    axes = figure.add_subplot()
    for name, case in answer.cases.items():
        axes.loglog(
            case.sampled_walls * 1e9,
            # where nothing is in tension there is nothing to draw
            np.where(case.sampled_peaks > 0.0, case.sampled_peaks, np.nan) / 1e6,
            _CASE_STYLES[name],
            color=_CASE_COLOURS[name],
            label=name.replace("_", " "),
        )
    strength = answer.strength
    axes.axhspan(strength.low / 1e6, strength.high / 1e6, color="0.85", label="strength, its range")
    axes.axhline(strength.value / 1e6, color="0.45", linewidth=1.0)
    window = answer.cases["gas_hermetic"].window_2d
    if window.low is not None and window.high is not None and not window.is_empty:
        axes.axvspan(
            window.low * 1e9, window.high * 1e9, color="#F0E442", alpha=0.35, label="walls that hold under gas"
        )
    axes.axvline(answer.study.wall.wall * 1e9, color="0.3", linestyle="-.", linewidth=1.0, label="the study's wall")
    axes.set_xlabel("wall [nm]")
    axes.set_ylabel(f"largest {'von Mises' if strength.ductile else 'principal'} stress [MPa]")
    figure.legend(fontsize="small", loc="outside upper center", ncols=4, frameon=False)
    _grid(axes)
    return figure


def bounds_figure(answer: WallAnswer) -> Figure:
    """Every constraint of every load case as a bar over the walls that it allows."""
    cases = list(answer.cases.values())
    names = list(dict.fromkeys(b.name for case in cases for b in case.bounds))
    figure = new_figure(8.0, 0.26 * len(names) * 2 + 1.4)
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    for axes, case in zip(np.ravel(grid), cases, strict=True):
        _bars(axes, case, names, answer)
    for axes in grid[-1]:
        axes.set_xlabel("wall [nm]")
    return figure


def _bars(axes: Any, case: CaseAnswer, names: list[str], answer: WallAnswer) -> None:
    thin, thick = answer.study.wall.thinnest * 1e9, answer.study.wall.thickest * 1e9
    for i, name in enumerate(names):
        found = [b for b in case.bounds if b.name == name]
        if not found:
            continue
        b = found[0]
        if b.wall is None:
            axes.text(math.sqrt(thin * thick), i, "no wall", ha="center", va="center", fontsize="x-small", color=ORANGE)
            continue
        left, right = (b.wall * 1e9, thick) if b.side == "below" else (thin, b.wall * 1e9)
        axes.barh(i, right - left, left=left, height=0.62, color=BLUE if b.dimension != "1d" else "0.7", alpha=0.75)
        if b.low is not None and b.high is not None and b.low != b.high:
            axes.plot([b.low * 1e9, b.high * 1e9], [i, i], color=BLACK, linewidth=1.5)
    window = case.window_2d
    if window.low is not None and window.high is not None and not window.is_empty:
        axes.axvspan(window.low * 1e9, window.high * 1e9, color="#F0E442", alpha=0.4, zorder=0)
    axes.set_xscale("log")
    axes.set_xlim(thin, thick)
    axes.set_yticks(range(len(names)), names, fontsize="x-small")
    axes.set_title(case.name.replace("_", " "), fontsize="small", loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def permeance_figure(comparison: Comparison) -> Figure:
    """Pressure difference, peak stress and thinnest wall over the permeance, with the crossing of the regime number."""
    inner = [row for row in comparison.rows if 0.0 < row.permeance < math.inf]
    x = [row.permeance for row in inner]
    first, last = comparison.rows[0], comparison.rows[-1]
    figure = new_figure(7.5, 8.0)
    top, middle, bottom = figure.subplots(3, 1, sharex=True)
    top.loglog(x, [row.pair.difference for row in inner], "o-", color=BLUE, markersize=3)
    top.axhline(first.pair.difference, color="0.5", linestyle="--", linewidth=1.0, label="hermetic")
    top.set_ylabel("gas difference [Pa]")
    middle.semilogx(x, [row.peak / 1e6 for row in inner], "o-", color=ORANGE, markersize=3)
    middle.axhline(first.peak / 1e6, color="0.5", linestyle="--", linewidth=1.0, label="hermetic")
    middle.axhline(last.peak / 1e6, color="0.5", linestyle=":", linewidth=1.0, label="perfectly mixed")
    middle.set_ylabel(f"peak stress in {comparison.study.wall.wall * 1e9:.3g} nm [MPa]")
    walls = [(row.permeance, row.wall * 1e9) for row in inner if row.wall is not None]
    if walls:
        bottom.semilogx(*zip(*walls, strict=True), "o-", color=GREEN, markersize=3, label="strength of the peak")
    bottom.axhline(
        comparison.study.wall.thinnest * 1e9, color="0.5", linestyle=":", linewidth=1.0, label="thinnest wall searched"
    )
    bottom.set_ylim(bottom=0.0)
    bottom.set_ylabel("thinnest wall under gas [nm]")
    bottom.set_xlabel("permeance [mol/(m2 s Pa)]")
    for axes in (top, middle, bottom):
        axes.axvline(comparison.pressures.crossover, color=BLACK, linewidth=1.0)
        if comparison.study.wall.permeance > 0.0:
            axes.axvline(comparison.study.wall.permeance, color="0.3", linestyle="-.", linewidth=1.0)
        axes.legend(fontsize="small")
        _grid(axes)
    crossing = top.get_xaxis_transform()
    top.text(comparison.pressures.crossover, 1.02, "regime number 1", transform=crossing, ha="center", fontsize="small")
    top.text(comparison.study.wall.permeance, 1.02, "study", transform=crossing, ha="center", fontsize="small")
    return figure
