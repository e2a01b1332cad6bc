"""The anode laid out for the kernels: one number for every chamber, walls row by row, and what does not change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers.anode import Lattice, array_of
from tubewall.chambers.check import sums
from tubewall.errors import ConvergenceError, InputError
from tubewall.materials.constants import FARADAY, GAS_CONSTANT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode
    from tubewall.chambers.engine_spaces import JoinedSpaces
    from tubewall.chambers.network import EquationOfState

    Floats = NDArray[np.float64]

_NODES: Final = 4096
# where reference equations of state end [Pa]
_HIGHEST: Final = 1e9
# of Z between the nodes
_TABLE_ERROR: Final = 1e-9
# walls faster than this mix perfectly: their differences lie below any tolerance
_FASTEST: Final = 1e7
# of the thinnest gas at the start
_DILUTE: Final = 1e-3


@dataclass(frozen=True, eq=False)
class GasTable:
    """Z over molar density as cubics between equal steps, and how far it holds."""

    thermal: float
    cubics: Floats  # (nodes, 4), none for an ideal gas
    scale: float
    limit: float
    law: str

    @property
    def remedy(self) -> str:
        """What to do about a gas denser than ``limit``."""
        return (
            '; use law="coolprop" (gas_law = "coolprop" in a file), which carries further'
            if self.law == "virial"
            else ""
        )

    @property
    def kernel(self) -> tuple[float, Floats, float]:
        """What the kernels take."""
        return self.thermal, self.cubics, self.scale

    def pressure(self, density: Floats) -> Floats:
        """Pressure [Pa] at molar densities [mol/m3]."""
        if not len(self.cubics):
            return self.thermal * density
        x = np.clip(density * self.scale, 0.0, len(self.cubics))
        k = np.minimum(x.astype(np.int64), len(self.cubics) - 1)
        t = x - k
        a = self.cubics[k].T
        z: Floats = a[0] + t * (a[1] + t * (a[2] + t * a[3]))
        return self.thermal * density * z


def gas_table(gas: EquationOfState, temperature: float, highest: float) -> GasTable:
    """The gas tabulated once, from 0 to molar density ``highest`` [mol/m3] or as far as its law answers."""
    thermal = GAS_CONSTANT * temperature
    if gas.law == "ideal":
        return GasTable(thermal, np.zeros((0, 4)), 0.0, math.inf, gas.law)
    from scipy.interpolate import CubicSpline

    limit = _reach(gas, temperature, highest)
    # closer together where the gas is dilute would gain nothing: Z is as smooth there
    density = limit * np.arange(_NODES + 1) / _NODES
    # where Z ends as the density vanishes depends on the gas constant of whoever fitted the equation of state
    asked = np.maximum(density, 1e-6 * density[1])
    z = gas.pressure(asked, temperature) / (asked * thermal)
    spline = CubicSpline(np.arange(_NODES + 1.0), z)
    found = GasTable(thermal, np.ascontiguousarray(spline.c[::-1].T), _NODES / limit, limit, gas.law)
    between = limit * (np.arange(0, _NODES, 61) + 0.5) / _NODES
    error = float(np.abs(found.pressure(between) / gas.pressure(between, temperature) - 1.0).max())
    if not error <= _TABLE_ERROR:
        raise ConvergenceError(
            f"the table of the {gas.law} gas up to {limit:g} mol/m3 is {error:.1e} off between its nodes"
        )
    return found


def _reach(gas: EquationOfState, temperature: float, wanted: float) -> float:
    """The largest molar density up to ``wanted`` at which the law answers and the pressure still rises."""

    def answers(density: float) -> bool:
        try:
            pressure = gas.pressure(np.array([0.999 * density, density]), temperature)
        except InputError:
            return False
        return bool(np.isfinite(pressure).all() and pressure[0] < pressure[1] <= _HIGHEST)

    if answers(wanted):
        return wanted
    low, high = 0.0, wanted
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if answers(middle) else (low, middle)
    if low <= 1e-12 * wanted:
        # let the gas say why it has no such state
        gas.pressure(np.array([1e-6 * wanted]), temperature)
        raise InputError(f"the {gas.law} law of the gas holds at no density at {temperature:g} K")
    return low


@dataclass(frozen=True, eq=False)
class ListedWalls:
    """Walls that let gas through, row by row of the chambers; conductances over the full height [mol/(s Pa)]."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    width: Floats
    hole: Floats
    hole_room: Floats


