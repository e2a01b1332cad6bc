"""Spaces of gas that grow as walls open between them: who belongs to which, and which wall gives way next."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

    Entry = tuple[float, int, int, int, int]


class Spaces:
    """Chambers that grow together; each space stands under the number of one of its chambers (union-find).

    ``pressures`` [Pa], ``moles`` and ``volumes`` [m3] (n,) are those of the spaces, under their numbers; ``pressure_of`` gives the
    pressure at a molar density.
    """

    def __init__(
        self,
        ends: NDArray[np.integer],
        pressures: Floats,
        moles: Floats,
        volumes: Floats,
        allowable: Floats,
        pressure_of: Callable[[float], float],
    ) -> None:
        n = pressures.size
        self.ends, self.allowable, self.pressure_of = ends, allowable, pressure_of
        self.pressures, self.moles, self.volumes = pressures.copy(), moles.copy(), volumes.copy()
        self.parent = np.arange(n)
        self.changes = np.zeros(n, dtype=np.int64)
        # the walls around each chamber, row by row, and those around spaces of several
        sides = ends.T.ravel()
        order = np.argsort(sides, kind="stable")
        self._walls = order % max(len(ends), 1)
        self._starts = np.searchsorted(sides[order], np.arange(n + 1))
        self._around: dict[int, Indices] = {}

    def around(self, space: int) -> Indices:
        """The walls around a space."""
        found = self._around.get(space)
        return self._walls[self._starts[space] : self._starts[space + 1]] if found is None else found

    def owners(self) -> Indices:
        """The space of every chamber (n,)."""
        found = self.parent
        while (found != found[found]).any():
            found = found[found]
        self.parent = found
        return found

    def owner(self, chambers: NDArray[np.integer]) -> Indices:
        """The spaces of some chambers."""
        found = self.parent[chambers]
        while True:
            further = self.parent[found]
            if (further == found).all():
                self.parent[chambers] = found
                return np.asarray(found)
            found = further

    def ratios(self, walls: Indices) -> Floats:
        """What walls bear over what they may."""
        sides = self.owner(self.ends[walls].ravel()).reshape(-1, 2)
        difference = np.abs(self.pressures[sides[:, 0]] - self.pressures[sides[:, 1]])
        return np.asarray(difference / self.allowable[walls])

    def burst(self, limit: float = 1.0) -> tuple[list[int], list[float]]:
        """Open walls until all bear at most ``limit`` of what they may; the walls in order and what each bore [Pa]."""
        loaded = np.unique(self.owner(self.ends[self.ratios(np.arange(len(self.ends))) > limit].ravel()))
        heap = [entry for space in loaded.tolist() if (entry := self._hardest(space, limit)) is not None]
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
                entry = self._hardest(space, limit)
            else:
                opened.append(wall)
                differences.append(abs(float(self.pressures[first] - self.pressures[second])))
                entry = self._hardest(self.join(first, second), limit)
            if entry is not None:
                heapq.heappush(heap, entry)
        return opened, differences

    def _hardest(self, space: int, limit: float) -> Entry | None:
        """The most overloaded wall around a space, and how often it and what lies beyond have changed; None without one."""
        walls = self.around(space)
        if not walls.size:
            return None
        ratios = self.ratios(walls)
        most = float(ratios.max())
        if not most > limit:
            return None
        wall = int(walls[ratios == most].min())
        first, second = (int(one) for one in self.owner(self.ends[wall]))
        beyond = second if first == space else first
        return -most, wall, space, int(self.changes[space]), int(self.changes[beyond])

    def join(self, first: int, second: int) -> int:
        """One space of two, under the number of that with more walls; that number."""
        larger = self.around(first).size >= self.around(second).size
        into, away = (first, second) if larger else (second, first)
        low, high = sorted((float(self.pressures[first]), float(self.pressures[second])))
        self.moles[into] += self.moles[away]
        self.volumes[into] += self.volumes[away]
        mixed = self.pressure_of(float(self.moles[into] / self.volumes[into]))
        # rounding must not load walls between equal pressures
        self.pressures[into] = min(max(mixed, low), high)
        walls = np.concatenate([self.around(into), self.around(away)])
        self.parent[away] = into
        # both numbers change, so that entries of either are known to be old
        self.changes[into] = self.changes[[into, away]].max() + 1
        sides = self.owner(self.ends[walls].ravel()).reshape(-1, 2)
        self._around[into] = walls[sides[:, 0] != sides[:, 1]]
        self._around[away] = walls[:0]
        return into


def lowest_of(owners: Indices) -> Indices:
    """The lowest number among the chambers that share the space of each (n,)."""
    _, first, inverse = np.unique(owners, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)
