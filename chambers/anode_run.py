"""What became of an anode: overpotential, filling and pressures over time, and the balances that vouch for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.anode import Anode
    from tubewall.chambers.protocol import Protocol
    from tubewall.chambers.wall_bursts import Bursts
    from tubewall.chambers.wall_peaks import WallPeaks

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

# shares of the chambers below the quantiles that are kept
LEVELS: Final = (0.0, 1e-4, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.9999, 1.0)
FILL_EDGES: Final = tuple(np.linspace(0.0, 1.0, 201))
# [Pa], 40 bins in a decade
PRESSURE_EDGES: Final = tuple(np.geomspace(1e2, 1e10, 321))


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """How a quantity is spread over the chambers (or walls) at k times.

    Attributes
    ----------
    mean, deviation : (k,) float
        Mean and standard deviation.
    quantiles : (k, 11) float
        At the shares ``LEVELS``; the first is the smallest, the last the largest.
    counts : (k, b) int
        Of the bins between ``edges`` (b + 1,).
    edges : (b + 1,) float
        In the unit of the quantity.
    """

    mean: Floats
    deviation: Floats
    quantiles: Floats
    counts: Indices
    edges: Floats

    @property
    def occupied(self) -> tuple[int, int]:
        """The bins from the first to behind the last that hold anything at any time."""
        used = np.flatnonzero(self.counts.sum(axis=0))
        return (int(used[0]), int(used[-1]) + 1) if used.size else (0, 1)


@dataclass(frozen=True, kw_only=True)
class StepEnd:
    """How a step of the protocol ended.

    Attributes
    ----------
    step : int
        Its number in the protocol.
    reason : str
        "duration", "charge", "lowest", "highest", "margin", "full" or "empty".
    start, end : float
        [s].
    passed : float
        Charge per area, deposition positive [C/m2].
    overpotential : float
        At its end [V].
    """

    step: int
    reason: str
    start: float
    end: float
    passed: float
    overpotential: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """The whole anode at every step of the integrator (s,): time [s], U [V], J [A/m2], charge per area [C/m2]."""

    times: Floats
    overpotential: Floats
    current_density: Floats
    charge: Floats


@dataclass(frozen=True, kw_only=True)
class Work:
    """Energies of a run [J]; the first is the sum of the others. Each is a quadrature of order 4 over the steps.

    Attributes
    ----------
    current : float
        Put in by the current, the integral of U I.
    dissipated : float
        In the conductances of the chambers and by the creep of lithium.
    gas : float
        Done on the gas by the lithium that rises, absolute pressure times volume.
    meniscus : float
        Done against capillarity.
    """

    current: float
    dissipated: float
    gas: float
    meniscus: float


@dataclass(frozen=True, kw_only=True)
class Balances:
    """What vouches for a run; all relative [-].

    Attributes
    ----------
    moles : float
        Largest error of the moles of gas in chambers that do not leak, over those at the start.
    mended : float
        The largest error of these moles that a stage of the integrator left and that was mended.
    lithium : float
        Lithium in the chambers against the charge passed, over the larger of what they hold and what has passed.
    constraint : float
        Sum of the currents against the current asked for.
    energy : float
        Energies that do not add up over the sum of all; it holds what the kinks of filling up and emptying cost.
    error : float
        Sum over all steps of their estimated errors, in relative pressure and fill: what they are if none cancels.
    """

    moles: float
    mended: float
    lithium: float
    constraint: float
    energy: float
    error: float


@dataclass(frozen=True, kw_only=True, eq=False)
class AnodeLook:
    """All n chambers at one moment.

    Attributes
    ----------
    time, overpotential : float
        [s], [V].
    fills, pressures, moles : (n,) float
        Fill [-], gas pressure [Pa], moles of gas [mol].
    largest_difference : float
        Of the gas pressures across a wall [Pa]; nan where it was not asked for.
    """

    time: float
    overpotential: float
    fills: Floats
    pressures: Floats
    moles: Floats
    largest_difference: float


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassRun:
    """Histories of classes of hermetic chambers, from which those of every chamber are read off.

    Attributes
    ----------
    factors : (c,) float
        Conductance over its mean, ascending [-].
    counts : (c,) int
        Chambers in the class, 0 or more.
    fills, pressures : (k, c) float
        Fill [-] and gas pressure [Pa].
    """

    factors: Floats
    counts: Indices
    fills: Floats
    pressures: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class AnodeRun:
    """A protocol carried out on an anode of n chambers, looked at k times.

    Attributes
    ----------
    anode : Anode
    protocol : Protocol
    times : (k,) float
        The start, the ends of the steps and the times asked for [s].
    overpotential, current_density, charge : (k,) float
        U [V], J [A/m2] and the charge per area since the start [C/m2]; after a jump of J, those before it.
    leaked : (k,) float
        Gas that left to the outside [mol].
    fill, pressure : Spread
        Over the chambers [-], [Pa].
    difference : Spread or None
        Of the gas pressures on the two sides of all walls [Pa]; None where it was not asked for.
    kept : (c,) int
        Chambers whose own histories are kept.
    classes : ClassRun or None
        Where a large hermetic array was integrated in classes of its chambers.
    fills, pressures, moles : (k, c) float
        Fill [-], gas pressure [Pa] and moles of the kept chambers [mol].
    ends : tuple of StepEnd
        One for each step of the protocol.
    trace : Trace
        Every step of the integrator.
    balances : Balances
    work : Work
    rejected : int
        Steps that were tried and refused.
    bursts : Bursts or None
        The walls that opened; None where no allowable difference was given.
    peaks : WallPeaks or None
        What every wall saw at its hardest moment; None where the walls were not followed.
    """

    anode: Anode
    protocol: Protocol
    times: Floats
    overpotential: Floats
    current_density: Floats
    charge: Floats
    leaked: Floats
    fill: Spread
    pressure: Spread
    difference: Spread | None
    kept: Indices
    classes: ClassRun | None
    fills: Floats
    pressures: Floats
    moles: Floats
    ends: tuple[StepEnd, ...]
    trace: Trace
    balances: Balances
    work: Work
    rejected: int
    bursts: Bursts | None = None
    peaks: WallPeaks | None = None

    @property
    def complete(self) -> bool:
        """Whether the histories of all chambers are kept."""
        return self.kept.size == self.anode.chambers

    def look(self, k: int) -> AnodeLook:
        """The k-th look.

        Raises
        ------
        InputError
            When the histories of all chambers are not kept.
        """
        if not self.complete:
            raise InputError("AnodeRun.look needs the histories of all chambers: run(..., keep='all')")
        return AnodeLook(
            time=float(self.times[k]),
            overpotential=float(self.overpotential[k]),
            fills=self.fills[k],
            pressures=self.pressures[k],
            moles=self.moles[k],
            largest_difference=np.nan if self.difference is None else float(self.difference.quantiles[k, -1]),
        )

    def of(self, chambers: ArrayLike) -> tuple[Floats, Floats]:
        """Fill [-] and gas pressure [Pa] of single chambers at all times, each (k, c).

        Raises
        ------
        InputError
            For chambers whose histories are not kept.
        """
        from tubewall.chambers.engine_classes import factors_at

        wanted = np.atleast_1d(np.asarray(chambers, dtype=np.int64))
        if wanted.size and not (wanted.min() >= 0 and wanted.max() < self.anode.chambers):
            raise InputError(f"AnodeRun.of: there are chambers 0 to {self.anode.chambers - 1}")
        if self.classes is not None:
            known, factors = self.classes.factors, factors_at(self.anode, wanted)
            fills, pressures = (
                np.array([np.interp(factors, known, row) for row in rows])
                for rows in (self.classes.fills, self.classes.pressures)
            )
            return fills, pressures
        order = np.argsort(self.kept)
        at = np.searchsorted(self.kept, wanted, sorter=order)
        found = order[np.minimum(at, max(order.size - 1, 0))] if order.size else at
        if not order.size or (self.kept[found] != wanted).any():
            raise InputError("AnodeRun.of: the histories of these chambers are not kept: pass them to run(keep=...)")
        return self.fills[:, found], self.pressures[:, found]

    def lithium_pressures(self) -> tuple[Floats, Floats]:
        """Lithium pressure right below the gas and at the electrolyte (k, c) [Pa]; the gas stands where there is none.

        At the electrolyte the creep along the column adds creep_resistance speed column, the speed following from the
        chamber's own current.
        """
        from tubewall.chambers.lithium_columns import LithiumColumns

        if not self.complete:
            raise InputError("lithium_pressures needs the histories of all chambers: run(..., keep='all')")
        volts = self.overpotential[:, np.newaxis]
        return LithiumColumns.of(self.anode).pressures(volts, self.fills, self.pressures)

    def __repr__(self) -> str:
        """Say what a glance wants to know."""
        low, high = self.pressure.quantiles[-1, 0] / 1e6, self.pressure.quantiles[-1, -1] / 1e6
        return (
            f"AnodeRun({self.anode.chambers} chambers, {self.times[-1]:g} s in {self.trace.times.size - 1} steps, "
            f"fill {self.fill.mean[-1]:.4g}, {low:.4g} to {high:.4g} MPa, U {self.overpotential[-1]:.4g} V, "
            f"imbalance {self.balances.moles:.1e})"
        )
