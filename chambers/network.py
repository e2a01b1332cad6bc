"""The gas network: chambers as nodes, shared walls as conductances that die with the gas length on either side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tubewall.chambers.check import each, floats, number, pairs
from tubewall.errors import InputError
from tubewall.materials.constants import ATMOSPHERE, ROOM_TEMPERATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from tubewall.geometry import ChamberGraph


class EquationOfState(Protocol):
    """What the network asks of a gas; ``tubewall.materials.Gas`` provides it."""

    @property
    def law(self) -> str:
        """The name of the law; 'ideal' lets the network use P = c R T directly."""
        ...

    def pressure(self, molar_density: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
        """Pressure [Pa] at molar densities [mol/m3] and a temperature [K]."""
        ...

    def molar_density(self, pressure: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
        """Molar density [mol/m3] at pressures [Pa] and a temperature [K]."""
        ...


def _argon() -> EquationOfState:
    from tubewall.materials import Gas

    return Gas()


@dataclass(frozen=True, kw_only=True)
class Pinhole:
    """A hole through one wall, open as long as lithium covers it on neither side.

    Parameters
    ----------
    edge : int
        Index of the wall it pierces.
    conductance : float
        Moles that flow per second and pascal, 0 to inf [mol/(s Pa)].
    height : float
        Height above the electrolyte [m]; it closes when the lithium of either side reaches it.
    """

    edge: int
    conductance: float
    height: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Chambers of one height, the walls they share and what these walls let through.

    Chamber i holds gas over the length l_i = height (1 - fill_i); wall e between i and j carries
    permeance_e shared_width_e min(l_i, l_j) (P_i - P_j) moles per second, since only where both sides are gas
    there is exchange; the electrolyte carries leak_i (P_i - external_pressure).

    Parameters
    ----------
    areas : (n,) float
        Bore areas [m2].
    height : float
        Height of the chambers [m].
    edges : (m, 2) int
        Chambers on the two sides of every shared wall. A wall between a chamber and its own periodic image carries
        no gas.
    shared_widths : float or (m,)
        Width of every shared wall in the section [m].
    permeance : float or (m,)
        Moles per area, second and pascal, 0 (hermetic) to ``math.inf`` (perfectly mixed) [mol/(m2 s Pa)].
    temperature : float
        [K]; the gas is isothermal (its thermal relaxation takes nanoseconds).
    gas : EquationOfState
        Gas of all chambers and of the outside; argon, ideal, by default.
    initial_pressure : float or (n,)
        Pressure at the first time of the filling [Pa].
    leak : float or (n,)
        Conductance of every chamber to the outside through the electrolyte, 0 to inf [mol/(s Pa)].
    external_pressure : float
        Pressure of the gas outside [Pa].
    pinholes : sequence of Pinhole
        Holes in single walls.

    Raises
    ------
    InputError
        A negative permeance, an edge to a chamber that does not exist, a pinhole outside its wall, NaN.
    """

    areas: NDArray[np.float64]
    height: float
    edges: NDArray[np.int64]
    shared_widths: NDArray[np.float64]
    permeance: NDArray[np.float64]
    temperature: float = ROOM_TEMPERATURE
    gas: EquationOfState = field(default_factory=_argon)
    initial_pressure: NDArray[np.float64] = field(default_factory=lambda: np.array(ATMOSPHERE))
    leak: NDArray[np.float64] = field(default_factory=lambda: np.array(0.0))
    external_pressure: float = ATMOSPHERE
    pinholes: tuple[Pinhole, ...] = ()

    def __post_init__(self) -> None:
        """Check and freeze."""
        areas = floats("Network.areas", self.areas)
        if areas.ndim != 1 or areas.size == 0:
            raise InputError(f"Network.areas must be one area for each chamber, got shape {areas.shape}")
        n = areas.size
        edges = pairs("Network.edges", self.edges, n, "wall")
        m = len(edges)
        per_wall = "mol/(m2 s Pa)"
        checked = {
            "areas": each("Network.areas", areas, n, "m2", above=0.0),
            "height": number("Network.height", self.height, "m", above=0.0),
            "edges": edges,
            "shared_widths": each("Network.shared_widths", self.shared_widths, m, "m", above=0.0),
            "permeance": each("Network.permeance", self.permeance, m, per_wall, infinite=True),
            "temperature": number("Network.temperature", self.temperature, "K", above=0.0),
            "initial_pressure": each("Network.initial_pressure", self.initial_pressure, n, "Pa", above=0.0),
            "leak": each("Network.leak", self.leak, n, "mol/(s Pa)", infinite=True),
            "external_pressure": number("Network.external_pressure", self.external_pressure, "Pa", least=0.0),
            "pinholes": tuple(self.pinholes),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        _check_gas(self.gas)
        for hole in self.pinholes:
            _check_pinhole(hole, m, self.height)

    @classmethod
    def from_graph(
        cls,
        graph: ChamberGraph,
        *,
        height: float,
        permeance: ArrayLike,
        temperature: float = ROOM_TEMPERATURE,
        gas: EquationOfState | None = None,
        initial_pressure: ArrayLike = ATMOSPHERE,
        leak: ArrayLike = 0.0,
        external_pressure: float = ATMOSPHERE,
        pinholes: Sequence[Pinhole] = (),
    ) -> Network:
        """The network of a drawing: areas, edges and shared widths from its graph of shared walls."""
        return cls(
            areas=np.asarray(graph.areas, dtype=np.float64),
            height=height,
            edges=np.asarray(graph.edges),
            shared_widths=np.asarray(graph.shared_widths, dtype=np.float64),
            permeance=np.asarray(permeance),
            temperature=temperature,
            gas=_argon() if gas is None else gas,
            initial_pressure=np.asarray(initial_pressure),
            leak=np.asarray(leak),
            external_pressure=external_pressure,
            pinholes=tuple(pinholes),
        )

    @property
    def chambers(self) -> int:
        """Number of chambers n."""
        return int(self.areas.size)

    def gas_length(self, fill: ArrayLike) -> NDArray[np.float64]:
        """Gas length h (1 - fill) of every chamber [m]."""
        return np.asarray(self.height * (1.0 - np.asarray(fill, dtype=np.float64)))

    def conductances(self, fill: ArrayLike) -> NDArray[np.float64]:
        """Conductance of every wall at a fill (n,), open pinholes included (m,) [mol/(s Pa)]."""
        lengths = self.gas_length(fill)[self.edges]
        shorter = np.minimum(lengths[:, 0], lengths[:, 1])
        with np.errstate(over="ignore"):
            result = self.permeance * self.shared_widths * shorter
        for hole in self.pinholes:
            if shorter[hole.edge] > self.height - hole.height:
                result[hole.edge] += hole.conductance
        return result

    def __repr__(self) -> str:
        """Count instead of listing."""
        low, high = (self.permeance.min(), self.permeance.max()) if self.permeance.size else (0.0, 0.0)
        permeance = f"{low:g}" if low == high else f"{low:g} .. {high:g}"
        return (
            f"Network({self.chambers} chambers, {len(self.edges)} walls, permeance {permeance} mol/(m2 s Pa), "
            f"{np.count_nonzero(self.leak)} leaks, {len(self.pinholes)} pinholes)"
        )


def leak_conductance(permeance: float, footprint: ArrayLike) -> NDArray[np.float64]:
    """Conductance to the outside of an electrolyte of a permeance over a chamber's footprint [mol/(s Pa)].

    With the area of a whole cell as the footprint [m2] the matrix empties within h void/(permeance R T)
    (physics page 3.4).
    """
    area = floats("leak_conductance: footprint", footprint)
    each("leak_conductance: footprint", area.ravel(), area.size, "m2", above=0.0)
    return each("leak_conductance: permeance", permeance, 1, "mol/(m2 s Pa)", infinite=True) * area


def _check_gas(gas: object) -> None:
    if not all(hasattr(gas, name) for name in ("law", "pressure", "molar_density")):
        raise InputError(f"Network.gas must be a gas such as tubewall.materials.Gas('argon'), got {gas!r}")


def _check_pinhole(hole: Pinhole, walls: int, height: float) -> None:
    if not 0 <= hole.edge < walls:
        raise InputError(f"Pinhole.edge {hole.edge} is no wall: there are walls 0 to {walls - 1}")
    each("Pinhole.conductance", hole.conductance, 1, "mol/(s Pa)", infinite=True)
    if not 0 <= hole.height <= height:
        raise InputError(f"Pinhole.height must lie within the wall, 0 to {height:g} m, got {hole.height:g} m")
