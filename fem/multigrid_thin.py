"""Levels for thin elements: aggregates across them, moving as rigid bodies, down to a level that is factorised.

First-order functions on the vertices of an element much longer than thick lock in bending, and relaxation node by node does
not smooth along it. Here nodes that conduct strongly to each other are put together, through a wall first, whatever the
elements' order; six rigid motions of each aggregate bend without locking (Vanek, Mandel and Brezina, Computing 56 (1996) 179).
They are not smoothed: two inner iterations make good for that (Notay and Vassilevski, Numer. Linear Algebra Appl. 15 (2008) 473).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.aggregate_relaxation import AggregateRelaxation, OwnBlocks, aggregate_relaxation, room_for
from tubewall.fem.compiled import Crew
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.multigrid_aggregates import rigid_motions
from tubewall.fem.multigrid_blocks import BlockRows
from tubewall.fem.multigrid_groups import Group
from tubewall.fem.multigrid_vertex import Relaxation, block_scaling, chebyshev, largest_eigenvalue
from tubewall.fem.wide_matrix import HalfMatrix, WideMatrix
from tubewall.geometry.reference_cells import CELLS

Singles = NDArray[np.float32]
Cycle = Callable[[Floats], Floats]

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# part of the strongest conductance from which a neighbour is strong, on the nodes and on aggregates
_STRONG: Final = (0.25, 0.2)
# steps of strong neighbours that an aggregate reaches, on the nodes and on aggregates
_HOPS: Final = (2, 1)
# unknowns up to which the first aggregates, and further ones, are factorised
_FIRST: Final = 36_000
_LATER: Final = 100_000
_DEGREE: Final = 3
# parts in which the matrix of the nodes passes by
_PARTS: Final = 8
# ratio of its edges beyond which an element counts as thin, the share of them that makes a body thin, how many are looked at
_THIN: Final = 6.0
_SHARE: Final = 0.02
_SAMPLE: Final = 2000


def _steps(kind: str) -> list[tuple[int, int]]:
    """Pairs of local nodes next to each other along, or parallel to, an edge."""
    cell = CELLS[kind]
    nodes = np.asarray(cell.nodes)
    ways = np.array([nodes[int(edge[1])] - nodes[int(edge[0])] for edge in cell.edges]) / cell.order
    pairs = []
    for a in range(len(nodes)):
        for b in range(a):
            apart = nodes[a] - nodes[b]
            if np.any(np.all(np.abs(ways - apart) < 1e-9, axis=1) | np.all(np.abs(ways + apart) < 1e-9, axis=1)):
                pairs.append((a, b))
    return pairs


def conductances(
    groups: Sequence[Group], cells: Sequence[NDArray[np.int32]], points: Floats, constants: Floats
) -> csr_array:
    """Stiffness times area (n, n) between nodes next to each other: what conducts, over their distance, between them."""
    from scipy.sparse import coo_array

    corner = {"tetra": (1, 2, 3), "hexahedron": (1, 3, 4), "wedge": (1, 2, 3)}
    young = constants[:, range(3), range(3)].mean(axis=1)
    rows, columns, values = [], [], []
    for group, part in zip(groups, cells, strict=True):
        sides = [points[part[:, a]] - points[part[:, 0]] for a in corner[CELLS[group.kind].first]]
        volume = np.abs(np.linalg.det(np.stack(sides, axis=1))) * young[group.laws[:, 0]]
        for a, b in _steps(group.kind):
            rows.append(part[:, a])
            columns.append(part[:, b])
            values.append(volume / np.linalg.norm(points[part[:, a]] - points[part[:, b]], axis=1))
    i, j, q = np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
    half = coo_array((q, (i, j)), shape=(len(points), len(points))).tocsr()
    return (half + half.T).tocsr()


def _weights(graph: csr_array, points: Floats) -> tuple[NDArray[np.int32], Floats, Floats]:
    """Row of each entry, its conductance, and the strongest one of each row."""
    from scipy.sparse import csr_array

    row = np.repeat(np.arange(graph.shape[0], dtype=np.int32), np.diff(graph.indptr))
    apart = np.linalg.norm(points[row] - points[graph.indices], axis=1)
    weight = graph.data / np.maximum(apart, np.finfo(np.float64).tiny)
    most = csr_array((weight, graph.indices, graph.indptr), shape=graph.shape).max(axis=1).toarray().ravel()
    return row, weight, most


def thin(groups: Sequence[Group], points: Floats) -> bool:
    """Whether so many elements are much longer than thick that relaxation node by node would not smooth; a sample tells."""
    long, count = 0.0, 0
    for group in groups:
        sample = group.cells[:: max(len(group.cells) // _SAMPLE, 1)]
        ends = np.array([[int(edge[0]), int(edge[1])] for edge in CELLS[group.kind].edges])
        length = np.linalg.norm(points[sample[:, ends[:, 0]]] - points[sample[:, ends[:, 1]]], axis=2)
        share = float(np.mean(length.max(axis=1) > _THIN * length.min(axis=1)))
        long, count = long + share * len(group.cells), count + len(group.cells)
    return long > _SHARE * count


@dataclass(frozen=True, kw_only=True, eq=False)
class _Aggregates:
    """Nodes ``members[starts[k] : starts[k + 1]]`` of each aggregate, and the motions ``basis`` (n, w, 6) of its nodes."""

    group: Ints
    starts: Ints
    members: Ints
    basis: Floats
    crew: Crew

    @property
    def count(self) -> int:
        """Number of aggregates."""
        return len(self.starts) - 1

    def up(self, small: Floats, x: Floats) -> None:
        """Add the motions ``small`` of the aggregates to x."""
        from tubewall.fem.compiled_rigid import prolong

        self.crew.run(prolong, len(self.group), self.group, self.basis, small, x, least=2000)

    def down(self, right: Floats) -> Floats:
        """The forces on the aggregates' motions."""
        from tubewall.fem.compiled_rigid import restrict

        small = np.empty(6 * self.count, dtype=np.float64)
        self.crew.run(restrict, self.count, self.starts, self.members, self.basis, right, small, least=500)
        return small

    def level(
        self,
        indptr: Ints,
        indices: NDArray[np.int32],
        data: Callable[[int, int], NDArray[Any]],
        parts: int = 1,
        own: OwnBlocks | None = None,
    ) -> WideMatrix:
        """The matrix of the aggregates' motions; ``data`` gives the blocks of rows of the nodes' one, in so many parts.

        ``own`` takes what of them lies within aggregates.
        """
        from tubewall.fem.compiled_rigid import coarse_blocks, coarse_rows

        lengths, nothing = np.zeros(self.count, dtype=np.int64), np.empty(0, dtype=np.int32)
        fine = (self.starts, self.members, self.group, indptr, indices)
        self.crew.run(coarse_rows, self.count, *fine, lengths, lengths, nothing, least=500)
        at = np.concatenate(([0], np.cumsum(lengths)))
        coarse = np.empty(int(at[-1]), dtype=np.int32)
        self.crew.run(coarse_rows, self.count, *fine, lengths, at, coarse, least=500)
        blocks = np.zeros((len(coarse), 36))
        nodes = len(self.group)
        for k in range(parts):
            first, last = nodes * k // parts, nodes * (k + 1) // parts
            members = first + np.argsort(self.group[first:last], kind="stable")
            starts = np.searchsorted(self.group[members], np.arange(self.count + 1))
            begin, end = int(indptr[first]), int(indptr[last])
            rows = (indptr - begin, indices[begin:end], data(first, last))
            mine = (starts, members, self.group, *rows, self.basis, at, coarse, blocks)
            self.crew.run(coarse_blocks, self.count, *mine, least=100)
            if own is not None:
                own.take(starts, members, *rows)
        # a motion that an aggregate does not have
        diagonal = np.flatnonzero(coarse == np.repeat(np.arange(self.count), lengths))
        ways = 7 * np.arange(6)
        held = blocks[diagonal][:, ways]
        blocks[diagonal[:, None], ways] = np.where(held > 0, held, 1.0)
        return WideMatrix(indptr=at, indices=coarse, data=blocks, crew=self.crew)


