"""Hermetic against permeable walls: pressures, stress and thinnest wall over the permeance, from 0 to infinity."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.studies.as_data import inputs, number
from tubewall.studies.corners import is_sharp
from tubewall.studies.large_deflection import LINEAR, strip_correction
from tubewall.studies.load_cases import section_stress, strip_of
from tubewall.studies.pressures import GasPair, PressureAnswer, pair, pressures
from tubewall.studies.stress_curve import StressCurve
from tubewall.studies.stress_model import StressModel
from tubewall.studies.tables import Column, Table
from tubewall.studies.thickness import stress_model
from tubewall.studies.wording import grid, length
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.study import Study

Progress = Callable[[float, str], None]

LOWEST, HIGHEST, PER_DECADE = 1e-17, 1e-7, 2


@dataclass(frozen=True, kw_only=True)
class ComparedPermeance:
    """One permeance: what it leaves of the pressure difference, of the stress and of the wall.

    Attributes
    ----------
    permeance : float
        Of a wall as thick as the study's [mol/(m2 s Pa)], 0 to infinity.
    pair : GasPair
        Gas of two neighbours at the end of the filling [Pa].
    regime_number : float
        [-].
    peak : float
        Largest stress in the study's wall [Pa] when every chamber lies between the two pressures.
    wall : float or None
        Thinnest wall [m] whose peak stays below the strength; None: none of the search.
    at_edge : bool
        Even the thinnest wall of the search holds.
    """

    permeance: float
    pair: GasPair
    regime_number: float
    peak: float
    wall: float | None
    at_edge: bool


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The comparison over all permeances, hermetic first and perfectly mixed last."""

    study: Study
    pressures: PressureAnswer
    rows: tuple[ComparedPermeance, ...]
    seconds: float

    def __str__(self) -> str:
        first, own, last = self.rows[0], self.at_study, self.rows[-1]
        return (
            f"walls stop being hermetic at a permeance of {self.pressures.crossover:.3g} mol/(m2 s Pa), where the regime "
            f"number is 1; at the study's {own.permeance:.3g} the gas difference falls from "
            f"{show(first.pair.difference, 'Pa')} to {show(own.pair.difference, 'Pa')} and the peak stress in walls of "
            f"{length(self.study.wall.wall)} from {show(first.peak, 'Pa')} to {show(own.peak, 'Pa')}, mixed "
            f"{show(last.peak, 'Pa')}"
        )

    @property
    def at_study(self) -> ComparedPermeance:
        """The row of the study's own permeance."""
        return next(row for row in self.rows if row.permeance == self.study.wall.permeance)

    def text(self) -> str:
        """The comparison as the command prints it."""
        rows = [("permeance", "regime number", "fuller", "emptier", "difference", "peak stress", "thinnest wall")]
        for row in self.rows:
            wall = "none" if row.wall is None else ("any" if row.at_edge else length(row.wall))
            rows.append(
                (
                    _permeance(row.permeance),
                    "infinite" if math.isinf(row.regime_number) else f"{row.regime_number:.3g}",
                    show(row.pair.high, "Pa", 4),
                    show(row.pair.low, "Pa", 4),
                    show(row.pair.difference, "Pa"),
                    show(row.peak, "Pa"),
                    wall,
                )
            )
        return "\n".join([f"{self}.", "", "  permeance in mol/(m2 s Pa), at the end of the filling", *grid(rows)])

    def table(self) -> Table:
        """The comparison as a table in SI; an infinite permeance or regime number is an empty cell."""
        columns = (
            Column(name="permeance", unit="mol/(m2 s Pa)"),
            Column(name="regime_number", unit="1"),
            Column(name="pressure_high", unit="Pa"),
            Column(name="pressure_low", unit="Pa"),
            Column(name="pressure_difference", unit="Pa"),
            Column(name="peak_stress", unit="Pa"),
            Column(name="thinnest_wall", unit="m"),
        )
        rows = tuple(
            (
                _finite(r.permeance),
                _finite(r.regime_number),
                r.pair.high,
                r.pair.low,
                r.pair.difference,
                r.peak,
                r.wall,
            )
            for r in self.rows
        )
        return Table(columns=columns, rows=rows, notes=("the last row is perfectly mixed: infinite permeance",))

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain data, each number with its unit."""
        return {
            "inputs": inputs(self.study.flat()),
            "answer": str(self),
            "crossover_permeance": number(self.pressures.crossover, "mol/(m2 s Pa)"),
            "equalisation_time": number(self.pressures.equalisation_time, "s"),
            "rows": [
                {
                    "permeance": number(r.permeance, "mol/(m2 s Pa)"),
                    "regime_number": number(r.regime_number, "1"),
                    "high": number(r.pair.high, "Pa"),
                    "low": number(r.pair.low, "Pa"),
                    "difference": number(r.pair.difference, "Pa"),
                    "peak": number(r.peak, "Pa"),
                    "thinnest_wall": number(r.wall, "m"),
                    "mixed": math.isinf(r.permeance),
                }
                for r in self.rows
            ],
            "seconds": {"total": number(self.seconds, "s")},
        }

    def write_png(self, path: str | Path) -> None:
        """The figure: pressure difference, peak stress and thinnest wall over the permeance."""
        from tubewall.studies.charts import permeance_figure, save

        save(permeance_figure(self), path)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _permeance(value: float) -> str:
    return "0 (hermetic)" if value == 0.0 else ("infinite (mixed)" if math.isinf(value) else f"{value:.3g}")


def permeances(study: Study) -> tuple[float, ...]:
    """0, evenly spaced in the logarithm, the study's own, and infinity [mol/(m2 s Pa)]."""
    decades = round(math.log10(HIGHEST / LOWEST))
    between = {float(x) for x in np.geomspace(LOWEST, HIGHEST, decades * PER_DECADE + 1)}
    return (*sorted({0.0, study.wall.permeance, *between}), math.inf)


