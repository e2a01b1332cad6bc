"""The most demanding load cases of a run: which chambers, when, what presses on either side of their wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from tubewall.errors import InputError
from tubewall.studies.chambers_strength import fillet_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode_run import AnodeRun
    from tubewall.studies.chambers_case import ChambersStudy

    Floats = NDArray[np.float64]

Name = Literal["gas against gas", "lithium against gas", "all chambers alike"]
_HARDEST: Final = 5
_GAS_CONSTANT: Final = 8.31446261815324


@dataclass(frozen=True, kw_only=True)
class ChamberLoad:
    """One load case of the wall between two chambers.

    Attributes
    ----------
    name : str
        "gas against gas", "lithium against gas" or "all chambers alike".
    time : float
        [s].
    chambers : (int, int)
        The one under the larger pressure first.
    fluids : (str, str)
        What lies on their sides of the wall.
    pressures : (float, float)
        Absolute [Pa]; lithium where it is highest in this zone, at its bottom.
    fills : (float, float)
        [-].
    zone : (float, float)
        Heights between which the wall sees it [m].
    """

    name: Name
    time: float
    chambers: tuple[int, int]
    fluids: tuple[str, str]
    pressures: tuple[float, float]
    fills: tuple[float, float]
    zone: tuple[float, float]

    @property
    def difference(self) -> float:
        """Across the wall [Pa]."""
        return self.pressures[0] - self.pressures[1]


@dataclass(frozen=True, eq=False)
class WallHistory:
    """What every wall saw.

    Attributes
    ----------
    differences : (m,) float
        Largest difference of the gas pressures over all steps [Pa].
    compression : (m,) float
        Largest relative loss of gas volume per second of its chambers, fill rate over 1 - fill [1/s].
    loads : tuple of ChamberLoad
        The hardest first, of each name.
    """

    differences: Floats
    compression: Floats
    loads: tuple[ChamberLoad, ...]


def wall_history(run: AnodeRun) -> WallHistory:
    """Differences, compression and hardest loads of every wall of a run that kept all chambers, over all of its steps.

    Raises
    ------
    InputError
        When it has not.
    """
    if not run.complete or run.peaks is None:
        raise InputError("the loads of single walls need the histories of all chambers")
    edges, peaks = run.anode.array.edges, run.peaks
    if not len(edges):
        return WallHistory(np.zeros(0), np.zeros(0), ())
    largest = peaks.differences.copy()
    if run.bursts is not None:
        # at the moment it opened a wall bore more than after any step
        np.maximum.at(largest, run.bursts.walls, run.bursts.differences)
    worst = np.argsort(peaks.differences, kind="stable")[::-1][:_HARDEST]
    loads = [_gas_load(run, int(wall), edges[wall]) for wall in worst]
    below, foot = _at_looks(run)
    found = [_lithium_load(run, look, below[look], foot[look]) for look in range(run.times.size)]
    found.append(_lithium_at_peaks(run, edges))
    beside_gas = [load for load in found if load is not None]
    if beside_gas:
        loads.append(max(beside_gas, key=lambda load: load.difference))
    loads.append(_even_load(run))
    compression = peaks.compression[edges].max(axis=1)
    return WallHistory(largest, compression, tuple(loads))


def highest_lithium(run: AnodeRun) -> float:
    """Largest pressure of the lithium in any chamber of a run that kept all chambers [Pa]."""
    most = float(_at_looks(run)[1][run.fills > 0].max(initial=0.0))
    if run.peaks is None or not run.peaks.times.size:
        return most
    _, foot = _lithium_of(run, run.anode.array.edges)
    return max(most, float(foot[run.peaks.fills > 0].max(initial=0.0)))


def _at_looks(run: AnodeRun) -> tuple[Floats, Floats]:
    """Lithium right below the gas and at the electrolyte at every look (k, n) [Pa]."""
    below, foot = run.lithium_pressures()
    return _stopped(run, run.fills, run.overpotential[:, np.newaxis], below, foot)


def _stopped(run: AnodeRun, fills: Floats, overpotential: Floats, below: Floats, foot: Floats) -> tuple[Floats, Floats]:
    """Where a bore is full no more lithium goes in, since it presses with all that the overpotential can drive."""
    full = fills >= run.anode.fullest
    ceiling = run.anode.lithium.ceiling(1.0) * np.maximum(overpotential, 0.0)
    return np.where(full, np.maximum(below, ceiling), below), np.where(full, np.maximum(foot, ceiling), foot)


def _lithium_of(run: AnodeRun, edges: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Lithium right below the gas and at the electrolyte on both sides of every wall at its hardest moment (m, 2) [Pa]."""
    from tubewall.chambers.engine_state import population

    assert run.peaks is not None
    made, peaks = population(run.anode), run.peaks
    kappa, meniscus, creep, fullest = made.law
    rate = np.broadcast_to(made.rate, (run.anode.chambers,))[edges]
    volts = np.interp(peaks.times, run.trace.times, run.trace.overpotential)[:, np.newaxis]
    below = peaks.pressures + np.where(peaks.fills > 0, meniscus, 0.0)
    speed = rate * (volts - kappa * (peaks.pressures + meniscus)) / (1.0 + creep * rate * peaks.fills)
    still = ((speed < 0) & (peaks.fills <= 0)) | ((speed > 0) & (peaks.fills >= fullest))
    column = np.where(still, 0.0, speed) * peaks.fills * run.anode.height**2
    return _stopped(run, peaks.fills, volts, below, below + run.anode.creep_resistance * column)


