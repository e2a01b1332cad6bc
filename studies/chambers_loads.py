"""The most demanding load cases of a run: which chambers, when, what presses on either side of their wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.studies.chambers_looks import ChamberLoad, LookNotes, blocks, harder, hardest_pair, stopped
from tubewall.studies.chambers_strength import keys_of_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode_run import AnodeRun
    from tubewall.studies.chambers_case import ChambersStudy

    Floats = NDArray[np.float64]

_HARDEST: Final = 5


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
    lithium : float
        Largest pressure of the lithium in any chamber [Pa].
    """

    differences: Floats
    compression: Floats
    loads: tuple[ChamberLoad, ...]
    lithium: float


def wall_history(run: AnodeRun, notes: LookNotes | None = None) -> WallHistory:
    """Differences, compression and hardest loads of every wall of a run, over all of its steps.

    Parameters
    ----------
    run : AnodeRun
        With its peaks.
    notes : LookNotes, optional
        Of its looks; read from the histories of all chambers by default.

    Raises
    ------
    InputError
        When these are not there.
    """
    if run.peaks is None or (notes is None and not run.complete):
        raise InputError("the loads of single walls need every wall followed and every chamber looked at")
    notes = notes or LookNotes.of(run)
    edges, peaks = notes.edges, run.peaks
    if not len(edges):
        return WallHistory(np.zeros(0), np.zeros(0), (), notes.lithium)
    largest = peaks.differences.copy()
    if run.bursts is not None:
        # at the moment it opened a wall bore more than after any step
        np.maximum.at(largest, run.bursts.walls, run.bursts.differences)
    worst = np.argsort(peaks.differences, kind="stable")[::-1][:_HARDEST]
    loads = [_gas_load(run, int(wall), edges[wall]) for wall in worst]
    pair, lithium = _lithium_at_peaks(run, notes)
    pair = harder(notes.pair, pair)
    if pair is not None:
        loads.append(pair)
    loads.append(_even_load(run))
    compression = np.maximum(peaks.compression[edges[:, 0]], peaks.compression[edges[:, 1]])
    return WallHistory(largest, compression, tuple(loads), max(notes.lithium, lithium))


def _lithium_at_peaks(run: AnodeRun, notes: LookNotes) -> tuple[ChamberLoad | None, float]:
    """Of all walls at their hardest moments the hardest pair of lithium and gas, and the highest lithium [Pa]."""
    assert run.peaks is not None
    peaks, found, most = run.peaks, None, 0.0
    for part in blocks(len(notes.edges)):
        ends, fills, gas, times = notes.edges[part], peaks.fills[part], peaks.pressures[part], peaks.times[part]
        volts = np.interp(times, run.trace.times, run.trace.overpotential)[:, np.newaxis]
        columns = notes.columns.pressures(volts, fills, gas, ends)
        below, foot = stopped(run.anode, fills, volts, *columns)
        most = max(most, float(foot[fills > 0].max(initial=0.0)))
        found = harder(found, hardest_pair(run.anode, ends, times, fills, gas, below, foot))
    return found, most


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


def keys_of_load(study: ChambersStudy, load: ChamberLoad, lithium: float, run: AnodeRun) -> dict[str, Any]:
    """Keys of a study for ``tubewall thickness`` whose hermetic pair stands at the pressures of a gas load, in SI.

    Fills are those that compress the gas of an empty bore to the pressures of the load, whatever way they came about; a
    pressure below the initial one is left at it. The time of the filling is that of the load, the largest overpotential
    and lithium pressure are those of the run.
    """
    gas, g = study.gas_of(), study.gas
    start = float(gas.molar_density(g.initial_pressure, g.temperature))
    fills = [
        max(1.0 - start / float(gas.molar_density(p, g.temperature)), 0.0) if p > g.initial_pressure else 0.0
        for p in load.pressures
    ]
    fill = min(max(fills[0], 1e-9), 1.0 - 1e-9)
    more: dict[str, Any] = {}
    if study.protocol.most_lithium is not None:
        more["areal_capacity"] = study.protocol.most_lithium
    if study.lithium.interface_diffusivity is not None:
        more["interface_diffusivity"] = min(study.lithium.interface_diffusivity, 1e-4)
    return {
        **keys_of_array(study),
        "permeance": min(study.permeance(), 1.0),
        "gas": g.gas,
        "gas_law": g.gas_law,
        "initial_pressure": g.initial_pressure,
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