@dataclass(frozen=True, eq=False)
class LatticeWalls:
    """Walls of a lattice, all of one conductance over the full height; shape = (rows, columns, skew, periodic)."""

    shape: tuple[int, int, bool, bool]
    width: float


@dataclass(frozen=True, eq=False)
class Exchange:
    """Walls, leaks and what they connect."""

    walls: ListedWalls | LatticeWalls
    leak: Floats
    outside: float
    labels: NDArray[np.int32]  # of the connected components
    components: int
    leaking: NDArray[np.bool_]  # (components,)


@dataclass(frozen=True, eq=False)
class Population:
    """Chambers for the kernels; with a ``count`` each stands for many that are alike.

    ``rate`` is the fill per second and volt, ``volume`` of the bores, ``weight`` the volume times the count.
    """

    count: Floats
    rate: Floats
    volume: Floats
    weight: Floats
    fill: Floats
    density: Floats
    gas: GasTable
    law: tuple[float, float, float, float]  # volts per pascal, meniscus, creep over rate, fullest
    charge: float  # of a volume of lithium [C/m3]
    area: float
    exchange: Exchange | None
    spaces: JoinedSpaces | None = None

    @property
    def lowest(self) -> float:
        """Molar density below which errors are no longer relative [mol/m3]."""
        return _DILUTE * float(self.density.min())

    @property
    def floor(self) -> float:
        """Its pressure [Pa]."""
        return self.gas.thermal * self.lowest

    @property
    def joined(self) -> NDArray[np.bool_]:
        """Whether each chamber shares its gas; none where no chamber does."""
        return np.zeros(0, dtype=np.bool_) if self.spaces is None else self.spaces.joined

    @property
    def size(self) -> int:
        """Number of chambers, or of kinds of chambers."""
        return int(self.rate.size)


def population(anode: Anode, *, fastest: float = _FASTEST) -> Population:
    """Every chamber of the anode."""
    from tubewall.chambers.random_fields import conductance_factors

    n = anode.chambers
    areas = array_of(anode.areas, n)
    footprint = anode.array.footprint if isinstance(anode.array, Lattice) else areas / anode.void_fraction
    siemens = anode.conductance * footprint * conductance_factors(anode)
    if not isinstance(anode.array, Lattice):
        siemens = np.where(np.array(anode.array.kinds) == "bore", siemens, 0.0)
    volume = areas * anode.height
    molar = anode.lithium.molar_volume / FARADAY
    return assemble(anode, array_of(siemens * molar / volume, n), np.ones(n), volume, fastest)


def assemble(anode: Anode, rate: Floats, count: Floats, volume: Floats, fastest: float = _FASTEST) -> Population:
    """The population of given rates, counts and volumes (n,)."""
    n = rate.size
    molar = anode.lithium.molar_volume / FARADAY
    pressure = array_of(anode.initial_pressure, n) if anode.initial_pressure.ndim else anode.initial_pressure
    density = array_of(anode.gas.molar_density(pressure, anode.temperature), n)
    densest = 2.0 * float(density.max()) / (1.0 - anode.fullest)
    gas = gas_table(anode.gas, anode.temperature, densest)
    return Population(
        count=count,
        rate=rate,
        volume=volume,
        weight=volume * count,
        fill=array_of(anode.initial_fill, n),
        density=density,
        gas=gas,
        law=(molar, anode.meniscus, molar * anode.creep_resistance * anode.height**2, anode.fullest),
        charge=1.0 / molar,
        area=anode.electrode_area,
        exchange=None if anode.hermetic else _exchange(anode, volume, gas.thermal, fastest),
    )


