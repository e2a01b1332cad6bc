"""The answer in words: one sentence, the printed tables, and plain data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tubewall.studies.load_cases import SAYS
from tubewall.studies.pressures import lithium_of
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.chambers import WallZone
    from tubewall.studies.answer import CaseAnswer, WallAnswer
    from tubewall.studies.bounds import Bound, Window
    from tubewall.studies.pressures import PressureAnswer

Row = Sequence[str]


def sentence(answer: WallAnswer) -> str:
    """The answer in one sentence: what was asked, the number, what decides it, how sure it is, what permeability buys."""
    drawing = answer.study.drawing
    gas = answer.cases["gas_hermetic"]
    lithium = answer.cases["lithium_against_gas"]
    subject = f"{drawing.bore_shape} bores of {show(drawing.bore, 'm')} in {answer.study.wall.wall_material}"
    return (
        f"{subject}: under gas {window_words(gas.window_2d)}; "
        f"{lithium_words(answer, lithium)}; {permeability_words(answer)}."
    )


def window_words(window: Window) -> str:
    """A window of walls and what decides each end."""
    if window.low is None or window.high is None or window.is_empty:
        below = "is met by none of the search" if window.low is None else f"wants at least {length(window.low)}"
        above = "is met by none of the search" if window.high is None else f"allows at most {length(window.high)}"
        return f"no wall holds ({window.binds_low} {below}, {window.binds_high} {above})"
    return f"walls of {length(window.low)} ({window.binds_low}) to {length(window.high)} ({window.binds_high}) hold"


def length(value: float, digits: int = 3) -> str:
    """A wall or a deflection, always in nanometres below a micrometre: walls of parts of one are compared with others."""
    return f"{value * 1e9:.{digits}g} nm" if abs(value) < 1e-6 else show(value, "m", digits)


def lithium_words(answer: WallAnswer, case: CaseAnswer) -> str:
    """What lithium at its pressure beside a tubule of gas does."""
    pressure = show(answer.pressures.lithium, "Pa")
    return f"with lithium at {pressure} against gas {window_words(case.window_2d)}"


def permeability_words(answer: WallAnswer) -> str:
    """What permeable walls change for the stress of gas on the wall."""
    hermetic, permeable = answer.cases["gas_hermetic"], answer.cases["gas_permeable"]
    before, after = mechanical_wall(hermetic), mechanical_wall(permeable)
    pair, thinnest = answer.pressures, answer.study.wall.thinnest
    if pair.hermetic.difference == 0.0:
        return "neighbours fill alike, so that permeable walls change nothing"
    same = (hermetic.window_2d.low, hermetic.window_2d.high) == (permeable.window_2d.low, permeable.window_2d.high)
    return (
        f"permeable walls cut the gas difference from {show(pair.hermetic.difference, 'Pa')} "
        f"to {show(pair.permeable.difference, 'Pa')}, and the wall that gas pressure alone asks for from "
        f"{_needs(before, thinnest)} to {_needs(after, thinnest)}; "
        + ("the window stays" if same else f"then {window_words(permeable.window_2d)}")
    )


def mechanical_wall(case: CaseAnswer) -> float | None:
    """The thinnest wall [m] that the stresses of a case alone allow."""
    walls = [0.0 if b.at_edge else b.wall for b in case.bounds if b.side == "below" and b.name in MECHANICAL]
    return None if None in walls else max((w for w in walls if w is not None), default=0.0)


MECHANICAL = (
    "strength_peak",
    "strength_linearised",
    "weakest_link",
    "plastic_limit",
    "buckling_wall",
    "buckling_tube",
)


def _needs(wall: float | None, thinnest: float) -> str:
    return f"less than {length(thinnest)}" if wall == 0.0 else _wall(wall)


def _wall(wall: float | None) -> str:
    return "no wall" if wall is None else length(wall)


def text(answer: WallAnswer) -> str:
    """The answer as the command prints it."""
    parts = [
        _title(answer),
        "",
        *_headline(answer),
        "",
        "Pressures",
        *_pressure_lines(answer.pressures),
        "",
        f"Stress in walls of {show(answer.study.wall.wall, 'm')}",
        *_stress_lines(answer),
        "",
        "Thinnest wall by load case and constraint, with its range over strength and mesh",
        *_bound_lines(answer),
        "",
        "Electrolyte under the piston",
        *_electrolyte_lines(answer),
    ]
    if answer.guesses:
        parts += ["", "Leans on", *(f"  {guess}" for guess in answer.guesses)]
    if answer.warnings:
        parts += ["", "Warnings", *(f"  {warning}" for warning in answer.warnings)]
    return "\n".join(parts)


def _title(answer: WallAnswer) -> str:
    d = answer.study.drawing
    corners = "no corners" if d.bore_shape == "round" else f"fillet {length(d.fillet)}"
    return (
        f"{d.packing} packing, {d.bore_shape} bores of {show(d.bore, 'm')}, {corners}, height {show(d.height, 'm')}, "
        f"{answer.study.wall.wall_material}, {d.confinement} in the plane, ends {d.ends}"
    )


def _headline(answer: WallAnswer) -> Iterable[str]:
    gas, lithium = answer.cases["gas_hermetic"], answer.cases["lithium_against_gas"]
    yield f"Under hermetic gas  {window_words(gas.window_2d)}"
    yield f"Under lithium       {window_words(lithium.window_2d)}, at {show(answer.pressures.lithium, 'Pa')}"
    if answer.lithium_borne is not None:
        volts = answer.lithium_borne / float(lithium_of(answer.study).ceiling(1.0))
        yield (
            f"Lithium it bears    walls of {length(answer.study.wall.wall)} bear lithium of "
            f"{show(answer.lithium_borne, 'Pa')} beside gas, the ceiling of {show(volts, 'V')}"
        )
    yield f"One-dimensional     {window_words(gas.window_1d)}"
    yield f"Permeability        {permeability_words(answer)}"


def _pressure_lines(p: PressureAnswer) -> Iterable[str]:
    yield f"  lithium ceiling {show(p.ceiling, 'Pa')}, taken as load {show(p.lithium, 'Pa')}; gas at first {show(p.initial, 'Pa')}"
    rows = [
        ("", "hermetic", "permeable", "mixed"),
        ("fuller chamber", show(p.hermetic.high, "Pa", 4), show(p.permeable.high, "Pa", 4), show(p.mixed, "Pa", 4)),
        ("emptier chamber", show(p.hermetic.low, "Pa", 4), show(p.permeable.low, "Pa", 4), show(p.mixed, "Pa", 4)),
        ("across the wall", show(p.hermetic.difference, "Pa", 4), show(p.permeable.difference, "Pa", 4), "0 Pa"),
        ("equalisation time", "never", show(p.equalisation_time, "s"), "0 s"),
        ("regime number", "0", f"{p.regime_number:.3g}", "infinite"),
    ]
    yield from grid(rows)
    yield f"  the regime number is 1 at a permeance of {p.crossover:.3g} mol/(m2 s Pa)"
    for zone in p.zones:
        if zone.height > 0.0:
            between = f"{zone.bottom * 1e6:.3g} to {zone.top * 1e6:.3g} um"
            yield f"  {zone.name:<16} {between}: {zone_words(p, zone)}"


def zone_words(p: PressureAnswer, zone: WallZone) -> str:
    """What stands against what in a zone of the wall, absolute."""
    fluids = {
        "lithium": lambda gas: f"lithium at {show(gas, 'Pa')} to {show(p.ceiling, 'Pa')}",
        "gas": lambda gas: f"gas at {show(gas, 'Pa')}",
    }
    sides = zip(zone.fluids, zone.gas_pressures, strict=True)
    return " against ".join(fluids[fluid](gas) for fluid, gas in sides)


def _stress_lines(answer: WallAnswer) -> Iterable[str]:
    held = answer.study.drawing.confinement
    other = "free" if held == "held" else "held"
    stands = "linearised" if answer.no_peak else "peak"
    heads: Row = ("peak", "mesh error", "one different", "root: membrane + bending", "middle: membrane + bending")
    rows: list[Row] = [("", *heads, "deflection", f"{stands} if {other}", "margin")]

    def peak(value: float, digits: int = 3) -> str:
        return "none" if answer.no_peak else show(value, "Pa", digits)

    for name, case in answer.cases.items():
        s = case.stress
        rows.append(
            (
                name,
                peak(s.peak),
                peak(s.mesh_error, 2),
                peak(s.one_different),
                f"{show(s.root.membrane, 'Pa')} + {show(abs(s.root.bending), 'Pa')}",
                f"{show(s.middle.membrane, 'Pa')} + {show(abs(s.middle.bending), 'Pa')}",
                length(s.deflection),
                show(case.other_confinement, "Pa"),
                margin_words(answer.margin(s)),
            )
        )
    yield from grid(rows)
    for name, case in answer.cases.items():
        x, y = case.stress.at
        where = "no peak" if answer.no_peak else f"peak at ({length(x)}, {length(y)}) from the centre of a bore"
        yield f"  {name}: {SAYS[case.name]}; {where}"


def margin_words(margin: float | None) -> str:
    """Strength over stress; beyond a thousand the digits say nothing."""
    if margin is None:
        return "no tension"
    return "> 1000" if margin > 1e3 else f"{margin:.3g}"


def _bound_lines(answer: WallAnswer) -> Iterable[str]:
    cases = list(answer.cases.values())
    names: list[str] = []
    for case in cases:
        names += [b.name for b in case.bounds if b.name not in names]
    rows: list[Row] = [("", *(case.name for case in cases))]
    for name in names:
        cells = []
        for case in cases:
            found = [b for b in case.bounds if b.name == name]
            cells.append(bound_words(found[0]) if found else "-")
        rows.append((name, *cells))
    rows.append(("binds", *(case.thinnest.name for case in cases)))
    rows.append(("window", *(_window_cell(case.window_2d) for case in cases)))
    yield from grid(rows)
    said: set[str] = set()
    for case in cases:
        for name, reason in case.left_out.items():
            if reason not in said:
                said.add(reason)
                yield f"  {case.name}: {name} left out, {reason}"


def bound_words(bound: Bound) -> str:
    """A bound with its range, as it stands in a table."""
    sign = ">=" if bound.side == "below" else "<="
    if bound.wall is None:
        return "no wall"
    if bound.at_edge:
        return "any"
    if bound.low == bound.high:
        return f"{sign} {length(bound.wall)}"
    low = "none" if bound.low is None else length(bound.low)
    high = "none" if bound.high is None else length(bound.high)
    return f"{sign} {length(bound.wall)} ({low} .. {high})"


def _window_cell(window: Window) -> str:
    if window.low is None or window.high is None or window.is_empty:
        return "empty"
    return f"{length(window.low)} .. {length(window.high)}"


def _electrolyte_lines(answer: WallAnswer) -> Iterable[str]:
    heads: Row = (
        "stress / lithium pressure",
        "if all are full",
        "stress",
        "mesh error",
        "strength",
        "allows overpotential",
    )
    rows: list[Row] = [("", "measure", *heads)]
    for e in answer.electrolytes:
        strength = "unknown" if e.strength is None else show(e.strength, "Pa")
        allowed = "-" if e.overpotential is None or math.isinf(e.overpotential) else show(e.overpotential, "V")
        rows.append(
            (
                e.name,
                e.measure,
                f"{e.governing.factor:.3g}",
                f"{e.alike.factor:.3g}",
                show(e.governing.factor * e.pressure, "Pa"),
                show(e.governing.mesh_error * e.pressure, "Pa", 2),
                strength,
                allowed,
            )
        )
    yield from grid(rows)
    for e in answer.electrolytes:
        if e.measure != "max principal":
            yield f"  {e.name}: largest principal stress {show(e.peak, 'Pa')}, {e.alone.factor:.3g} times the lithium pressure"
        if e.governing.singular or e.alike.singular:
            yield f"  {e.name}: singular where it meets the insulator; the stress is that half a fillet away from the edge"


def grid(rows: Sequence[Row]) -> Iterable[str]:
    """Rows of words as aligned lines, the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        first = f"  {row[0]:<{widths[0]}}"
        yield (first + "".join(f"   {cell:>{w}}" for cell, w in zip(row[1:], widths[1:], strict=True))).rstrip()
