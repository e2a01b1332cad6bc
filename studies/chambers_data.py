"""The answer to the study of an anode as plain data and as tables: every number with its unit, in SI."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.as_data import inputs, number
from tubewall.studies.chambers_tail import LEVELS, Tail
from tubewall.studies.tables import Cell, Column, Table

if TYPE_CHECKING:
    from tubewall.chambers.anode_run import AnodeRun, Spread
    from tubewall.chambers.cells import Cycle
    from tubewall.chambers.planar_foil import FoilRun
    from tubewall.studies.chambers_looks import ChamberLoad
    from tubewall.studies.chambers_result import ChambersAnswer, Side
    from tubewall.studies.chambers_wall_summary import Walls

Data = dict[str, Any]
_PERMEANCE: Final = "mol/(m2 s Pa)"
_EFFICIENCY: Final = (
    "discharge over charge; differs from 1 through the stated loss and what a voltage limit leaves behind, nothing else"
)


def answer_data(answer: ChambersAnswer) -> Data:
    """Both sides, the foil, and the loads for the wall."""
    study = answer.study
    keys = answer.thickness_keys()
    cell = study.protocol.cell
    return {
        "status": "answered",
        "answer": answer.text(),
        "protocol": study.protocol.name,
        "chambers": study.lattice().chambers,
        "walls_of_electrode": number(answer.walls_of_electrode, "1"),
        "electrode_area": number(study.run.electrode_area, "m2"),
        "permeance": number(study.permeance(), _PERMEANCE),
        "room": number(study.room, "A s/m2"),
        "start_fill": number(study.start_fill(), "1"),
        "start_pressure": number(study.start_pressure(study.start_fill()), "Pa"),
        "allowable_difference": None if answer.allowable is None else answer.allowable.to_json(),
        "loss": None if cell is None else number(cell.loss, "1"),
        "efficiency": None if cell is None else _EFFICIENCY,
        **{side.name: _side(answer, side) for side in answer.sides},
        "planar_foil": None if answer.foil is None else _foil(answer),
        "thickness": None if keys is None else inputs(keys),
        "seed": study.run.seed,
        "warnings": list(answer.warnings),
        "stages": {name: number(value, "s") for name, value in answer.seconds.items()},
    }


def _side(answer: ChambersAnswer, side: Side) -> Data:
    run = side.run
    return {
        "permeance": number(side.permeance, _PERMEANCE),
        "times": _many(run.times, "s"),
        "overpotential": _many(run.overpotential, "V"),
        "current_density": _many(run.current_density, "A/m2"),
        "charge": _many(run.charge, "A s/m2"),
        "voltage": _volts(voltage_of(answer, run)),
        "leaked": _many(run.leaked, "mol"),
        "fill": _spread(run.fill, "1"),
        "pressure": _spread(run.pressure, "Pa"),
        "difference": None if run.difference is None else _spread(run.difference, "Pa"),
        "walls": None if side.walls is None else _walls(side.walls),
        "bursts": None if side.bursts is None else side.bursts.to_json(),
        "highest_gas_pressure": number(side.highest_gas, "Pa"),
        "highest_lithium_pressure": number(side.highest_lithium, "Pa"),
        "cycles": [_cycle(cycle) for cycle in side.cycles],
        "steps": [
            {
                "step": end.step,
                "ended_by": end.reason,
                "start": number(end.start, "s"),
                "end": number(end.end, "s"),
                "passed": number(end.passed, "A s/m2"),
                "overpotential": number(end.overpotential, "V"),
            }
            for end in run.ends
        ],
        "balances": {
            "moles": number(run.balances.moles, "1"),
            "lithium": number(run.balances.lithium, "1"),
            "current": number(run.balances.constraint, "1"),
            "energy": number(run.balances.energy, "1"),
            "error": number(run.balances.error, "1"),
        },
    }


def voltage_of(answer: ChambersAnswer, run: AnodeRun | FoilRun) -> list[float] | None:
    """Of a full cell at every time of a run [V]; None of any other."""
    from tubewall.chambers.cells import FullCell

    cell = answer.study.protocol.cell
    if not isinstance(cell, FullCell):
        return None
    return [float(volt) for volt in cell.voltage(run.charge, run.overpotential, run.current_density)]


def _foil(answer: ChambersAnswer) -> Data:
    foil = answer.foil
    assert foil is not None
    step = max(1, foil.times.size // 400)
    thin = slice(None, None, step)
    volts = voltage_of(answer, foil)
    return {
        "times": _many(foil.times[thin], "s"),
        "overpotential": _many(foil.overpotential[thin], "V"),
        "current_density": _many(foil.current_density[thin], "A/m2"),
        "charge": _many(foil.charge[thin], "A s/m2"),
        "voltage": None if volts is None else _volts(volts[thin]),
        "cycles": [_cycle(cycle) for cycle in answer.foil_cycles],
    }


def _volts(values: list[float] | None) -> list[Data | None] | None:
    return None if values is None else _many(values, "V")


def _many(values: Any, unit: str) -> list[Data | None]:
    return [number(float(value), unit) for value in values]


def _spread(spread: Spread, unit: str) -> Data:
    """Quantiles and histograms at every look; bins beyond the occupied ones are left out."""
    from tubewall.chambers.anode_run import LEVELS as KEPT

    low, high = spread.occupied
    return {
        "mean": _many(spread.mean, unit),
        "deviation": _many(spread.deviation, unit),
        "levels": list(KEPT),
        "quantiles": [_many(row, unit) for row in spread.quantiles],
        "histogram": {
            "edges": _many(spread.edges[low : high + 1], unit),
            "counts": [[int(count) for count in row[low:high]] for row in spread.counts],
        },
    }


def _walls(walls: Walls) -> Data:
    return {
        "largest_difference": _tail(walls.tail, "Pa"),
        "expected_largest_over_electrode": number(walls.expected_largest, "Pa"),
        "expected_largest_is_ceiling": walls.bounded,
        "regime_number": {"lowest": _unbounded(walls.regime[0]), "median": _unbounded(walls.regime[1])},
        "share_of_walls": {
            name: number(share, "1")
            for name, share in zip(("hermetic, below 0.1", "between", "permeable, above 10"), walls.kinds, strict=True)
        },
        "crossover_permeance": {
            name: number(value, _PERMEANCE)
            for name, value in zip(("1 %", "50 %", "99 %"), walls.crossover, strict=True)
        },
        "share_of_allowable": None if walls.shares is None else _shares(walls.shares),
        "load_cases": [_load(load) for load in walls.loads],
    }


def _shares(shares: np.ndarray[Any, np.dtype[np.float64]]) -> Data:
    """How much of what they bear the walls see."""
    return {"largest": number(float(shares.max()), "1"), "walls_beyond": int((shares > 1.0).sum())}


def _unbounded(value: float) -> Data:
    return {"value": value if math.isfinite(value) else "Infinity", "unit": "1"}


def _tail(tail: Tail, unit: str) -> Data:
    return {
        "walls": tail.count,
        "levels": list(LEVELS),
        "quantiles": _many(tail.quantiles, unit),
        "largest": number(tail.largest, unit),
        "pareto": None
        if tail.threshold is None
        else {
            "threshold": number(tail.threshold, unit),
            "share": number(tail.share, "1"),
            "scale": number(tail.scale, unit),
            "shape": number(tail.shape, "1"),
        },
    }


def _load(load: ChamberLoad) -> Data:
    return {
        "name": load.name,
        "time": number(load.time, "s"),
        "chambers": list(load.chambers) if load.chambers[0] >= 0 else None,
        "between": list(load.fluids),
        "pressures": _many(load.pressures, "Pa"),
        "difference": number(load.difference, "Pa"),
        "fills": _many(load.fills, "1"),
        "zone": _many(load.zone, "m"),
    }


def _cycle(cycle: Cycle) -> Data:
    return {
        "current_density": number(cycle.current_density, "A/m2"),
        "charged": number(cycle.charged, "A s/m2"),
        "discharged": number(cycle.discharged, "A s/m2"),
        "stranded": number(cycle.stranded, "A s/m2"),
        "efficiency": number(cycle.efficiency, "1"),
        "ended_by": list(cycle.ended),
    }


def look_table(answer: ChambersAnswer) -> Table:
    """Every look of both sides: time, U, J, charge, voltage, and the spreads over chambers and walls."""
    from tubewall.chambers.anode_run import LEVELS as KEPT

    names = [f"{100 * level:g}%" for level in KEPT]
    columns = [
        Column(name="walls"),
        Column(name="time", unit="s"),
        Column(name="overpotential", unit="V"),
        Column(name="current_density", unit="A/m2"),
        Column(name="charge", unit="A s/m2"),
        Column(name="voltage", unit="V"),
        Column(name="leaked", unit="mol"),
    ]
    for what, unit in (("fill", "1"), ("pressure", "Pa"), ("difference", "Pa")):
        columns += [Column(name=f"{what}_{one}", unit=unit) for one in ("mean", "deviation", *names)]
    rows: list[tuple[Cell, ...]] = []
    for side in answer.sides:
        run = side.run
        volts = voltage_of(answer, run)
        for k in range(run.times.size):
            row: list[Cell] = [
                side.name,
                *(float(v[k]) for v in (run.times, run.overpotential, run.current_density, run.charge)),
            ]
            row += [None if volts is None else volts[k], float(run.leaked[k])]
            for spread in (run.fill, run.pressure, run.difference):
                row += _numbers(spread, k, 2 + len(KEPT))
            rows.append(tuple(row))
    return Table(columns=tuple(columns), rows=tuple(rows))


def _numbers(spread: Spread | None, k: int, count: int) -> list[float | None]:
    if spread is None:
        return [None] * count
    return [float(spread.mean[k]), float(spread.deviation[k]), *(float(q) for q in spread.quantiles[k])]


def chamber_columns(answer: ChambersAnswer) -> tuple[Column, ...]:
    """Columns of `write_chambers`."""
    found = [Column(name="row", unit="1"), Column(name="column", unit="1")]
    for side in answer.sides:
        found += [
            Column(name=f"{side.name}_fill", unit="1"),
            Column(name=f"{side.name}_pressure", unit="Pa"),
            Column(name=f"{side.name}_moles", unit="mol"),
        ]
    return tuple(found)


def write_chambers(answer: ChambersAnswer, path: str, about: dict[str, str]) -> None:
    """Every chamber at the look of the largest difference across a hermetic wall, as Parquet with units and provenance."""
    import pyarrow
    import pyarrow.parquet

    from tubewall.whole_files import written_whole

    row, column = np.divmod(np.arange(answer.study.lattice().chambers), answer.study.array.columns)
    values = [row, column]
    for side in answer.sides:
        values += [side.chambers.fills, side.chambers.pressures, side.chambers.moles]
    fields = [
        pyarrow.field(c.heading, pyarrow.from_numpy_dtype(v.dtype), metadata={"name": c.name, "unit": c.unit})
        for c, v in zip(chamber_columns(answer), values, strict=True)
    ]
    about = {**about, "time": f"{answer.hermetic.chambers.time!r} s"}
    table = pyarrow.Table.from_arrays([pyarrow.array(v) for v in values], schema=pyarrow.schema(fields, metadata=about))
    with written_whole(path) as temporary:
        pyarrow.parquet.write_table(table, temporary, write_page_checksum=True)