def _exchange(anode: Anode, volume: Floats, thermal: float, fastest: float) -> Exchange:
    """Walls and leaks; those that are faster than any difference could be seen are held at that rate."""
    n = anode.chambers
    leak = np.zeros(0)
    if anode.leak.any():
        leak = np.minimum(array_of(anode.leak, n), fastest * volume / thermal)
    lattice = anode.array
    alike = anode.permeance.ndim == 0 and anode.initial_pressure.ndim == 0 and not anode.wall_scatter
    if isinstance(lattice, Lattice) and alike and anode.permeance > 0 and not anode.pinholes:
        width = min(float(anode.permeance) * lattice.shared_width * anode.height, fastest * volume[0] / thermal)
        shape = (lattice.rows, lattice.columns, lattice.shape == "hexagon", lattice.periodic)
        one = np.array([leak.size > 0])
        outside = anode.external_pressure
        return Exchange(LatticeWalls(shape, width), leak, outside, np.zeros(0, dtype=np.int32), 1, one)
    return _listed(anode, leak, fastest * volume / thermal)


def _listed(anode: Anode, leak: Floats, most: Floats) -> Exchange:
    """Walls one by one; ``most`` is the largest conductance around each chamber."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    from tubewall.chambers.compiled_walls import adjacency, degrees
    from tubewall.chambers.random_fields import wall_factors

    n, edges = anode.chambers, anode.array.edges
    widths = np.asarray(anode.array.shared_width if isinstance(anode.array, Lattice) else anode.array.shared_widths)
    largest = np.minimum(most[edges[:, 0]], most[edges[:, 1]])
    with np.errstate(over="ignore"):
        permeance = anode.permeance * wall_factors(anode)
        through = np.minimum(array_of(permeance * widths * anode.height, len(edges)), largest)
    holes = _holes(anode, len(edges), largest)
    kept = np.where(holes[0] > 0, np.maximum(through, np.finfo(float).tiny), through) if holes[0].size else through
    counts = np.zeros(n + 1, dtype=np.int64)
    degrees(edges, kept, counts)
    indptr = np.cumsum(counts)
    indices, edge_of = np.empty(indptr[-1], dtype=np.int32), np.empty(indptr[-1], dtype=np.int32)
    width = np.empty(indptr[-1])
    adjacency(edges, kept, indptr, indices, width, edge_of)
    graph = csr_array((np.ones(indices.size, dtype=np.int8), indices, indptr), shape=(n, n))
    components, labels = connected_components(graph, directed=False)
    leaking = np.zeros(components, dtype=np.bool_)
    if leak.size:
        leaking = sums(labels.astype(np.int64), leak, components) > 0
    hole, hole_room = (array[edge_of] if array.size else array for array in holes)
    walls = ListedWalls(indptr, indices, width, hole, hole_room)
    return Exchange(walls, leak, anode.external_pressure, labels, int(components), leaking)


def _holes(anode: Anode, walls: int, most: Floats) -> tuple[Floats, Floats]:
    """Conductance of the pinholes of every wall, and the room of gas at which they close; one height for each wall."""
    if not anode.pinholes:
        return np.zeros(0), np.zeros(0)
    hole, room = np.zeros(walls), np.zeros(walls)
    for pinhole in anode.pinholes:
        level = 1.0 - pinhole.height / anode.height
        if hole[pinhole.edge] > 0 and room[pinhole.edge] != level:
            raise InputError(
                f"wall {pinhole.edge} has pinholes at two heights: an anode takes one height for each wall"
            )
        hole[pinhole.edge] += min(pinhole.conductance, most[pinhole.edge])
        room[pinhole.edge] = level
    return hole, room


def content(values: Floats) -> Any:
    """A digest of the bits of an array."""
    from hashlib import sha256

    return sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
