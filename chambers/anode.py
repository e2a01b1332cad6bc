"""The whole anode as one value: where its chambers stand, what drives lithium into them, what lets their gas out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from tubewall.chambers.check import each, number, read_only
from tubewall.chambers.network import EquationOfState, Pinhole
from tubewall.errors import InputError, unknown_name
from tubewall.materials.constants import ATMOSPHERE, ROOM_TEMPERATURE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.geometry import ChamberGraph
    from tubewall.materials import Lithium

    Floats = NDArray[np.float64]

# steps to half of the neighbours of a chamber (row, column); the other half lies on the other side
NEIGHBOURS: Final = {"hexagon": ((0, 1), (1, 0), (1, -1)), "square": ((0, 1), (1, 0))}
_LARGEST: Final = 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """Bores side by side, ``rows`` times ``columns``, without a list of their walls.

    Chamber (i, j) has the index i columns + j.

    Parameters
    ----------
    rows, columns : int
        Chambers both ways.
    bore, wall : float
        Width across flats W and thickness w [m].
    shape : {"hexagon", "square"}
        Section of the bores; hexagons have six neighbours, squares four.
    periodic : bool
        Whether opposite sides are joined.
    """

    rows: int
    columns: int
    bore: float
    wall: float
    shape: Literal["hexagon", "square"] = "hexagon"
    periodic: bool = True

    def __post_init__(self) -> None:
        """Check."""
        for name in ("rows", "columns"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError(f"Lattice.{name} must be a whole number, at least 1, got {value!r}")
        if self.rows * self.columns > _LARGEST:
            raise InputError(f"a lattice may have {_LARGEST:g} chambers, got {self.rows} x {self.columns}")
        number("Lattice.bore", self.bore, "m", above=0.0)
        number("Lattice.wall", self.wall, "m", above=0.0)
        if self.shape not in NEIGHBOURS:
            raise unknown_name("shape of a lattice", str(self.shape), NEIGHBOURS)

    @property
    def chambers(self) -> int:
        """Number of chambers."""
        return self.rows * self.columns

    @property
    def area(self) -> float:
        """Section of a bore [m2]."""
        return self._cell * self.bore**2

    @property
    def footprint(self) -> float:
        """Area of the electrode for each chamber [m2]."""
        return self._cell * (self.bore + self.wall) ** 2

    @property
    def shared_width(self) -> float:
        """Width of a wall in the section [m]."""
        return self.bore / math.sqrt(3.0) if self.shape == "hexagon" else self.bore

    @property
    def walls_per_chamber(self) -> int:
        """Walls for each chamber of an endless lattice."""
        return len(NEIGHBOURS[self.shape])

    @property
    def edges(self) -> NDArray[np.int64]:
        """The two chambers of every wall (m, 2), direction by direction."""
        i, j = np.divmod(np.arange(self.chambers), self.columns)
        found = []
        for down, right in NEIGHBOURS[self.shape]:
            to, at = i + down, j + right
            inside = (to < self.rows) & (at >= 0) & (at < self.columns) | self.periodic
            other = to % self.rows * self.columns + at % self.columns
            inside &= other != np.arange(self.chambers)
            found.append(np.stack([np.flatnonzero(inside), other[inside]], axis=1))
        return np.concatenate(found)

    @property
    def _cell(self) -> float:
        return math.sqrt(3.0) / 2.0 if self.shape == "hexagon" else 1.0


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """How the conductances of the chambers scatter about their mean.

    Parameters
    ----------
    deviation : float
        Standard deviation over mean [-].
    law : {"lognormal", "normal"}
        The mean is 1 in both; a normal one is cut at 0.
    correlation : float
        Length over which neighbours are alike, in pitches; 0 for chambers that do not know each other.
    blocked : float
        Share of chambers that take no lithium at all [-].
    """

    deviation: float = 0.0
    law: Literal["lognormal", "normal"] = "lognormal"
    correlation: float = 0.0
    blocked: float = 0.0

    def __post_init__(self) -> None:
        """Check."""
        number("Scatter.deviation", self.deviation, "(a fraction)", least=0.0)
        number("Scatter.correlation", self.correlation, "pitches", least=0.0)
        if not 0.0 <= number("Scatter.blocked", self.blocked, "(a fraction)") < 1.0:
            raise InputError(f"Scatter.blocked must be at least 0 and below 1, got {self.blocked:g}")
        if self.law not in ("lognormal", "normal"):
            raise unknown_name("law of a scatter", str(self.law), ("lognormal", "normal"))
        if self.deviation > 2.0:
            raise InputError(f"Scatter.deviation must be 2 at most, got {self.deviation:g}")


def _argon() -> EquationOfState:
    from tubewall.materials import Gas

    return Gas()


def _lithium() -> Lithium:
    from tubewall.materials import Lithium

    return Lithium()


@dataclass(frozen=True, kw_only=True, eq=False)
class Anode:
    """Chambers, what drives lithium into them, and what lets their gas out.

    The current into chamber i, deposition positive, is I_i = G_i (U - P_Li,i V_m / F) with one overpotential U for all;
    P_Li = P_gas - 4 gamma cos(theta) / W + creep_resistance speed column is absolute. A full chamber takes no more
    lithium, an empty one gives none.

    Parameters
    ----------
    array : Lattice or ChamberGraph
        n chambers and the walls they share. Interstices of a graph take no lithium.
    height : float
        Of the chambers [m].
    conductance : float or (n,)
        Mean conductance per area of the electrode [S/m2]; G_i = conductance footprint_i scatter_i.
    scatter : Scatter
        Of the conductances.
    void_fraction : float
        Share of the electrode that is bore (not interstice), of a graph [-]; a lattice knows its own.
    permeance : float or (m,)
        Of the walls, 0 (hermetic) to ``math.inf`` [mol/(m2 s Pa)].
    wall_scatter : float
        Standard deviation over mean of the thickness of the walls; a permeance goes with its inverse [-].
    temperature, gas, initial_pressure, leak, external_pressure, pinholes
        As in `Network`. A pinhole closes over a thousandth of the height.
    initial_fill : float or (n,)
        Lithium at the start over the volume of the bore [-].
    lithium : Lithium
        Molar volume, surface energy and contact angle.
    bore : float, optional
        W of the meniscus of a graph's chambers [m]; a lattice knows its own.
    creep_resistance : float
        Pressure gradient over speed of the lithium, k_B T (W/4) / (Omega delta D_int) [Pa s/m2].
    fullest : float
        Fill at which a chamber takes no more [-].
    seed : int
        Of the scatter, 0 or more.

    Raises
    ------
    InputError
        A negative permeance, arrays of another length, no chamber that takes lithium.
    """

    array: Lattice | ChamberGraph
    height: float
    conductance: Floats
    scatter: Scatter = Scatter()
    void_fraction: float = 1.0
    permeance: Floats = field(default_factory=lambda: np.array(0.0))
    wall_scatter: float = 0.0
    temperature: float = ROOM_TEMPERATURE
    gas: EquationOfState = field(default_factory=_argon)
    initial_pressure: Floats = field(default_factory=lambda: np.array(ATMOSPHERE))
    initial_fill: Floats = field(default_factory=lambda: np.array(0.0))
    leak: Floats = field(default_factory=lambda: np.array(0.0))
    external_pressure: float = ATMOSPHERE
    pinholes: tuple[Pinhole, ...] = ()
    lithium: Lithium = field(default_factory=_lithium)
    bore: float | None = None
    creep_resistance: float = 0.0
    fullest: float = 1.0 - 1e-6
    seed: int = 0

    def __post_init__(self) -> None:
        """Check and freeze; numbers that stand for all chambers stay single."""
        per_wall = "mol/(m2 s Pa)"
        values: dict[str, Any] = {
            "height": number("Anode.height", self.height, "m", above=0.0),
            "conductance": self._checked("conductance", self.chambers, "S/m2"),
            "permeance": self._checked("permeance", self.walls, per_wall, infinite=True),
            "initial_pressure": self._checked("initial_pressure", self.chambers, "Pa", above=0.0),
            "initial_fill": self._checked("initial_fill", self.chambers, "(a fraction)"),
            "leak": self._checked("leak", self.chambers, "mol/(s Pa)", infinite=True),
            "wall_scatter": number("Anode.wall_scatter", self.wall_scatter, "(a fraction)", least=0.0),
            "temperature": number("Anode.temperature", self.temperature, "K", above=0.0),
            "external_pressure": number("Anode.external_pressure", self.external_pressure, "Pa", least=0.0),
            "creep_resistance": number("Anode.creep_resistance", self.creep_resistance, "Pa s/m2", least=0.0),
            "pinholes": tuple(self.pinholes),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        self._check_ranges()

    def _checked(self, name: str, count: int, unit: str, **limits: Any) -> Floats:
        array = np.asarray(getattr(self, name))
        found = each(f"Anode.{name}", array, 1 if array.ndim == 0 else count, unit, **limits)
        return read_only(found.reshape(())) if array.ndim == 0 else found

    def _check_ranges(self) -> None:
        if not 0.0 < number("Anode.fullest", self.fullest, "(a fraction)") < 1.0:
            raise InputError(f"Anode.fullest must lie above 0 and below 1, got {self.fullest:g}")
        if not (self.initial_fill <= self.fullest).all():
            raise InputError(f"Anode.initial_fill must be at most {self.fullest:g}, got {self.initial_fill.max():g}")
        if not 0.0 < number("Anode.void_fraction", self.void_fraction, "(a fraction)") <= 1.0:
            raise InputError(f"Anode.void_fraction must lie in (0, 1], got {self.void_fraction:g}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**63:
            raise InputError(f"Anode.seed must be a whole number from 0 to 2^63 - 1, got {self.seed!r}")
        if not (self.conductance > 0).any():
            raise InputError("Anode.conductance must be above 0 S/m2 in at least one chamber")
        for hole in self.pinholes:
            if not 0 <= hole.edge < self.walls:
                raise InputError(f"Pinhole.edge {hole.edge} is no wall: there are walls 0 to {self.walls - 1}")
            each("Pinhole.conductance", hole.conductance, 1, "mol/(s Pa)", infinite=True)
            if not 0 <= hole.height <= self.height:
                raise InputError(f"Pinhole.height must lie within 0 to {self.height:g} m, got {hole.height:g} m")

    @property
    def chambers(self) -> int:
        """Number of chambers n."""
        return self.array.chambers if isinstance(self.array, Lattice) else len(self.array.areas)

    @property
    def walls(self) -> int:
        """Number of walls m."""
        if not isinstance(self.array, Lattice):
            return len(self.array.edges)
        lattice = self.array
        if lattice.periodic and min(lattice.rows, lattice.columns) > 1:
            return lattice.chambers * lattice.walls_per_chamber
        return len(lattice.edges)

    @property
    def areas(self) -> Floats:
        """Section of the bores [m2], () where all are alike or (n,)."""
        return np.asarray(self.array.area if isinstance(self.array, Lattice) else self.array.areas, dtype=np.float64)

    @property
    def electrode_area(self) -> float:
        """Area to which current densities refer [m2]."""
        if isinstance(self.array, Lattice):
            return self.array.chambers * self.array.footprint
        return float(self.array.areas[np.array(self.array.kinds) == "bore"].sum()) / self.void_fraction

    @property
    def meniscus(self) -> float:
        """What capillarity adds to the gas pressure [Pa]."""
        width = self.array.bore if isinstance(self.array, Lattice) else self.bore
        if width is None:
            if self.lithium.contact_angle != math.pi / 2:
                raise InputError("Anode.bore is needed for the meniscus of a graph's chambers [m]")
            return 0.0
        return self.lithium.capillary_pressure(width)

    @property
    def hermetic(self) -> bool:
        """Whether no gas leaves any chamber."""
        return not (self.permeance.any() or self.leak.any() or self.pinholes)

    def __repr__(self) -> str:
        """Count instead of listing."""
        low, high = (self.permeance.min(), self.permeance.max()) if self.permeance.size else (0.0, 0.0)
        permeance = f"{low:g}" if low == high else f"{low:g} .. {high:g}"
        return f"Anode({self.chambers} chambers, {self.walls} walls, permeance {permeance} mol/(m2 s Pa))"


def conductance_deviation(
    *,
    bore: float,
    wall: float,
    wall_deviation: float = 0.0,
    bore_deviation: float = 0.0,
    height_deviation: float = 0.0,
    diffusivity_deviation: float = 0.0,
) -> float:
    """Relative standard deviation of G = (kappa / h) (1 - (W / (W + w))^2) from those of what it is made of [-].

    First order, independent causes; conductivity goes with diffusivity (physics page 1.1, S5 and S8).
    ``bore`` and ``wall`` in [m], deviations relative [-].
    """
    w, b = number("wall", wall, "m", above=0.0), number("bore", bore, "m", above=0.0)
    void = (b / (b + w)) ** 2
    # d ln(1 - void) / d ln w = -d ln(1 - void) / d ln W
    geometry = 2.0 * void * w / (b + w) / (1.0 - void)
    parts = (geometry * wall_deviation, geometry * bore_deviation, height_deviation, diffusivity_deviation)
    return math.hypot(*parts)


def array_of(value: ArrayLike, count: int) -> Floats:
    """The value for every one of ``count``, contiguous."""
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, dtype=np.float64), (count,)))
