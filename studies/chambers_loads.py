"""The most demanding load cases of a run: which chambers, when, what presses on either side of their wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from tubewall.errors import InputError

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
        Largest difference of the gas pressures over all looks [Pa].
    compression : (m,) float
        Largest relative loss of gas volume per second of its chambers, fill rate over 1 - fill [1/s].
    loads : tuple of ChamberLoad
        The hardest first, of each name.
    """

    differences: Floats
    compression: Floats
    loads: tuple[ChamberLoad, ...]


def wall_history(run: AnodeRun) -> WallHistory:
    """Differences, compression and hardest loads of every wall of a run that kept all chambers.

    Raises
    ------
    InputError
        When it has not.
    """
    if not run.complete:
        raise InputError("the loads of single walls need the histories of all chambers")
    first, second = run.anode.array.edges.T
    if not first.size:
        return WallHistory(np.zeros(0), np.zeros(0), ())
    below, foot = run.lithium_pressures()
    largest, when = np.zeros(first.size), np.zeros(first.size, dtype=np.int64)
    hardest: ChamberLoad | None = None
    for look in range(run.times.size):
        gas = run.pressures[look]
        difference = np.abs(gas[first] - gas[second])
        more = difference > largest
        largest[more], when[more] = difference[more], look
        found = _lithium_load(run, look, below[look], foot[look])
        if found is not None and (hardest is None or found.difference > hardest.difference):
            hardest = found
    worst = np.argsort(largest, kind="stable")[::-1][:_HARDEST]
    loads = [_gas_load(run, int(when[wall]), int(first[wall]), int(second[wall])) for wall in worst]
    if hardest is not None:
        loads.append(hardest)
    loads.append(_even_load(run))
    compression = compression_rates(run)
    return WallHistory(largest, np.maximum(compression[first], compression[second]), tuple(loads))


def compression_rates(run: AnodeRun) -> Floats:
    """Largest fill rate over 1 - fill of every chamber between two looks (n,) [1/s]."""
    span = np.diff(run.times)
    most = np.zeros(run.fills.shape[1])
    for k in np.flatnonzero(span > 0):
        rate = np.abs(run.fills[k + 1] - run.fills[k]) / span[k]
        most = np.maximum(most, rate / (1.0 - np.maximum(run.fills[k + 1], run.fills[k])))
    return most


def _gas_load(run: AnodeRun, look: int, one: int, other: int) -> ChamberLoad:
    if run.pressures[look, one] < run.pressures[look, other]:
        one, other = other, one
    fills = float(run.fills[look, one]), float(run.fills[look, other])
    height = run.anode.height
    return ChamberLoad(
        name="gas against gas",
        time=float(run.times[look]),
        chambers=(one, other),
        fluids=("gas", "gas"),
        pressures=(float(run.pressures[look, one]), float(run.pressures[look, other])),
        fills=fills,
        zone=(max(fills) * height, height),
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
    height = run.anode.height
    return ChamberLoad(
        name="lithium against gas",
        time=float(run.times[look]),
        chambers=(one, other),
        fluids=("lithium", "gas"),
        pressures=(float(pressure[k]), float(gas[other])),
        fills=(float(fills[one]), float(fills[other])),
        zone=(float(fills[other]) * height, float(fills[one]) * height),
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
    gas, g, a = study.gas_of(), study.gas, study.array
    start = float(gas.molar_density(g.initial_pressure, g.temperature))
    fills = [max(1.0 - start / float(gas.molar_density(p, g.temperature)), 0.0) for p in load.pressures]
    fill = min(max(fills[0], 1e-9), 1.0 - 1e-9)
    square = a.shape == "square"
    return {
        "packing": "square" if square else "hexagonal",
        "bore_shape": "square" if square else "hexagonal",
        "bore": a.bore,
        "wall": a.wall,
        "fillet": min(2e-9, 0.05 * a.bore),
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
    }
