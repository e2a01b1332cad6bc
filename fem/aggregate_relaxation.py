"""Relaxation that solves each aggregate of nodes exactly: what couples strongly, as nodes across a wall, relaxes together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.compiled import Crew
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.multigrid_vertex import chebyshev, largest_eigenvalue

Singles = NDArray[np.float32]

# bytes an unknown that the inverses may take; where aggregates are larger than that allows, nodes relax one by one
_ROOM: Final = 320


class OwnBlocks:
    """The matrix within each aggregate, gathered from rows as they pass by, then inverted.

    Parameters
    ----------
    group : (n,)
        Aggregate of each node.
    starts, members
        Nodes ``members[starts[k] : starts[k + 1]]`` of aggregate k.
    """

    def __init__(self, group: Ints, starts: Ints, members: Ints, crew: Crew) -> None:
        self.starts, self.members, self._group, self._crew = starts, members, group, crew
        self._sizes = np.diff(starts)
        self._place = np.empty(len(group), dtype=np.int64)
        self._place[members] = np.arange(len(group)) - np.repeat(starts[:-1], self._sizes)
        self.at = np.concatenate(([0], np.cumsum((3 * self._sizes) ** 2)))
        self.data: Singles = np.zeros(int(self.at[-1]), dtype=np.float32)

    def take(self, starts: Ints, members: Ints, indptr: Ints, indices: NDArray[np.int32], data: NDArray[Any]) -> None:
        """Rows of the matrix: those of ``members``, aggregate by aggregate."""
        from tubewall.fem.compiled_rigid import own_blocks

        mine = (starts, members, self._group, self._place, self._sizes, self.at, indptr, indices, data, self.data)
        self._crew.run(own_blocks, len(self._sizes), *mine, least=200)

    def invert(self, fixed: NDArray[np.bool_]) -> None:
        """Put the inverses in the place of the matrices, zero for fixed unknowns (3 n,)."""
        from tubewall.fem.compiled_rigid import invert_own

        self._crew.run(invert_own, len(self._sizes), self.starts, self.members, self.at, fixed, self.data, least=200)

    def relax(self, base: Floats, image: Floats, *more: Any) -> None:
        """The step of ``chebyshev`` with the inverses."""
        from tubewall.fem.compiled_rigid import relax_own

        mine = (self.starts, self.members, self.at, self.data, base, image)
        self._crew.run(relax_own, len(self._sizes), *mine, *more, least=500)


def room_for(starts: Ints) -> bool:
    """Whether the inverses of aggregates with these ``starts`` are small enough to keep."""
    return 4 * float(np.sum((3.0 * np.diff(starts)) ** 2)) <= _ROOM * 3 * float(starts[-1])


@dataclass(frozen=True, kw_only=True, eq=False)
class AggregateRelaxation:
    """Chebyshev relaxation of the fourth kind on ``blocks`` (Lottes, Numer. Linear Algebra Appl. 30, 2023).

    ``largest`` bounds the eigenvalues of the blocks' inverse times the matrix, ``product(u, y)`` writes y = matrix u.
    """

    product: Callable[[Floats, Floats], Any]
    blocks: OwnBlocks
    largest: float
    degree: int

    def __call__(self, right: Floats, x: Floats | None, work: tuple[Floats, ...]) -> Floats:
        """Relax x (zero when None) towards the solution; ``work`` are three vectors, the first one becomes a residual."""
        return chebyshev(self.product, self.blocks.relax, self.largest, self.degree, right, x, work, np.float64)


def aggregate_relaxation(
    product: Callable[[Floats, Floats], Any], blocks: OwnBlocks, degree: int, crew: Crew
) -> AggregateRelaxation:
    """Relaxation on inverted ``blocks``, its eigenvalue found by a few products."""
    size = 3 * len(blocks.members)
    nothing, unused = np.zeros(size), np.zeros(size)

    def scale(rest: Floats, out: Floats) -> None:
        blocks.relax(rest, nothing, out, unused, 0.0, 1.0, 0.0, rest)

    largest = largest_eigenvalue(product, scale, size, 12, crew, np.float64)
    return AggregateRelaxation(product=product, blocks=blocks, largest=largest, degree=degree)