def _aggregated(
    graph: csr_array, points: Floats, modes: Floats, step: int, crew: Crew
) -> tuple[_Aggregates, csr_array, Floats, Floats]:
    """Aggregates, their own conductances, middles and modes; ``step`` is 0 on the nodes, 1 on aggregates."""
    from scipy.sparse import csr_array

    from tubewall.fem.compiled_aggregate import orthonormal_modes
    from tubewall.fem.compiled_rigid import balls

    n, width = modes.shape[:2]
    row, weight, most = _weights(graph, points)
    strong = weight >= _STRONG[step] * np.sqrt(most[row] * most[graph.indices])
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row[strong], minlength=n))))
    group = np.full(n, -1, dtype=np.int64)
    count = balls(indptr, graph.indices[strong].astype(np.int32), weight[strong], _HOPS[step], group)
    members = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[members], np.arange(count + 1))
    basis, coarse = np.zeros((n, width, 6)), np.zeros((count, 6, 6))
    crew.run(orthonormal_modes, count, starts, members, modes, width, basis, coarse, least=200)
    sizes = np.diff(starts)
    middles = np.stack([np.bincount(group, x, minlength=count) / sizes for x in points.T], axis=1)
    gather = csr_array((np.ones(n), (np.arange(n), group)), shape=(n, count))
    between = (gather.T @ graph @ gather).tocoo()
    apart = between.row != between.col
    joint = csr_array((between.data[apart], (between.row[apart], between.col[apart])), shape=(count, count))
    aggregates = _Aggregates(group=group, starts=starts, members=members, basis=basis, crew=crew)
    return aggregates, joint, middles, coarse


