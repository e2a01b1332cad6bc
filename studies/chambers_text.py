"""The answer to the study of an anode in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tubewall.errors import InputError
from tubewall.studies.chambers_tail import LEVELS
from tubewall.studies.wording import grid
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.chambers.cells import FullCell
    from tubewall.chambers.cells import HalfCell as Half
    from tubewall.studies.chambers_looks import ChamberLoad
    from tubewall.studies.chambers_result import ChambersAnswer, Side

_PERMEANCE: Final = "mol/(m2 s Pa)"
_CYCLES_SHOWN: Final = 12
# less gas than that stands in no wall's way
_THIN: Final = 1e-9


def answer_text(answer: ChambersAnswer) -> str:
    """The answer as the command prints it."""
    study = answer.study
    a, g = study.array, study.gas
    lines = [
        f"{study.protocol.name} on {a.rows} x {a.columns} {a.shape}s of {show(a.bore, 'm')}, walls {show(a.wall, 'm')}, "
        f"height {show(a.height, 'm')}; {g.gas} at {show(g.temperature, 'C', 4)}, closed at {show(g.initial_pressure, 'Pa')}",
        "",
        *grid(_rows(answer)),
        *_stops(answer),
        "",
        *_hardest(answer),
        *_allowable(answer),
        *_cycles(answer),
        *_balances(answer),
        *(f"warning: {one}" for one in answer.warnings),
    ]
    return "\n".join(lines)


def _rows(answer: ChambersAnswer) -> list[tuple[str, ...]]:
    sides = answer.sides
    rows: list[tuple[str, ...]] = [("", *(side.name for side in sides))]

    def add(name: str, *cells: str) -> None:
        rows.append((name, *cells))

    add(f"permeance [{_PERMEANCE}]", *(f"{side.permeance:.3g}" for side in sides))
    add("overpotential at most", *(show(float(side.run.overpotential.max()), "V") for side in sides))
    add("fill, mean at most", *(f"{side.run.fill.mean.max():.4g}" for side in sides))
    add("fill, largest", *(f"{side.run.fill.quantiles[:, -1].max():.4g}" for side in sides))
    add("gas pressure, mean at most", *(show(float(side.run.pressure.mean.max()), "Pa", 4) for side in sides))
    add("gas pressure, largest", *(show(side.highest_gas, "Pa", 4) for side in sides))
    add("gas pressure, lowest", *(show(float(side.run.pressure.quantiles[:, 0].min()), "Pa", 4) for side in sides))
    add("lithium pressure, largest", *(show(side.highest_lithium, "Pa", 4) for side in sides))
    for level in (0.5, 0.99, 0.9999):
        add(f"difference across walls, {100 * level:g} %", *(_wall(side, level) for side in sides))
    add("difference across walls, largest", *(_wall(side, 1.0) for side in sides))
    add(f"expected largest of {answer.walls_of_electrode:.3g} walls", *(_expected(side) for side in sides))
    add("regime number, lowest / median", *(_regime(side) for side in sides))
    add("walls below 0.1 / between / above 10", *(_kinds(side) for side in sides))
    return rows


def _wall(side: Side, level: float) -> str:
    """Difference that a share of the walls stays below, each at its hardest moment; of arrays in classes at the hardest look."""
    from tubewall.chambers.anode_run import LEVELS as KEPT

    if side.walls is not None:
        tail = side.walls.tail
        return show(tail.largest if level == 1.0 else tail.quantiles[LEVELS.index(level)], "Pa")
    difference = side.run.difference
    if difference is None:
        return "-"
    return show(float(difference.quantiles[:, KEPT.index(level)].max()), "Pa")


def _expected(side: Side) -> str:
    if side.walls is None or side.walls.expected_largest is None:
        return "-"
    how = "ceiling of U" if side.walls.bounded else "extrapolated"
    return f"{show(side.walls.expected_largest, 'Pa')} ({how})"


def _regime(side: Side) -> str:
    if side.walls is None:
        return "-"
    return " / ".join("infinite" if math.isinf(one) else f"{one:.3g}" for one in side.walls.regime)


def _kinds(side: Side) -> str:
    if side.walls is None:
        return "-"
    return " / ".join(f"{100.0 * share:.3g}" for share in side.walls.kinds) + " %"


def _stops(answer: ChambersAnswer) -> list[str]:
    walls = answer.hermetic.walls
    if walls is None:
        return []
    low, middle, high = walls.crossover
    return [
        "",
        f"walls stop being hermetic for this protocol at a permeance of {middle:.3g} {_PERMEANCE} "
        f"(1 % of them at {low:.3g}, 99 % at {high:.3g})",
    ]


def _hardest(answer: ChambersAnswer) -> list[str]:
    lines = []
    for side in answer.sides:
        if side.walls is None:
            continue
        shown: set[str] = set()
        for load in side.walls.loads:
            if load.name in shown:
                continue
            shown.add(load.name)
            lines.append(f"hardest, {side.name}, {load.name}: {_load(load)}")
    return lines


def clock(time: float) -> str:
    """A time [s] in hours, minutes or seconds, to four digits."""
    if time >= 3600.0:
        return f"{time / 3600.0:.4g} h"
    return f"{time / 60.0:.4g} min" if time >= 60.0 else show(time, "s", 4)


def loads_file(answer: ChambersAnswer) -> str:
    """A study for ``tubewall thickness``, with comments that say where its loads come from.

    Raises
    ------
    InputError
        Of a single chamber, and of an array that is too large to follow its walls.
    """
    walls, loads = answer.hermetic.walls, answer.thickness_study()
    if walls is None or loads is None:
        raise InputError("no wall between two chambers was followed: take fewer or more rows and columns")
    most = max(answer.sides, key=lambda side: side.highest_lithium)
    lines = [
        f"Loads from `tubewall chambers`, {answer.study.protocol.name}, input {answer.study.input_hash}",
        f"gas: hermetic walls, {_load(walls.loads[0])}",
        f"lithium: {most.name} walls, {show(most.highest_lithium, 'Pa', 4)}",
    ]
    return "\n".join([*(f"# {line}" for line in lines), loads.to_toml()])


def _allowable(answer: ChambersAnswer) -> list[str]:
    """What the walls bear, and which of them bear more or open."""
    if answer.allowable is None:
        return []
    lines = ["", answer.allowable.text(answer.study.array.wall)]
    for side in answer.sides:
        if side.bursts is not None:
            lines.append(f"bursts, {side.name}: {side.bursts.text()}")
        elif side.walls is not None and side.walls.shares is not None:
            shares, most = side.walls.shares, float(side.walls.shares.max())
            beyond = int((shares > 1.0).sum())
            holds = f"{beyond} of {shares.size} walls bear more than they may" if beyond else "every wall holds"
            lines.append(f"walls, {side.name}: {holds}; the hardest bears {most:.3g} times its allowable difference")
    return lines


def _load(load: ChamberLoad) -> str:
    at = f"after {clock(load.time)}"
    low, high = load.zone
    zone = f"{show(low, 'm')} to {show(high, 'm')} above the electrolyte"
    if load.name == "gas against gas" and load.chambers[0] >= 0:
        zone = f"on the uppermost {show(high - low, 'm')}" if high - low >= _THIN else "the gas all but gone"
    if load.chambers[0] < 0:
        return f"{show(load.pressures[0], 'Pa', 4)} everywhere, {at}"
    one, other = load.chambers
    return (
        f"{show(load.difference, 'Pa')}: {load.fluids[0]} of chamber {one} at {show(load.pressures[0], 'Pa', 4)}, "
        f"{load.fluids[1]} of chamber {other} at {show(load.pressures[1], 'Pa', 4)}, {at}, {zone}"
    )


def _cycles(answer: ChambersAnswer) -> list[str]:
    cell = answer.study.protocol.cell
    if cell is None:
        return []
    rows: list[tuple[str, ...]] = [
        ("current density", "charged", *(side.name for side in answer.sides), "planar foil", "discharge ended by")
    ]
    per_side = [side.cycles for side in answer.sides]
    for k, cycle in enumerate(per_side[0][:_CYCLES_SHOWN]):
        others = [f"{cycles[k].efficiency:.6f}" for cycles in (*per_side, answer.foil_cycles)]
        rows.append((show(cycle.current_density, "mA/cm2"), show(cycle.charged, "mAh/cm2", 4), *others, cycle.ended[1]))
    more = len(per_side[0]) - _CYCLES_SHOWN
    return [
        "",
        "Coulombic efficiency, discharge over charge:",
        *grid(rows),
        *([f"and {more} more cycles"] if more > 0 else []),
        f"efficiency differs from 1 only through the stated loss of {100 * cell.loss:g} % per cycle and what a voltage limit "
        f"leaves behind, nothing else: {_stranded(cell)}",
    ]


def _stranded(cell: Half | FullCell) -> str:
    """What becomes of the lithium that the loss strands."""
    if cell.loss == 0.0:
        return "no lithium is stranded"
    from tubewall.chambers.cells import HalfCell

    if isinstance(cell, HalfCell):
        return "what is stranded stays in the bores and takes its room there"
    return f"what is stranded is made up for from the excess, which lasts {cell.excess / cell.loss:.4g} cycles"


def _balances(answer: ChambersAnswer) -> list[str]:
    told = []
    for side in answer.sides:
        b = side.run.balances
        told.append(
            f"{side.name} moles {b.moles:.1e}, lithium {b.lithium:.1e}, current {b.constraint:.1e}, energy {b.energy:.1e}"
        )
    return ["", f"balances: {'; '.join(told)}"]
