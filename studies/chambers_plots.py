"""Plots of an answered study: overpotential, fills and pressures over time, what the walls see, their regime numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.charts import BLACK, BLUE, ORANGE, new_figure, save

if TYPE_CHECKING:
    from pathlib import Path

    from tubewall.chambers.anode_run import Spread
    from tubewall.studies.chambers_result import ChambersAnswer, Side

_COLOURS: Final = (BLUE, ORANGE)
_STYLES: Final = ("-", "--")
# shares of the chambers between which a band is drawn: columns of `Spread.quantiles`
_BANDS: Final = ((2, 8, 0.15), (4, 6, 0.35))
_MEDIAN: Final = 5
_LEGEND: Final[dict[str, Any]] = {"fontsize": 8, "framealpha": 0.7, "edgecolor": "none", "loc": "best"}


def write_plots(answer: ChambersAnswer, path: str | Path) -> None:
    """Six plots on one sheet as PNG, whole or not at all; without single walls four."""
    figure: Any = new_figure(13.0, 7.6)
    axes = figure.subplots(2, 3)
    _overpotential(axes[0, 0], answer)
    _over_time(axes[0, 1], answer, "fill", "fill", 1.0)
    _over_time(axes[0, 2], answer, "pressure", "gas pressure [MPa]", 1e-6)
    _histograms(axes[1, 0], answer)
    if all(side.walls is not None for side in answer.sides):
        _exceedance(axes[1, 1], answer)
        _regimes(axes[1, 2], answer)
    else:
        for one in axes[1, 1:]:
            one.set_axis_off()
    save(figure, path)


def _plain_ticks(axis: Any, low: float, high: float) -> None:
    """Numbers as one writes them on an axis by the logarithm, few of them over many decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    span = high / low
    between = (1.0,) if span > 300.0 else (1.0, 2.0, 5.0) if span > 4.0 else (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0)
    axis.set_major_locator(LogLocator(subs=between))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))


def _hours(answer: ChambersAnswer) -> tuple[float, str]:
    long = max(float(side.run.times[-1]) for side in answer.sides) >= 3600.0
    return (3600.0, "time [h]") if long else (1.0, "time [s]")


def _overpotential(axes: Any, answer: ChambersAnswer) -> None:
    hour, label = _hours(answer)
    for k, side in enumerate(answer.sides):
        trace = side.run.trace
        axes.plot(trace.times / hour, 1e3 * trace.overpotential, _STYLES[k], color=_COLOURS[k], label=side.name)
    if answer.foil is not None:
        axes.plot(answer.foil.times / hour, 1e3 * answer.foil.overpotential, ":", color=BLACK, label="planar foil")
    axes.set(xlabel=label, ylabel="overpotential U [mV]")
    axes.legend(frameon=False)


def _over_time(axes: Any, answer: ChambersAnswer, name: str, label: str, factor: float) -> None:
    hour, time = _hours(answer)
    for k, side in enumerate(answer.sides):
        spread: Spread = getattr(side.run, name)
        at, rows = side.run.times / hour, factor * spread.quantiles
        for low, high, shade in _BANDS:
            axes.fill_between(at, rows[:, low], rows[:, high], color=_COLOURS[k], alpha=shade, lw=0)
        axes.plot(at, rows[:, _MEDIAN], _STYLES[k], color=_COLOURS[k], label=f"{side.name}, median")
        axes.plot(at, rows[:, -1], ":", color=_COLOURS[k], lw=1.0, label=f"{side.name}, largest")
    axes.set(xlabel=time, ylabel=label)
    if name == "pressure":
        axes.set_yscale("log")
    # room for the legend
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.3 if name == "pressure" else high + 0.3 * (high - low))
    if name == "pressure":
        _plain_ticks(axes.yaxis, *axes.get_ylim())
    axes.set_title("bands: 1 to 99 % and 25 to 75 % of the bores", size=9)
    axes.legend(**{**_LEGEND, "loc": "upper left", "ncols": 2})


