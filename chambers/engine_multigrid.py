"""Coarser lattices that carry what pressures do over long distances: a preconditioner for walls that let much gas through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers import compiled_multigrid as kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew

    Array = NDArray[Any]

_SMALLEST: Final = 100
# cells from which a second thread pays
_WORTH: Final = 20_000
# of Jacobi's method, for lattices of hexagons and of squares
_DAMPING: Final = {True: 0.95, False: 0.8}


@dataclass(eq=False)
class Level:
    """One coarse lattice: masses and walls, and room to work in."""

    rows: int
    columns: int
    heavy: Array
    right: Array
    down: Array
    skew: Array
    ready: Array
    b: Array
    x: Array
    y: Array

    @property
    def walls(self) -> tuple[int, int, Array, Array, Array, Array]:
        """What the kernels take."""
        return self.rows, self.columns, self.heavy, self.right, self.down, self.skew


class Multigrid:
    """Coarse lattices under the walls of a lattice of chambers."""

    def __init__(self, shape: tuple[int, int, bool, bool], crew: Crew, word: Any) -> None:
        self.shape, self.crew, self.word = shape, crew, word
        self.damping = word(_DAMPING[shape[2]])
        self.levels: list[Level] = []
        self.inverse: Array = np.zeros((0, 0))
        rows, columns = shape[:2]
        self.fine = [np.empty(rows * columns, word) for _ in range(3)]
        while rows * columns > _SMALLEST or not self.levels:
            rows, columns = (rows + 1) // 2, (columns + 1) // 2
            self.levels.append(Level(rows, columns, *(np.empty(rows * columns, word) for _ in range(8))))

    def build(self, width: Any, room: Array, heavy: Array) -> None:
        """Masses and walls of all levels from those of the chambers."""
        self.crew.run(kernels.walls_of, self.shape, width, room, *self.fine)
        rows, columns = self.shape[:2]
        walls = (heavy, *self.fine)
        for level in self.levels:
            for values in (level.heavy, level.right, level.down, level.skew):
                values[:] = 0
            kernels.coarsen(rows, columns, *walls, level.heavy, level.right, level.down, level.skew)
            kernels.diagonals(*level.walls, level.ready)
            rows, columns, walls = level.rows, level.columns, level.walls[2:]
        last = self.levels[-1]
        count = rows * columns
        matrix, unit, image = np.empty((count, count)), np.zeros(count), np.zeros(count)
        for k in range(count):
            unit[k] = 1.0
            kernels.smooth_level(0, rows, *last.walls, np.ones(count), -1.0, np.zeros(count), unit, image)
            matrix[:, k] = image - unit
            unit[k] = 0.0
        inverse = np.empty((count, count))
        kernels.inverted(0.5 * (matrix + matrix.T), inverse)
        self.inverse = inverse.astype(self.word)

    def correct(self, r: Array, q: Array, z: Array) -> None:
        """Add to ``z`` what the coarser lattices answer to r - q."""
        rows, columns = self.shape[:2]
        level = self.levels[0]
        self.crew.share(kernels.restrict_chambers, level.rows, rows, columns, r, q, level.b)
        self.crew.share(kernels.prolong_level, rows, columns, self._answer(0), z)

    def _answer(self, depth: int) -> Array:
        """What level ``depth`` answers to its ``b``, by one pass down and up."""
        level = self.levels[depth]
        if depth == len(self.levels) - 1:
            # a product of its own: that of a library may sum in another order on another number of threads
            level.x[:] = (self.inverse * level.b).sum(axis=1)
            return level.x
        below = self.levels[depth + 1]
        self._rows(kernels.begin_level, level.rows, level, level.columns, level.ready, self.damping, level.b, level.x)
        self._rows(kernels.restrict_level, below.rows, level, *level.walls, level.b, level.x, below.b)
        self._rows(kernels.prolong_level, level.rows, level, level.columns, self._answer(depth + 1), level.x)
        self._rows(
            kernels.smooth_level, level.rows, level, *level.walls, level.ready, self.damping, level.b, level.x, level.y
        )
        return level.y

    def _rows(self, kernel: Any, rows: int, level: Level, *arguments: Any) -> None:
        """Share the rows out where there are enough cells."""
        if level.heavy.size < _WORTH:
            kernel(0, rows, *arguments)
        else:
            self.crew.share(kernel, rows, *arguments)
