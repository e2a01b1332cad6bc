"""Chambers that have become one: the gas of a space has one density, the lithium of each chamber its own level.

Where walls have opened the unknown is one pressure for each space. Vectors over the chambers are held equal within a space by
taking means: with the projection Q onto such vectors the system M x = b becomes Q M Q x = Q b, whose solution is that of the sums
over spaces. Single chambers are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.chambers import compiled_spaces as kernels
from tubewall.chambers.engine_state import Exchange, LatticeWalls, ListedWalls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.engine_state import Population

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class JoinedSpaces:
    """Spaces of two chambers or more; those of space s are ``members[starts[s]:starts[s + 1]]``.

    Attributes
    ----------
    starts : (s + 1,) int
    members : (c,) int
    joined : (n,) bool
        Whether a chamber shares its gas.
    """

    starts: Indices
    members: Indices
    joined: NDArray[np.bool_]

    def average(self, *arrays: NDArray[Any]) -> None:
        """Give the chambers of every space the mean of their values."""
        for values in arrays:
            kernels.average(self.starts, self.members, values)

    def average_inverse(self, values: NDArray[Any]) -> None:
        """Give the chambers of every space the harmonic mean of their values."""
        kernels.average_inverse(self.starts, self.members, values)

    def gather(self) -> Any:
        """The sparse matrix (n, spaces) that hands values of spaces, single chambers among them, to their chambers."""
        from scipy.sparse import csr_array

        n = self.joined.size
        label = np.arange(n)
        for s in range(self.starts.size - 1):
            label[self.members[self.starts[s] : self.starts[s + 1]]] = self.members[self.starts[s]]
        columns, label = np.unique(label, return_inverse=True)
        return csr_array((np.ones(n), label, np.arange(n + 1)), shape=(n, columns.size))


def joined_spaces(lowest: Indices) -> JoinedSpaces:
    """Spaces from the lowest number among the chambers that share the space of each (n,)."""
    counts = np.bincount(lowest, minlength=lowest.size)
    joined = counts[lowest] > 1
    # a stable order keeps the chambers of a space ascending
    members = np.flatnonzero(joined)
    members = members[np.argsort(lowest[members], kind="stable")]
    sizes = counts[counts > 1]
    return JoinedSpaces(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), members, joined)


def with_spaces(original: Population, lowest: Indices, ends: NDArray[np.integer]) -> Population:
    """The population of a start with chambers joined by the walls (b, 2) that have opened since."""
    exchange = original.exchange
    n = original.size
    if exchange is None:
        nothing = ListedWalls(np.zeros(n + 1, np.int64), np.zeros(0, np.int32), np.zeros(0), np.zeros(0), np.zeros(0))
        labels = np.arange(n, dtype=np.int32)
        exchange = Exchange(nothing, np.zeros(0), 0.0, labels, n, np.zeros(n, dtype=np.bool_))
    if not isinstance(exchange.walls, LatticeWalls):
        exchange = _united(exchange, ends)
    return replace(original, exchange=exchange, spaces=joined_spaces(lowest))


def _united(exchange: Exchange, ends: NDArray[np.integer]) -> Exchange:
    """Components that walls (b, 2) join are one, which leaks if one of them does."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    between = exchange.labels[ends]
    graph = coo_array((np.ones(len(ends)), (between[:, 0], between[:, 1])), shape=(exchange.components,) * 2)
    count, united = connected_components(graph, directed=False)
    leaking = np.zeros(count, dtype=np.bool_)
    np.logical_or.at(leaking, united, exchange.leaking)
    return replace(exchange, labels=united[exchange.labels].astype(np.int32), components=int(count), leaking=leaking)