def hermetic_against_permeable(study: Study | None = None, *, progress: Progress | None = None) -> Comparison:
    """Compare walls that let nothing through with walls that let gas through, and all between.

    At every permeance the gas of two neighbours follows from the network; every chamber of the array is then taken to
    lie anywhere between these two pressures.

    Parameters
    ----------
    study : Study, optional
        Without one, the source's own design.
    progress : callable, optional
        Called with the share done (0 .. 1) and what is being done.
    """
    import time

    from tubewall.studies.study import Study as StudyModel

    started = time.perf_counter()
    study = study or StudyModel()
    model = stress_model(study)
    pressed = pressures(study, model.drawing(study.wall.wall))
    curve = StressCurve(model=model, pressures=pressed)
    tell = progress or (lambda _share, _doing: None)
    curve.sample(lambda share, doing: tell(0.5 * share, doing))
    rows = []
    wanted = permeances(study)
    for i, permeance in enumerate(wanted):
        tell(0.5 + 0.5 * i / len(wanted), f"permeance {_permeance(permeance)}")
        rows.append(_row(model, curve, pressed, permeance))
    tell(1.0, "done")
    return Comparison(study=study, pressures=pressed, rows=tuple(rows), seconds=time.perf_counter() - started)


def _row(model: StressModel, curve: StressCurve, pressed: PressureAnswer, permeance: float) -> ComparedPermeance:
    study = model.study

    def peak(wall: float, coarser: bool = False) -> float:
        through = permeance * study.wall.wall / wall if math.isfinite(permeance) else permeance
        gas = pair(study, model.drawing(wall), permeance=through, rtol=1e-6)
        return gas_peak(model, wall, gas, pressed.initial, coarser=coarser)

    strength = model.strength.value
    wall = curve.root_of(lambda w: peak(w, coarser=True) / strength, lambda w: peak(w) / strength)
    return ComparedPermeance(
        permeance=permeance,
        pair=pair(study, model.drawing(study.wall.wall), permeance=permeance),
        regime_number=_regime(pressed, permeance),
        peak=peak(study.wall.wall),
        wall=wall,
        at_edge=wall == float(curve.nodes[0]),
    )


def _regime(pressed: PressureAnswer, permeance: float) -> float:
    """The regime number is proportional to the permeance, and 1 at the crossover."""
    return permeance / pressed.crossover


def gas_peak(model: StressModel, wall: float, gas: GasPair, initial: float, *, coarser: bool) -> float:
    """Largest stress [Pa] in a wall [m] when every bore lies between the two pressures of a pair.

    At sharp corners, which have no peak, membrane and bending at the root.
    """
    count = len(model.graph(wall).kinds)
    bores = model.study.numerics.supercell**2
    low, high = np.zeros(count), np.zeros(count)
    low[:bores], high[:bores] = min(gas.low, gas.high) - initial, max(gas.low, gas.high) - initial
    basis, strip = model.basis(wall, coarser=coarser), strip_of(model, wall)
    bends = LINEAR if strip is None else strip_correction(difference=gas.difference, **strip)
    if is_sharp(model.study.drawing):
        return max(section_stress(basis, name, low, high, bends).total for name in ("root", "middle"))
    found = basis.worst(low, high, model.strength.criterion).peak.value
    even = np.full(count, float(high.max()))
    return bends.of(found, basis.peak(even, model.strength.criterion).value if bends.stress < 1.0 else 0.0)
