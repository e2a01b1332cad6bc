"""The pressures of a study: the lithium ceiling, and the gas in neighbouring chambers for hermetic and permeable walls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.chambers import (
    Network,
    Piston,
    WallZone,
    crossover_permeance,
    decay_rates,
    linear_filling,
    pressurise,
    regime_number,
    wall_zones,
)
from tubewall.geometry import CellArray, ChamberGraph
from tubewall.materials import Gas, Lithium

if TYPE_CHECKING:
    from tubewall.studies.study import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class GasPair:
    """Absolute gas pressures [Pa] of two neighbours at the end of the filling: the fuller and the emptier one.

    ``difference`` [Pa] is the largest across a wall: between the two, or between a separate tube and the gap beside it.
    """

    permeance: float
    high: float
    low: float
    difference: float


@dataclass(frozen=True, kw_only=True)
class PressureAnswer:
    """What presses, for the study's own wall.

    Attributes
    ----------
    ceiling : float
        Largest pressure of the lithium, F U / V_m [Pa].
    lithium : float
        Pressure of the lithium that is taken as a load [Pa]: the one given, or the ceiling.
    initial : float
        Of the gas [Pa]; chambers and outside at this pressure are free of stress.
    hermetic, permeable : GasPair
        Two chambers that share one wall, without and with the study's permeance.
    mixed : float
        The common pressure of the pair behind walls that let everything through [Pa].
    equal : float
        The common pressure behind such walls when every bore is filled to ``fill`` [Pa]: the highest that can be.
    equalisation_time : float
        Of the pair [s]; infinite for hermetic walls.
    regime_number : float
        Rate of equalisation over rate of compression at the end of the filling [-]: hermetic far below 1,
        permeable far above.
    crossover : float
        Permeance at which the regime number is 1 [mol/(m2 s Pa)].
    zones : tuple of WallZone
        By height: lithium on both sides, lithium against gas, gas on both sides.
    """

    ceiling: float
    lithium: float
    initial: float
    hermetic: GasPair
    permeable: GasPair
    mixed: float
    equal: float
    equalisation_time: float
    regime_number: float
    crossover: float
    zones: tuple[WallZone, ...]


def lithium_of(study: Study) -> Lithium:
    """The lithium of a study."""
    from tubewall.materials import molar_volume_from_lattice

    return Lithium(
        molar_volume=molar_volume_from_lattice(study.lithium.lattice_parameter),
        surface_energy=study.lithium.surface_energy,
        contact_angle=study.lithium.contact_angle,
    )


def lithium_load(study: Study) -> float:
    """Pressure of the lithium that is taken as a load [Pa]: the one given, or the ceiling of the overpotential."""
    given = study.lithium.lithium_pressure
    return float(lithium_of(study).ceiling(study.lithium.overpotential)) if given is None else given


def gas_of(study: Study) -> Gas:
    """The gas of a study."""
    return Gas(name=study.gas.gas, law=study.gas.gas_law)


def permeance_at(study: Study, thickness: float) -> float:
    """Permeance of a wall of another ``thickness`` [m] than the study's: it goes as 1/thickness [mol/(m2 s Pa)]."""
    return study.wall.permeance * study.wall.wall / thickness


def hermetic_pressure(study: Study, fill: Floats | float) -> Floats:
    """Absolute gas pressure [Pa] of closed chambers at a fill [-], by the study's equation of state."""
    gas, g = gas_of(study), study.gas
    density = float(gas.molar_density(g.initial_pressure, g.temperature))
    return np.asarray(gas.pressure(density / (1.0 - np.asarray(fill, dtype=np.float64)), g.temperature))


def equal_pressure(study: Study, array: CellArray) -> float:
    """Absolute pressure [Pa] of chambers that share all of their gas, every bore filled to ``fill``, every gap empty."""
    gas, g = gas_of(study), study.gas
    bores, gaps = array.bore_area, array.interstices_per_cell * array.interstice_area
    density = float(gas.molar_density(g.initial_pressure, g.temperature))
    return float(gas.pressure(density * (bores + gaps) / (bores * (1.0 - g.fill) + gaps), g.temperature))


def network_of(study: Study, graph: ChamberGraph, permeance: Floats | float) -> Network:
    """The gas network of a study on a graph of shared walls."""
    g = study.gas
    return Network.from_graph(
        graph,
        height=study.drawing.height,
        permeance=permeance,
        temperature=g.temperature,
        gas=gas_of(study),
        initial_pressure=g.initial_pressure,
    )


def pattern_pressures(
    study: Study, graph: ChamberGraph, fills: Floats, *, permeance: Floats | float, rtol: float = 1e-9
) -> Floats:
    """Absolute gas pressure (n,) [Pa] of every chamber of a graph at the end of the filling to ``fills`` (n,)."""
    filled = pressurise(network_of(study, graph, permeance), linear_filling(study.gas.charge_time, fills), rtol=rtol)
    return np.asarray(filled.gas[-1])