def _gas_load(run: AnodeRun, wall: int, ends: NDArray[np.int64]) -> ChamberLoad:
    assert run.peaks is not None
    pressures, fills = run.peaks.pressures[wall], run.peaks.fills[wall]
    order = (0, 1) if pressures[0] >= pressures[1] else (1, 0)
    height = run.anode.height
    return ChamberLoad(
        name="gas against gas",
        time=float(run.peaks.times[wall]),
        chambers=(int(ends[order[0]]), int(ends[order[1]])),
        fluids=("gas", "gas"),
        pressures=(float(pressures[order[0]]), float(pressures[order[1]])),
        fills=(float(fills[order[0]]), float(fills[order[1]])),
        zone=(float(fills.max()) * height, height),
    )


def _lithium_at_peaks(run: AnodeRun, edges: NDArray[np.int64]) -> ChamberLoad | None:
    """Of all walls at their hardest moments the one with the hardest pair of lithium and gas."""
    assert run.peaks is not None
    fills, gas = run.peaks.fills, run.peaks.pressures
    if not (fills[:, 0] != fills[:, 1]).any():
        return None
    below, foot = _lithium_of(run, edges)
    rows = np.arange(len(edges))
    full = np.argmax(fills, axis=1)
    most, least = fills[rows, full], fills[rows, 1 - full]
    depth = 1.0 - least / np.maximum(most, 1e-300)
    pressure = below[rows, full] + (foot - below)[rows, full] * depth
    difference = np.where(most > least, pressure - gas[rows, 1 - full], -np.inf)
    k = int(np.argmax(difference))
    return _lithium_pair(
        run,
        float(run.peaks.times[k]),
        (int(edges[k, full[k]]), int(edges[k, 1 - full[k]])),
        (float(pressure[k]), float(gas[k, 1 - full[k]])),
        (float(most[k]), float(least[k])),
    )


def _lithium_load(run: AnodeRun, look: int, below: Floats, foot: Floats) -> ChamberLoad | None:
    """The hardest wall with lithium on one side and gas on the other, at the bottom of that zone."""
    edges = np.concatenate([run.anode.array.edges, run.anode.array.edges[:, ::-1]])
    fills, gas = run.fills[look], run.pressures[look]
    edges = edges[fills[edges[:, 0]] > fills[edges[:, 1]]]
    if not len(edges):
        return None
    full, empty = edges.T
    depth = 1.0 - fills[empty] / fills[full]
    pressure = below[full] + (foot[full] - below[full]) * depth
    k = int(np.argmax(pressure - gas[empty]))
    one, other = int(full[k]), int(empty[k])
    pressures, pair = (float(pressure[k]), float(gas[other])), (float(fills[one]), float(fills[other]))
    return _lithium_pair(run, float(run.times[look]), (one, other), pressures, pair)


