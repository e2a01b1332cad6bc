"""The cascade of bursts: a wall that bears too much opens, its two chambers become one, and the next walls feel it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.check import each, number, pairs, read_only
from tubewall.chambers.gas_spaces import Spaces, lowest_of
from tubewall.chambers.network import EquationOfState
from tubewall.errors import InputError
from tubewall.materials.constants import ROOM_TEMPERATURE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cascade:
    """What opened, and what is left.

    Attributes
    ----------
    overloaded : int
        Walls that bear too much before any has opened; the cascade may relieve some and overload others.
    opened : (b,) int
        Walls in the order in which they open.
    differences : (b,) float
        What each bore when it opened [Pa].
    sizes : (s,) int
        Chambers in each space that came of two or more, the largest first.
    clusters : (n,) int
        The lowest number among the chambers that share the space of each.
    pressures : (n,) float
        Afterwards [Pa].
    imbalance : float
        Of the moles afterwards against those before, relative.
    """

    overloaded: int
    opened: Indices
    differences: Floats
    sizes: Indices
    clusters: Indices
    pressures: Floats
    imbalance: float

    @property
    def chambers_joined(self) -> int:
        """Chambers that share their space with another."""
        return int(self.sizes.sum())

    def histogram(self) -> tuple[Indices, Indices]:
        """Sizes that occur, ascending from 2, and how many spaces have each."""
        sizes, counts = np.unique(self.sizes, return_counts=True)
        return sizes.astype(np.int64), counts.astype(np.int64)

    def __repr__(self) -> str:
        """Count instead of listing."""
        largest = int(self.sizes[0]) if self.sizes.size else 1
        return (
            f"Cascade({self.overloaded} walls overloaded, {self.opened.size} opened, largest space {largest} chambers)"
        )


def cascade(
    edges: ArrayLike,
    pressures: ArrayLike,
    volumes: ArrayLike,
    allowable: ArrayLike,
    *,
    gas: EquationOfState | None = None,
    temperature: float = ROOM_TEMPERATURE,
) -> Cascade:
    """Open one wall after the other until none bears more than it may.

    The wall with the largest difference over its allowable one opens first, of equal ones that with the lowest number. The
    two spaces become one at once: their moles add up in their volumes at one temperature, and every wall around
    them bears what it bears then. A wall inside a space bears nothing.

    Parameters
    ----------
    edges : (m, 2) int
        The two chambers of each wall.
    pressures : (n,) float
        Of the gas [Pa].
    volumes : (n,) float
        Of the gas [m3].
    allowable : float or (m,) float
        Difference that a wall bears [Pa], above 0; ``math.inf`` for one that never opens.
    gas : EquationOfState, optional
        Ideal argon by default.
    temperature : float
        [K].

    Raises
    ------
    InputError
        A pressure, volume or allowable difference that is not above 0, or a wall of chambers that do not exist.
    """
    n = int(np.asarray(pressures).size)
    if n == 0:
        raise InputError("cascade: pressures must hold at least one chamber")
    walls = pairs("cascade: edges", edges, n, "wall")
    law = _ideal() if gas is None else gas
    kelvin = number("cascade: temperature", temperature, "K", above=0.0)
    start = each("cascade: pressures", pressures, n, "Pa", above=0.0)
    room = each("cascade: volumes", volumes, n, "m3", above=0.0)
    bears = each("cascade: allowable", allowable, len(walls), "Pa", above=0.0, infinite=True)
    moles = np.asarray(law.molar_density(start, kelvin), dtype=np.float64) * room
    state = Spaces(
        walls, start, moles, room, bears, lambda density: float(law.pressure(np.array([density]), kelvin)[0])
    )
    before = float(state.moles.sum())
    overloaded = int((state.ratios(np.arange(len(walls))) > 1.0).sum())
    opened, differences = state.burst()
    clusters = state.owners()
    roots, counts = np.unique(clusters, return_counts=True)
    density = np.asarray(law.molar_density(state.pressures[roots], kelvin), dtype=np.float64)
    after = float((density * state.volumes[roots]).sum())
    return Cascade(
        overloaded=overloaded,
        opened=read_only(np.array(opened, dtype=np.int64)),
        differences=read_only(np.array(differences, dtype=np.float64)),
        sizes=read_only(np.sort(counts[counts > 1])[::-1].astype(np.int64)),
        clusters=read_only(lowest_of(clusters)),
        pressures=read_only(state.pressures[clusters]),
        imbalance=abs(after - before) / before,
    )


def _ideal() -> EquationOfState:
    from tubewall.materials import Gas

    return Gas()