def _histograms(axes: Any, answer: ChambersAnswer) -> None:
    """Gas pressures at the look of the highest mean pressure."""
    hour, label = _hours(answer)
    ends = []
    for k, side in enumerate(answer.sides):
        spread = side.run.pressure
        look = int(np.argmax(spread.mean))
        used = np.flatnonzero(spread.counts[look])
        ends += [spread.edges[used[0]], spread.edges[used[-1] + 1]]
        axes.stairs(
            np.maximum(spread.counts[look], 0.5), 1e-6 * spread.edges, baseline=0.5, ls=_STYLES[k], color=_COLOURS[k],
            label=f"{side.name}, after {side.run.times[look] / hour:.3g} {label[6:-1]}",
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="gas pressure [MPa]", ylabel="bores in a bin")
    axes.set_xlim(0.9e-6 * min(ends), 1.1e-6 * max(ends))
    _plain_ticks(axes.xaxis, *axes.get_xlim())
    axes.set_ylim(bottom=0.5)
    axes.legend(**_LEGEND)


def _exceedance(axes: Any, answer: ChambersAnswer) -> None:
    """Share of the walls that see more than a difference, with the law that goes on beyond them."""
    for k, side in enumerate(answer.sides):
        assert side.walls is not None
        ordered = np.sort(side.walls.differences)[::-1]
        share = np.arange(1, ordered.size + 1) / ordered.size
        seen = ordered > 0.0
        axes.plot(1e-6 * ordered[seen], share[seen], _STYLES[k], color=_COLOURS[k], label=side.name)
        tail = side.walls.tail
        axes.plot([1e-6 * tail.quantiles[-1]], [1e-4], "o", color=_COLOURS[k], ms=5)
        _beyond(axes, side, answer.walls_of_electrode, _COLOURS[k])
    axes.axhline(1e-4, color="0.7", lw=0.8)
    axes.annotate("99.99 %", (0.01, 1e-4), xycoords=("axes fraction", "data"), size=8, va="bottom", color="0.35")
    if answer.allowable is not None:
        axes.axvline(1e-6 * answer.allowable.nominal, color=BLACK, lw=1.0, ls=":", label="a wall bears")
    axes.set(
        xscale="log", yscale="log", xlabel="largest difference across a wall [MPa]", ylabel="share of walls beyond"
    )
    axes.legend(**{**_LEGEND, "loc": "center left", "bbox_to_anchor": (0.0, 0.36)})


def _beyond(axes: Any, side: Side, walls: float, colour: str) -> None:
    """What is expected of all walls of the electrode."""
    assert side.walls is not None
    expected = side.walls.expected_largest
    if expected is not None and expected > 0.0:
        mark = "v" if side.walls.bounded else "*"
        words = "ceiling of U" if side.walls.bounded else f"largest of {walls:.1e}"
        axes.plot([1e-6 * expected], [1.0 / walls], mark, color=colour, ms=7, label=f"{side.name}, {words}")


def _regimes(axes: Any, answer: ChambersAnswer) -> None:
    """Share of the walls that would be hermetic at a permeance."""
    walls = answer.permeable.walls
    assert walls is not None
    for k, side in enumerate(answer.sides):
        assert side.walls is not None
        ordered = np.sort(side.walls.crossovers)
        known = ordered > 0.0
        share = np.arange(1, ordered.size + 1) / ordered.size
        axes.plot(ordered[known], 100.0 * share[known], _STYLES[k], color=_COLOURS[k], label=f"{side.name} run")
    axes.axvline(answer.permeable.permeance, color=BLACK, lw=1.0, ls=":", label="the study's walls")
    axes.set(xscale="log", xlabel="permeance [mol/(m2 s Pa)]", ylabel="walls of regime number above 1 [%]")
    axes.legend(**_LEGEND)