def _lithium_pair(
    run: AnodeRun,
    time: float,
    chambers: tuple[int, int],
    pressures: tuple[float, float],
    fills: tuple[float, float],
) -> ChamberLoad:
    """Lithium in the first chamber, gas in the second."""
    return ChamberLoad(
        name="lithium against gas",
        time=time,
        chambers=chambers,
        fluids=("lithium", "gas"),
        pressures=pressures,
        fills=fills,
        zone=(fills[1] * run.anode.height, fills[0] * run.anode.height),
    )


def _even_load(run: AnodeRun) -> ChamberLoad:
    """The moment of the highest mean pressure, taken to be in all chambers."""
    look = int(np.argmax(run.pressure.mean))
    pressure, fill = float(run.pressure.mean[look]), float(run.fill.mean[look])
    height = run.anode.height
    return ChamberLoad(
        name="all chambers alike",
        time=float(run.times[look]),
        chambers=(-1, -1),
        fluids=("gas", "gas"),
        pressures=(pressure, pressure),
        fills=(fill, fill),
        zone=(fill * height, height),
    )


def crossover_permeance(study: ChambersStudy, compression: Floats) -> Floats:
    """Permeance at which each wall equalises as fast as its chambers are compressed (m,) [mol/(m2 s Pa)].

    W / (4 R T) times the compression (physics page 3.5, regime number 1).
    """
    return compression * study.array.bore / (4.0 * _GAS_CONSTANT * study.gas.temperature)


def keys_of_load(study: ChambersStudy, load: ChamberLoad, lithium: float, run: AnodeRun) -> dict[str, Any]:
    """Keys of a study for ``tubewall thickness`` whose hermetic pair stands at the pressures of a gas load, in SI.

    Fills are those that compress the gas of an empty bore to the pressures of the load, whatever way they came about; a
    pressure below the initial one is left at it. The time of the filling is that of the load, the largest overpotential
    and lithium pressure are those of the run.
    """
    gas, g, a, walls = study.gas_of(), study.gas, study.array, study.walls
    start = float(gas.molar_density(g.initial_pressure, g.temperature))
    fills = [max(1.0 - start / float(gas.molar_density(p, g.temperature)), 0.0) for p in load.pressures]
    fill = min(max(fills[0], 1e-9), 1.0 - 1e-9)
    square = a.shape == "square"
    more: dict[str, Any] = {}
    if walls.material is not None:
        more["wall_material"] = walls.material
    if walls.strength is not None:
        more |= {"strength_low": walls.strength, "strength_high": walls.strength}
    if study.protocol.most_lithium is not None:
        more["areal_capacity"] = study.protocol.most_lithium
    if study.lithium.interface_diffusivity is not None:
        more["interface_diffusivity"] = min(study.lithium.interface_diffusivity, 1e-4)
    return {
        "packing": "square" if square else "hexagonal",
        "bore_shape": "square" if square else "hexagonal",
        "bore": a.bore,
        "wall": a.wall,
        "fillet": fillet_of(study),
        "confinement": walls.confinement,
        "height": a.height,
        "permeance": min(study.permeance(), 1.0),
        "gas": g.gas,
        "gas_law": g.gas_law,
        "initial_pressure": g.initial_pressure,
        "temperature": g.temperature,
        "fill": fill,
        "neighbour_fill": min(fills[1], fill),
        "charge_time": max(load.time, 1.0),
        "fill_scatter": min(float(run.fill.deviation.max()), 0.5 * (fill * (1.0 - fill)) ** 0.5),
        "overpotential": max(float(run.overpotential.max()), 0.0),
        "lithium_pressure": max(lithium, 0.0),
        "lattice_parameter": study.lithium.lattice_parameter,
        "surface_energy": study.lithium.surface_energy,
        "contact_angle": study.lithium.contact_angle,
        "current_density": max(float(np.abs(run.current_density).max()), 1e-5),
        **more,
    }
