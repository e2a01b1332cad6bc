"""The cascade of bursts: a wall that bears too much opens, its two chambers become one, and the next walls feel it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.check import each, number, read_only
from tubewall.chambers.network import ROOM_TEMPERATURE, EquationOfState
from tubewall.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

    Entry = tuple[float, int, int, int, int]


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
    walls = _ends(edges, n)
    state = _Spaces(
        walls,
        each("cascade: pressures", pressures, n, "Pa", above=0.0),
        each("cascade: volumes", volumes, n, "m3", above=0.0),
        each("cascade: allowable", allowable, len(walls), "Pa", above=0.0, infinite=True),
        _ideal() if gas is None else gas,
        number("cascade: temperature", temperature, "K", above=0.0),
    )
    before = float(state.moles.sum())
    overloaded = int((state.ratios(np.arange(len(walls))) > 1.0).sum())
    opened, differences = state.burst()
    roots, clusters, counts = np.unique(state.owners(), return_inverse=True, return_counts=True)
    # the lowest chamber of each space names it
    lowest = np.full(roots.size, clusters.size, dtype=np.int64)
    np.minimum.at(lowest, clusters, np.arange(clusters.size))
    density = np.asarray(state.gas.molar_density(state.pressures[roots], state.temperature), dtype=np.float64)
    after = float((density * state.volumes[roots]).sum())
    return Cascade(
        overloaded=overloaded,
        opened=read_only(np.array(opened, dtype=np.int64)),
        differences=read_only(np.array(differences, dtype=np.float64)),
        sizes=read_only(np.sort(counts[counts > 1])[::-1].astype(np.int64)),
        clusters=read_only(lowest[clusters]),
        pressures=read_only(state.pressures[roots][clusters]),
        imbalance=abs(after - before) / before,
    )


def _ideal() -> EquationOfState:
    from tubewall.materials import Gas

    return Gas()


def _ends(edges: ArrayLike, count: int) -> Indices:
    found = np.asarray(edges)
    if found.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    if found.ndim != 2 or found.shape[1] != 2 or not np.issubdtype(found.dtype, np.integer):
        raise InputError(f"cascade: edges must be whole numbers of shape (m, 2), got {found.dtype} {found.shape}")
    if found.min() < 0 or found.max() >= count:
        raise InputError(
            f"cascade: edges must lie within chambers 0 to {count - 1}, got {found.min()} to {found.max()}"
        )
    return found.astype(np.int64)


class _Spaces:
    """Chambers that grow together; each space stands under the number of one of its chambers (union-find)."""

    def __init__(
        self,
        ends: Indices,
        pressures: Floats,
        volumes: Floats,
        allowable: Floats,
        gas: EquationOfState,
        temperature: float,
    ) -> None:
        n = pressures.size
        self.ends, self.allowable, self.gas, self.temperature = ends, allowable, gas, temperature
        self.pressures, self.volumes = pressures.copy(), volumes.copy()
        self.moles: Floats = np.asarray(gas.molar_density(pressures, temperature), dtype=np.float64) * volumes
        self.parent = np.arange(n)
        self.changes = np.zeros(n, dtype=np.int64)
        # the walls around each space
        order = np.argsort(ends.T.ravel(), kind="stable")
        starts = np.searchsorted(ends.T.ravel()[order], np.arange(1, n))
        self.around: list[Indices] = np.split(order % max(len(ends), 1), starts)

    def owners(self) -> Indices:
        """The space of every chamber (n,)."""
        found = self.parent
        while (found != found[found]).any():
            found = found[found]
        self.parent = found
        return found

    def owner(self, chambers: Indices) -> Indices:
        """The spaces of some chambers."""
        found = self.parent[chambers]
        while True:
            further = self.parent[found]
            if (further == found).all():
                self.parent[chambers] = found
                return found
            found = further

    def ratios(self, walls: Indices) -> Floats:
        """What walls bear over what they may."""
        sides = self.owner(self.ends[walls].ravel()).reshape(-1, 2)
        difference = np.abs(self.pressures[sides[:, 0]] - self.pressures[sides[:, 1]])
        return np.asarray(difference / self.allowable[walls])

    def burst(self) -> tuple[list[int], list[float]]:
        """Open walls until all bear what is left; the walls in order and what each bore."""
        loaded = np.unique(self.ends[self.ratios(np.arange(len(self.ends))) > 1.0])
        heap = [entry for space in loaded.tolist() if (entry := self.hardest(space)) is not None]
        heapq.heapify(heap)
        opened: list[int] = []
        differences: list[float] = []
        while heap:
            _, wall, space, own, other = heapq.heappop(heap)
            if self.parent[space] != space or self.changes[space] != own:
                continue
            first, second = (int(one) for one in self.owner(self.ends[wall]))
            beyond = second if first == space else first
            if self.changes[beyond] != other or beyond == space:
                # what lies beyond has changed since, and holds an entry for what it bears now
                entry = self.hardest(space)
            else:
                opened.append(wall)
                differences.append(abs(float(self.pressures[first] - self.pressures[second])))
                entry = self.hardest(self.join(first, second))
            if entry is not None:
                heapq.heappush(heap, entry)
        return opened, differences

    def hardest(self, space: int) -> Entry | None:
        """The most overloaded wall around a space, and how often it and what lies beyond have changed; None without one."""
        walls = self.around[space]
        if not walls.size:
            return None
        ratios = self.ratios(walls)
        most = float(ratios.max())
        if not most > 1.0:
            return None
        wall = int(walls[ratios == most].min())
        first, second = (int(one) for one in self.owner(self.ends[wall]))
        beyond = second if first == space else first
        return -most, wall, space, int(self.changes[space]), int(self.changes[beyond])

    def join(self, first: int, second: int) -> int:
        """One space of two, under the number of that with more walls; that number."""
        into, away = (first, second) if self.around[first].size >= self.around[second].size else (second, first)
        low, high = sorted((float(self.pressures[first]), float(self.pressures[second])))
        self.moles[into] += self.moles[away]
        self.volumes[into] += self.volumes[away]
        mixed = float(self.gas.pressure(self.moles[into] / self.volumes[into], self.temperature))
        # rounding must not load walls between equal pressures
        self.pressures[into] = min(max(mixed, low), high)
        self.parent[away] = into
        # both numbers change, so that entries of either are known to be old
        self.changes[into] = self.changes[[into, away]].max() + 1
        walls = np.concatenate([self.around[into], self.around[away]])
        sides = self.owner(self.ends[walls].ravel()).reshape(-1, 2)
        self.around[into] = walls[sides[:, 0] != sides[:, 1]]
        self.around[away] = walls[:0]
        return into