def pair_graph(array: CellArray) -> ChamberGraph:
    """Two neighbouring bores and what lies between them: the wall they share, or the gaps that both tubes border."""
    from tubewall.geometry import periodic_graph

    whole = periodic_graph(array, 3)
    first = 0
    bores = [i for i, kind in enumerate(whole.kinds) if kind == "bore"]
    around: dict[int, set[int]] = {i: set() for i in range(len(whole.kinds))}
    for a, b in whole.edges:
        around[int(a)].add(int(b))
        around[int(b)].add(int(a))
    # chamber 3 is the neighbour at a1 of chamber 0 in the 3 x 3 supercell
    second = bores[3]
    between = sorted(k for k in around[first] & around[second] if whole.kinds[k] == "interstice")
    keep = [first, second, *between]
    return _subgraph(whole, keep)


def _subgraph(graph: ChamberGraph, keep: Sequence[int]) -> ChamberGraph:
    new = {old: i for i, old in enumerate(keep)}
    inside = [e for e, (a, b) in enumerate(graph.edges) if int(a) in new and int(b) in new and a != b]
    edges = np.array([[new[int(a)], new[int(b)]] for a, b in graph.edges[inside]], dtype=np.int64).reshape(-1, 2)
    return ChamberGraph(
        kinds=tuple(graph.kinds[i] for i in keep),
        areas=graph.areas[list(keep)],
        edges=edges,
        shared_widths=graph.shared_widths[inside],
        thicknesses=graph.thicknesses[inside],
        names=tuple(graph.names[i] for i in keep),
    )


def pair_fills(study: Study, graph: ChamberGraph) -> Floats:
    """Fills (n,) of the pair at the end: one bore at ``fill``, one at ``neighbour_fill``, what lies between empty."""
    fills = np.zeros(len(graph.kinds))
    fills[:2] = study.gas.fill, study.gas.neighbour_fill
    return fills


def pair(study: Study, array: CellArray, *, permeance: float, rtol: float = 1e-9) -> GasPair:
    """The gas of two neighbours at the end of the filling behind walls of a permeance [mol/(m2 s Pa)]."""
    graph = pair_graph(array)
    through = _through(array, graph, permeance)
    gas = pattern_pressures(study, graph, pair_fills(study, graph), permeance=through, rtol=rtol)
    across = float(np.abs(gas[graph.edges[:, 0]] - gas[graph.edges[:, 1]]).max())
    return GasPair(permeance=permeance, high=float(gas[0]), low=float(gas[1]), difference=across)


def _through(array: CellArray, graph: ChamberGraph, permeance: float) -> Floats:
    """Permeance (m,) of walls of different thickness: the one given is that of the array's wall."""
    if not math.isfinite(permeance):
        return np.full(len(graph.edges), permeance)
    return np.asarray(permeance * array.wall / graph.thicknesses)


def _relaxation(study: Study, array: CellArray, permeance: float) -> float:
    """Time constant [s] with which the pressure difference of the empty pair dies out; infinite for hermetic walls."""
    if permeance == 0.0:
        return math.inf
    graph = pair_graph(array)
    rates = decay_rates(network_of(study, graph, _through(array, graph, permeance)), np.zeros(len(graph.kinds)))
    return float(1.0 / rates[1])


def pressures(study: Study, array: CellArray) -> PressureAnswer:
    """All pressures of a study at the wall of ``array``."""
    g, lithium = study.gas, lithium_of(study)
    ceiling = float(lithium.ceiling(study.lithium.overpotential))
    permeance = permeance_at(study, array.wall)
    hermetic = pair(study, array, permeance=0.0)
    speed = {"bore": array.bore, "fill": g.fill, "fill_rate": g.fill / g.charge_time, "temperature": g.temperature}
    return PressureAnswer(
        ceiling=ceiling,
        lithium=lithium_load(study),
        initial=g.initial_pressure,
        hermetic=hermetic,
        permeable=pair(study, array, permeance=permeance),
        mixed=pair(study, array, permeance=math.inf).high,
        equal=equal_pressure(study, array),
        equalisation_time=_relaxation(study, array, permeance),
        regime_number=regime_number(permeance=permeance, **speed),
        crossover=crossover_permeance(**speed),
        zones=_zones(study, array, hermetic),
    )


def _zones(study: Study, array: CellArray, gas: GasPair) -> tuple[WallZone, ...]:
    """The three zones of the wall between the fuller and the emptier chamber behind hermetic walls."""
    height = study.drawing.height
    creeps = study.wall.interface_diffusivity or None
    piston = Piston.of(
        lithium_of(study),
        bore=array.bore,
        overpotential=study.lithium.overpotential,
        current_density=study.cell.current_density,
        interface_diffusivity=creeps,
        void_fraction=array.void_fraction,
        temperature=study.gas.temperature,
    )
    return wall_zones(
        height=height,
        levels=(study.gas.fill * height, study.gas.neighbour_fill * height),
        gas_pressures=(gas.high, gas.low),
        piston=piston,
        reference_pressure=study.gas.initial_pressure,
    )