class _Level:
    """One symmetric cycle on aggregates: relaxation, correction by the next ones, relaxation; within it in single precision.

    Half of the numbers pass by. Rounding leaves what the next relaxation takes away; energies are taken in double precision
    (``_twice``), where it would be as large as the energy of a slender body.
    """

    def __init__(self, matrix: HalfMatrix, inverse: Floats, aggregates: _Aggregates, coarse: Cycle) -> None:
        self._aggregates, self._coarse = aggregates, coarse
        self._matrix = matrix.cast(np.float32)
        self._inverse = inverse.astype(np.float32)
        self._largest = largest_eigenvalue(self._matrix, self._scale, matrix.size, 12, matrix.crew)
        self._work = tuple(np.zeros(matrix.size, dtype=np.float32) for _ in range(3))

    def _scale(self, rest: Singles, out: Singles) -> None:
        out[:] = np.matmul(self._inverse.reshape(-1, 6, 6), rest.reshape(-1, 6, 1)).reshape(-1)

    def _relaxed(self, right: Singles, x: Singles | None) -> Singles:
        from tubewall.fem.compiled_rigid import wide_relax

        def step(base: Singles, image: Singles, *more: Any) -> None:
            self._matrix.crew.run(wide_relax, len(right) // 6, base, image, self._inverse, *more, least=2000)

        return chebyshev(self._matrix, step, self._largest, _DEGREE, right, x, self._work, np.float32)

    def __call__(self, right: Floats) -> Floats:
        single = right.astype(np.float32)
        rest, _, image = self._work
        x = self._relaxed(single, None)
        self._matrix(x, image)
        np.subtract(single, image, out=rest)
        double = x.astype(np.float64)
        self._aggregates.up(self._coarse(self._aggregates.down(rest.astype(np.float64))), double)
        return self._relaxed(single, double.astype(np.float32)).astype(np.float64)


def _twice(matrix: HalfMatrix, cycle: Cycle) -> Cycle:
    """Two steps of flexible conjugate gradients preconditioned by ``cycle``."""
    from tubewall.fem.compiled_vectors import dot

    def steps(right: Floats) -> Floats:
        first = cycle(right)
        image = np.empty_like(right)
        matrix(first, image)
        energy = dot(first, image, matrix.crew)
        if not energy > 0:
            return first
        alpha = dot(first, right, matrix.crew) / energy
        rest = right - alpha * image
        second = cycle(rest)
        second -= dot(second, image, matrix.crew) / energy * first
        matrix(second, image)
        energy = dot(second, image, matrix.crew)
        beta = dot(second, rest, matrix.crew) / energy if energy > 0 else 0.0
        result: Floats = alpha * first + beta * second
        return result

    return steps


def _coarse(matrix: WideMatrix, graph: csr_array, points: Floats, modes: Floats, limit: int) -> Cycle:
    if matrix.size <= limit:
        return matrix.factorised()
    aggregates, joint, middles, coarse_modes = _aggregated(graph, points, modes, 1, matrix.crew)
    if aggregates.count > 0.8 * len(modes):
        return matrix.factorised()
    small = aggregates.level(matrix.indptr, matrix.indices, matrix.rows)
    half, inverse = matrix.half(), matrix.inverse()
    # the whole matrix is not needed from here on
    del matrix
    below = _coarse(small, joint, middles, coarse_modes, _LATER)
    return _twice(half, _Level(half, inverse, aggregates, below))


class ThinLevels:
    """One cycle: relaxation on all nodes, correction by the rigid motions of aggregates, relaxation.

    Parameters
    ----------
    rows : BlockRows
        Of the matrix on all nodes, fixed unknowns kept by their diagonal; never whole.
    product, rough : functions of (u, y)
        Write the product with u into y, in double and in single precision.
    inverse : (6 n,)
        As of ``Relaxation``.
    graph : (n, n)
        From ``conductances``.
    points : (n, 3)
    fixed : (3 n,) bool
    """

    def __init__(
        self,
        rows: BlockRows,
        product: Callable[[Floats, Floats], Any],
        rough: Callable[[Singles, Singles], Any],
        inverse: Singles,
        graph: csr_array,
        points: Floats,
        fixed: NDArray[np.bool_],
        crew: Crew,
    ) -> None:
        modes = rigid_motions(points)
        modes[fixed.reshape(-1, 3)] = 0
        self._aggregates, joint, middles, coarse_modes = _aggregated(graph, points, modes, 0, crew)
        blocks = None
        if room_for(self._aggregates.starts):
            blocks = OwnBlocks(self._aggregates.group, self._aggregates.starts, self._aggregates.members, crew)
        level = [self._aggregates.level(rows.indptr, rows.indices, rows.data, _PARTS, blocks)]
        self._relax: Relaxation | AggregateRelaxation
        if blocks is None:
            largest = largest_eigenvalue(rough, block_scaling(inverse, crew), len(fixed), 12, crew)
            self._relax = Relaxation(product=product, inverse=inverse, largest=largest, degree=2, crew=crew)
        else:
            blocks.invert(fixed)
            self._relax = aggregate_relaxation(product, blocks, 2, crew)
        self._coarse = _coarse(level.pop(), joint, middles, coarse_modes, _FIRST)
        self._fixed, self._product = np.flatnonzero(fixed), product
        self._work = tuple(np.zeros(3 * len(points), dtype=np.float64) for _ in range(3))

    def __call__(self, right: Floats) -> Floats:
        """An approximate solution of stiffness x = right (3 n,), zero at fixed unknowns."""
        rest, step, image = self._work
        x = self._relax(right, None, (rest, step, image))
        self._product(x, image)
        np.subtract(right, image, out=rest)
        rest[self._fixed] = 0
        self._aggregates.up(self._coarse(self._aggregates.down(rest)), x)
        return self._relax(right, x, (rest, step, image))
