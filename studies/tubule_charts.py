"""The curves behind an answer about a tubule: stress over height and load, critical flaws over overpotential, thinnest walls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.errors import InputError
from tubewall.studies.charts import BLACK, BLUE, GREEN, ORANGE, new_figure
from tubewall.studies.tubule_flaw_answer import FlawAnswer
from tubewall.studies.tubule_full_answer import FullAnswer
from tubewall.studies.tubule_interface import InterfaceAnswer
from tubewall.studies.tubule_piston_answer import PistonAnswer
from tubewall.studies.tubule_prestress import PrestressAnswer
from tubewall.studies.tubule_root_answer import RootAnswer

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# overpotentials [V] of the curve of critical lengths
_OVERPOTENTIALS = np.geomspace(0.002, 0.5, 60)
_STYLES = ("-", "--", "-.", ":", (0, (1, 3)))


def write_chart(answer: object, path: str | Path) -> None:
    """Draw the curves of an answer as PNG, SVG or PDF, by the suffix of ``path``.

    Raises
    ------
    InputError
        For an answer that has no curves.
    """
    figure = chart(answer)
    figure.savefig(path, dpi=150)


def chart(answer: object) -> Figure:
    """The figure of an answer of one of the questions about a tubule.

    Raises
    ------
    InputError
        For an answer that has no curves.
    """
    if isinstance(answer, RootAnswer):
        return _root(answer)
    if isinstance(answer, PistonAnswer):
        return _piston(answer)
    if isinstance(answer, FlawAnswer):
        return _flaw(answer)
    if isinstance(answer, FullAnswer):
        return _full(answer)
    if isinstance(answer, InterfaceAnswer):
        return _interface(answer)
    if isinstance(answer, PrestressAnswer):
        return _prestress(answer)
    raise InputError("the drawing has no curves to draw: ask one of the questions")


def _plain(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(alpha=0.3, which="major")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize="small", frameon=False)


def _root(answer: RootAnswer) -> Figure:
    figure = new_figure(7.5, 4.6)
    axes = figure.add_subplot()
    height = [one.height * 1e9 for one in answer.stations]
    curves: dict[str, tuple[list[float], str, Any]] = {
        "largest at the faces": ([s.surface for s in answer.stations], BLACK, "-"),
        "membrane + bending": ([s.linearised for s in answer.stations], BLUE, "-"),
        "hoop membrane": ([s.hoop for s in answer.stations], GREEN, "--"),
        "axial bending at the bore": ([s.bending for s in answer.stations], ORANGE, "-."),
    }
    for name, (values, colour, style) in curves.items():
        axes.semilogx(height, np.array(values) / 1e6, linestyle=style, color=colour, label=name)
    axes.axhline(answer.plane_strain / 1e6, color="0.5", linewidth=1.0, label="plane strain")
    axes.axvline(answer.decay * 1e9, color="0.5", linestyle=":", label="1/β of the shell")
    _plain(axes, "height above the root [nm]", "stress [MPa]")
    return figure


def _piston(answer: PistonAnswer) -> Figure:
    figure = new_figure(7.5, 4.6)
    axes = figure.add_subplot()
    pressure = np.linspace(0.0, answer.study.pressure, 2)
    for case, colour, style in zip(answer.cases, _colours(len(answer.cases)), _many(len(answer.cases)), strict=True):
        values = case.empty.factor * pressure / 1e6
        axes.plot(pressure / 1e6, values, color=colour, linestyle=style, label=f"{case.name}: rim")
    first = answer.cases[0]
    for name, rim, style in (
        ("neighbours full", first.full, "--"),
        ("mouth alone", first.mouth, "-."),
        ("as a strip", first.strip, ":"),
    ):
        axes.plot(
            pressure / 1e6, rim.factor * pressure / 1e6, color="0.5", linestyle=style, label=f"{first.name}: {name}"
        )
    above = axes.secondary_xaxis("top", functions=_volts(answer.study.metal.ceiling(1.0)))
    above.set_xlabel("overpotential [mV]")
    _plain(axes, "lithium pressure [MPa]", "largest principal stress at the rim [MPa]")
    return figure


def _volts(per_volt: float) -> tuple[Any, Any]:
    return lambda p: p * 1e9 / per_volt, lambda u: u * per_volt / 1e9


def _colours(count: int) -> list[str]:
    every = [BLACK, BLUE, ORANGE, GREEN, "#CC79A7", "#56B4E9"]
    return [every[k % len(every)] for k in range(count)]


def _many(count: int) -> list[Any]:
    return [_STYLES[k % len(_STYLES)] for k in range(count)]


def _flaw(answer: FlawAnswer) -> Figure:
    figure = new_figure(10.0, 4.4)
    left, right = figure.subplots(1, 2)
    p, lengths = answer.study.pressure, np.array([one.length for one in answer.curve]) * 1e9
    for name, colour, wet in (("with lithium in it", BLUE, True), ("dry", ORANGE, False)):
        drives = np.array([p * one.drives(pressurised=wet) / 1e6 for one in answer.curve])
        # what the piston closes has no place on a logarithmic axis
        if np.any(drives > 0):
            left.loglog(lengths, np.where(drives > 0, drives, np.nan), "o-", color=colour, markersize=3, label=name)
    rows = answer.table()
    left.loglog(lengths, np.array(rows.column("K_I, handbook")) / 1e6, color="0.5", linestyle="--", label="handbook")
    value, low, high = (k / 1e6 for k in answer.toughness)
    left.axhspan(low, high, color="0.88", label="toughness, its range")
    left.axhline(value, color="0.45", linewidth=1.0)
    _plain(left, "length of the flaw [nm]", "K [MPa √m]")
    found = [(u, answer.critical_length(float(u))) for u in _OVERPOTENTIALS]
    some = [(u, length) for u, length in found if length is not None]
    if some:
        right.loglog([u * 1e3 for u, _ in some], [a * 1e9 for _, a in some], color=BLUE, label="critical length")
    book = [answer.handbook_length(float(u)) * 1e9 for u in _OVERPOTENTIALS]
    right.loglog(_OVERPOTENTIALS * 1e3, book, color="0.5", linestyle="--", label="handbook")
    right.axhline(answer.study.flaw_length * 1e9, color=BLACK, linewidth=1.0, linestyle=":", label="the study's flaw")
    safe = answer.safe_overpotential
    if safe is not None:
        right.axvspan(safe[1] * 1e3, safe[2] * 1e3, color="0.88", label="it is safe up to, range")
    _plain(right, "overpotential [mV]", "critical length [nm]")
    return figure


def _full(answer: FullAnswer) -> Figure:
    figure = new_figure(6.5, 4.4)
    axes = figure.add_subplot()
    for name, colour, style, key in (
        ("over the length it bears", BLUE, "o-", "wall"),
        ("in plane strain", "0.5", "s--", "plane"),
    ):
        some = [(w.strength / 1e6, getattr(w, key) * 1e9) for w in answer.walls if getattr(w, key)]
        if some:
            axes.loglog([s for s, _ in some], [w for _, w in some], style, color=colour, markersize=4, label=name)
    axes.loglog(
        [answer.stress / 1e6], [answer.study.wall * 1e9], "D", color=ORANGE, label="the study's wall, its stress"
    )
    _plain(axes, "strength [MPa]", "thinnest wall [nm]")
    return figure


def _interface(answer: InterfaceAnswer) -> Figure:
    figure = new_figure(6.5, 4.4)
    axes = figure.add_subplot()
    for one, colour in zip(answer.interfaces, (BLUE, ORANGE), strict=False):
        axes.plot(one.places, one.peel / 1e6, "o-", color=colour, markersize=3, label=f"peel, {one.name}")
        axes.plot(one.places, one.shear / 1e6, "s--", color=colour, markersize=3, label=f"shear, {one.name}")
    axes.axhline(0.0, color="0.5", linewidth=0.8)
    _plain(axes, "across the wall, from the bore outwards", "traction [MPa]")
    return figure


def _prestress(answer: PrestressAnswer) -> Figure:
    figure = new_figure(7.5, 4.4)
    axes = figure.add_subplot()
    places = np.arange(len(answer.cases))
    bars = {
        "hoop in the middle": ([c.middle_hoop for c in answer.cases], BLUE),
        "axial in the middle": ([c.middle_axial for c in answer.cases], GREEN),
        "largest near the root": ([c.root for c in answer.cases], ORANGE),
        "least near the root": ([c.least for c in answer.cases], "0.5"),
    }
    for k, (name, (values, colour)) in enumerate(bars.items()):
        axes.bar(places + 0.2 * (k - 1.5), np.array(values) / 1e6, width=0.2, color=colour, label=name)
    axes.set_xticks(places, [c.name for c in answer.cases])
    axes.axhline(0.0, color="0.3", linewidth=0.8)
    _plain(axes, "", "stress [MPa]")
    return figure
