"""Coarser graphs for walls that stand in a list, the counterpart of the coarser lattices: who joins whom is settled once.

Aggregates follow from the conductances of the walls at full height, values from each step: a run that goes on from a checkpoint
finds the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers import compiled_aggregates as kernels
from tubewall.chambers.compiled_multigrid import inverted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew
    from tubewall.chambers.engine_state import ListedWalls

    Array = NDArray[Any]

_SMALLEST: Final = 100
# aggregates over chambers beyond which a coarser graph no longer pays
_STALLED: Final = 0.8
# cells from which a second thread pays
_WORTH: Final = 20_000
# of Jacobi's method, for any graph
_DAMPING: Final = 0.8


@dataclass(eq=False)
class Graph:
    """One coarser graph and how the one above it leads there."""

    label: Array  # of the cells above
    starts: Array
    members: Array
    targets: tuple[tuple[Array, Array, int, int], ...]  # two pairings: label, target, walls, aggregates
    indptr: Array
    indices: Array
    through: Array
    heavy: Array
    ready: Array
    b: Array
    x: Array
    y: Array


class Aggregates:
    """Coarser graphs under walls that stand in a list."""

    def __init__(self, walls: ListedWalls, crew: Crew, word: Any) -> None:
        self.crew, self.word, self.damping = crew, word, word(_DAMPING)
        self.levels: list[Graph] = []
        self.inverse: Array = np.zeros((0, 0))
        indptr, indices, width = walls.indptr, walls.indices, walls.width
        while indptr.size - 1 > _SMALLEST:
            level, following = self._coarser(indptr, indices, width)
            if level.heavy.size > _STALLED * (indptr.size - 1):
                break
            self.levels.append(level)
            indptr, indices, width = level.indptr, level.indices, following

    @property
    def useful(self) -> bool:
        """Whether there is a coarser graph, the last one small enough to be solved."""
        return bool(self.levels) and self.levels[-1].heavy.size <= 20 * _SMALLEST

    def _coarser(self, indptr: Array, indices: Array, width: Array) -> tuple[Graph, Array]:
        label, targets, parts = np.arange(indptr.size - 1), [], []
        for _ in range(2):
            pairs = np.full(indptr.size - 1, -1, dtype=np.int64)
            count = kernels.pair_up(indptr, indices, width, pairs)
            starts, members = np.zeros(count + 1, np.int64), np.empty(pairs.size, np.int64)
            kernels.members_of(pairs, starts, members)
            coarse_indptr, found = np.zeros(count + 1, np.int64), np.empty(indices.size, np.int32)
            target = np.empty(indices.size, np.int64)
            number = kernels.coarse_walls(
                indptr, indices, pairs, starts, members, np.full(count, -1), coarse_indptr, found, target
            )
            values = np.zeros(number)
            kernels.gather_values(width, np.zeros(pairs.size), pairs, target, values, np.zeros(count))
            targets.append((pairs, target, number, count))
            indptr, indices, width = coarse_indptr, found[:number].copy(), values
            label = pairs[label]
            parts.append(count)
        count = parts[-1]
        starts, members = np.zeros(count + 1, np.int64), np.empty(label.size, np.int64)
        kernels.members_of(label, starts, members)
        room = [np.empty(count, self.word) for _ in range(5)]
        through = np.empty(indices.size, self.word)
        return Graph(label, starts, members, tuple(targets), indptr, indices, through, *room), width

    def build(self, through: Array, heavy: Array) -> None:
        """Masses and walls of all levels from those of the chambers."""
        for level in self.levels:
            for pairs, target, number, count in level.targets:
                walls, masses = np.zeros(number, self.word), np.zeros(count, self.word)
                kernels.gather_values(through, heavy, pairs, target, walls, masses)
                through, heavy = walls, masses
            # two pairings make one level: its walls count half, not a quarter
            through = self.word(2.0) * through
            level.through[:], level.heavy[:] = through, heavy
            kernels.inverse_diagonal(level.indptr, level.through, level.heavy, level.ready)
        last = self.levels[-1]
        n = last.heavy.size
        matrix = np.diag(1.0 / last.ready.astype(np.float64))
        rows = np.repeat(np.arange(n), np.diff(last.indptr))
        np.subtract.at(matrix, (rows, last.indices), last.through)
        inverse = np.empty((n, n))
        inverted(0.5 * (matrix + matrix.T), inverse)
        self.inverse = inverse.astype(self.word)

    def correct(self, r: Array, q: Array, z: Array) -> None:
        """Add to ``z`` what the coarser graphs answer to r - q."""
        level = self.levels[0]
        self._share(kernels.restrict, level.heavy.size, level.starts, level.members, r, q, level.b)
        self._share(kernels.prolong, z.size, level.label, self._answer(0), z)

    def _answer(self, depth: int) -> Array:
        level = self.levels[depth]
        n = level.heavy.size
        if depth == len(self.levels) - 1:
            # a product of its own: that of a library may sum in another order on another number of threads
            level.x[:] = (self.inverse * level.b).sum(axis=1)
            return level.x
        graph = (level.indptr, level.indices, level.through, level.heavy)
        below = self.levels[depth + 1]
        self._share(kernels.begin, n, level.ready, self.damping, level.b, level.x)
        self._share(kernels.residual, n, *graph, level.b, level.x, level.y)
        nothing = np.zeros(n, self.word)
        self._share(kernels.restrict, below.heavy.size, below.starts, below.members, level.y, nothing, below.b)
        self._share(kernels.prolong, n, below.label, self._answer(depth + 1), level.x)
        self._share(kernels.smooth, n, *graph, level.ready, self.damping, level.b, level.x, level.y)
        return level.y

    def _share(self, kernel: Any, rows: int, *arguments: Any) -> None:
        """Share the rows out where there are enough of them."""
        if rows < _WORTH:
            kernel(0, rows, *arguments)
        else:
            self.crew.share(kernel, rows, *arguments)
