"""Looks at the anode on its way: spreads over chambers and walls, and the histories of those that are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers.anode_run import FILL_EDGES, LEVELS, PRESSURE_EDGES, AnodeLook, Spread
from tubewall.chambers.check import read_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.engine_state import Population
    from tubewall.chambers.engine_step import State
    from tubewall.chambers.wall_peaks import PeakBook

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_SPREADS: Final = ("fill", "pressure", "difference")


@dataclass(eq=False)
class Spreads:
    """Rows of a `Spread` as they come in."""

    edges: Floats
    rows: list[Floats] = field(default_factory=list)
    counts: list[Indices] = field(default_factory=list)

    def add(self, values: Floats, count: Floats | None) -> None:
        """One more time: the values (n,) of chambers that each stand for ``count``."""
        if count is not None and not count.all():
            values, count = values[count > 0], count[count > 0]
        if count is None:
            mean, deviation = float(values.mean()), float(values.std())
            quantiles = np.quantile(values, LEVELS)
        else:
            mean = float(np.average(values, weights=count))
            deviation = float(np.sqrt(np.average((values - mean) ** 2, weights=count)))
            order = np.argsort(values, kind="stable")
            below = np.cumsum(count[order])
            at = np.searchsorted(below, np.array(LEVELS) * below[-1])
            quantiles = values[order][np.minimum(at, values.size - 1)]
        inside = np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, self.edges.size - 2)
        self.rows.append(np.concatenate([[mean, deviation], quantiles]))
        self.counts.append(np.bincount(inside, count, self.edges.size - 1).astype(np.int64))

    def made(self) -> Spread:
        """The finished spread."""
        rows = np.array(self.rows).reshape(-1, 2 + len(LEVELS))
        return Spread(
            mean=read_only(rows[:, 0].copy()),
            deviation=read_only(rows[:, 1].copy()),
            quantiles=read_only(rows[:, 2:].copy()),
            counts=read_only(np.array(self.counts).reshape(-1, self.edges.size - 1)),
            edges=self.edges,
        )


@dataclass(eq=False)
class Book:
    """All that is written down of a run."""

    kept: Indices
    edges: NDArray[np.int64] | None
    compare: Callable[[Floats], tuple[Floats, Indices]] | None = None
    fill: Spreads = field(default_factory=lambda: Spreads(np.array(FILL_EDGES)))
    pressure: Spreads = field(default_factory=lambda: Spreads(np.array(PRESSURE_EDGES)))
    difference: Spreads = field(default_factory=lambda: Spreads(np.concatenate([[0.0], PRESSURE_EDGES])))
    looks: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    histories: list[Floats] = field(default_factory=list)
    trace: list[tuple[float, float, float, float]] = field(default_factory=list)
    peaks: PeakBook | None = None
    watch: Callable[[AnodeLook], None] | None = None

    def note(self, population: Population, state: State, time: float, current: float) -> None:
        """Write one step of the integrator down."""
        charge = state.volume * population.charge / population.area
        self.trace.append((time, state.overpotential, current, charge))
        if self.peaks is not None:
            self.peaks.see(time, population.gas.pressure(state.density), state.fill, state.fill_rate)

    def look(self, population: Population, state: State, time: float, current: float, leaked: float) -> None:
        """Write the state down."""
        count = None if (population.count == 1.0).all() else population.count
        pressure = population.gas.pressure(state.density)
        self.fill.add(state.fill, count)
        self.pressure.add(pressure, count)
        if self.edges is not None and self.edges.size:
            self.difference.add(np.abs(pressure[self.edges[:, 0]] - pressure[self.edges[:, 1]]), None)
        if self.compare is not None:
            row, counts = self.compare(pressure)
            self.difference.rows.append(row)
            self.difference.counts.append(counts)
        charge = state.volume * population.charge / population.area
        self.looks.append((time, state.overpotential, current, charge, leaked))
        self.histories.append(np.stack([state.fill[self.kept], pressure[self.kept], state.moles[self.kept]]))
        if self.watch is not None:
            self.watch(
                AnodeLook(
                    time=time,
                    overpotential=state.overpotential,
                    fills=read_only(state.fill.copy()),
                    pressures=read_only(pressure),
                    moles=read_only(state.moles.copy()),
                    largest_difference=float(self.difference.rows[-1][-1]) if self.difference.rows else np.nan,
                )
            )

    def packed(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays."""
        found: dict[str, NDArray[Any]] = {
            "looks": np.array(self.looks),
            "histories": np.array(self.histories),
            "trace": np.array(self.trace),
        }
        for name in _SPREADS:
            spread: Spreads = getattr(self, name)
            found[f"{name}_rows"], found[f"{name}_counts"] = np.array(spread.rows), np.array(spread.counts)
        return found if self.peaks is None else found | self.peaks.packed()

    def unpack(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take over what was packed."""
        self.looks = [tuple(float(x) for x in row) for row in arrays["looks"]]  # type: ignore[misc]
        self.histories = list(arrays["histories"])
        self.trace = [tuple(float(x) for x in row) for row in arrays["trace"]]  # type: ignore[misc]
        for name in _SPREADS:
            spread: Spreads = getattr(self, name)
            spread.rows, spread.counts = list(arrays[f"{name}_rows"]), list(arrays[f"{name}_counts"])
        if self.peaks is not None:
            self.peaks.unpack(arrays)
