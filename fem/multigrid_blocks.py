"""Stiffness matrices in rows of 3 x 3 blocks, one per pair of neighbouring nodes, assembled row by row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.compiled import Crew, Kernel
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.multigrid_groups import Group, sorted_groups
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from scipy.sparse import bsr_array, csc_array


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockMatrix:
    """A square matrix of 3 x 3 blocks: ``indptr`` (n + 1,), ``indices`` (b,) ascending in each row, ``data`` (b, 9)."""

    indptr: Ints
    indices: NDArray[np.int32]
    data: NDArray[Any]

    @property
    def nodes(self) -> int:
        """Number of rows of blocks."""
        return len(self.indptr) - 1

    def to_bsr(self) -> bsr_array:
        """The matrix as SciPy holds it; the numbers are shared."""
        from scipy.sparse import bsr_array

        size = 3 * self.nodes
        return bsr_array((self.data.reshape(-1, 3, 3), self.indices, self.indptr), shape=(size, size))

    def to_csc(self) -> csc_array:
        """The matrix column by column, for a factorisation."""
        return self.to_bsr().tocsc()

    def multiply(self, x: NDArray[Any], y: NDArray[Any], crew: Crew) -> NDArray[Any]:
        """Write the product with ``x`` (3 n,) into ``y`` and return it."""
        from tubewall.fem.compiled_rows import block_product

        crew.run(block_product, self.nodes, self.indptr, self.indices, self.data, x, y, least=1000)
        return y


def assemble_blocks(
    points: Floats,
    blocks: Sequence[tuple[str, Ints]],
    stiffness: Floats | Sequence[Floats],
    region_index: Ints | None = None,
    *,
    dtype: type[np.floating[Any]] = np.float64,
    fixed: NDArray[np.bool_] | None = None,
    threads: int | None = None,
) -> BlockMatrix:
    """The stiffness matrix of a solid.

    Parameters
    ----------
    points : (n, 3)
        Nodes [m].
    blocks : sequence of (kind, cells (m, k))
    stiffness, region_index
        As in ``law_table``.
    dtype : float32 or float64
        Of the entries; elements are always integrated in double precision.
    fixed : (3 n,) bool, optional
        Unknowns whose rows and columns keep only their diagonal.
    threads : int, optional

    Raises
    ------
    InputError
        For unknown kinds, inverted elements and nodes without one.
    """
    constants, laws = law_table(blocks, stiffness, region_index)
    groups = sorted_groups(points, blocks, laws)
    with Crew(threads) as crew:
        return assemble_groups(points, groups, [group.cells for group in groups], constants, dtype, fixed, crew)


def law_table(
    blocks: Sequence[tuple[str, Ints]], stiffness: Floats | Sequence[Floats], region_index: Ints | None
) -> tuple[Floats, list[Ints]]:
    """The different stiffnesses (laws, 6, 6), and which of them each element, or each point of it, has, (m, 1 or q) a block.

    Parameters
    ----------
    stiffness : (R, 6, 6), or one array (m, 6, 6) or (m, q, 6, 6) for each block
        By region; or by element, or by point of the rule of ``RULE_ORDER`` [Pa].
    region_index : (elements,) int or None
        Region of each element, through the blocks in order; None with arrays for each block.
    """
    if region_index is not None:
        constants = np.asarray(stiffness, dtype=np.float64)
        ends = np.cumsum([0, *(len(cells) for _, cells in blocks)])
        if len(region_index) != ends[-1]:
            raise InputError(f"{len(region_index)} regions are given for {ends[-1]} elements")
        index = np.asarray(region_index, dtype=np.int64)[:, None]
        return constants, [index[a:b] for a, b in itertools.pairwise(ends)]
    tables, shapes = [], []
    for (kind, cells), given in zip(blocks, stiffness, strict=True):
        values = np.asarray(given, dtype=np.float64)
        if values.shape[0] != len(cells):
            raise InputError(f"{values.shape[0]} stiffnesses are given for {len(cells)} elements of kind {kind}")
        tables.append(values.reshape(-1, 36))
        shapes.append((len(cells), tables[-1].shape[0] // max(len(cells), 1)))
    flat = np.concatenate(tables)
    # equal stiffnesses become one: kernels are fastest with few of them
    key = flat @ np.random.default_rng(7).random(36)
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    if not np.array_equal(flat[first][which], flat):
        first = which = np.arange(len(flat))
    parts = np.split(which, np.cumsum([m * q for m, q in shapes])[:-1])
    laws = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    return flat[first].reshape(-1, 6, 6), laws


def assemble_groups(
    points: Floats,
    groups: Sequence[Group],
    cells: Sequence[NDArray[np.int32]],
    constants: Floats,
    dtype: type[np.floating[Any]],
    fixed: NDArray[np.bool_] | None,
    crew: Crew,
) -> BlockMatrix:
    """The matrix on the functions of ``cells``: those of the groups' own kinds, or the first-order ones at the vertices."""
    rows = BlockRows(points, groups, cells, constants, dtype, fixed, crew)
    return BlockMatrix(indptr=rows.indptr, indices=rows.indices, data=rows.data(0, rows.nodes))


class BlockRows:
    """The matrix of ``assemble_groups``, its graph at once and its numbers for as many rows at a time as one wants."""

    def __init__(
        self,
        points: Floats,
        groups: Sequence[Group],
        cells: Sequence[NDArray[np.int32]],
        constants: Floats,
        dtype: type[np.floating[Any]],
        fixed: NDArray[np.bool_] | None,
        crew: Crew,
    ) -> None:
        self.nodes = int(max(part.max() for part in cells)) + 1
        self._starts, self._incidence = _incidence(cells, self.nodes)
        self.indptr, self.indices = _graph(cells, self.nodes, self._starts, self._incidence, crew)
        self._parts = [
            (part, *_rule_of(group, part, points, crew), group.laws) for group, part in zip(groups, cells, strict=True)
        ]
        self._constants, self._dtype, self._fixed, self._crew = constants, dtype, fixed, crew

    def data(self, first: int, last: int) -> NDArray[Any]:
        """The blocks (b, 9) of the rows ``first`` to ``last``."""
        from tubewall.fem.compiled_rows import fill_rows, hold_rows

        begin, end = int(self.indptr[first]), int(self.indptr[last])
        indptr, indices = self.indptr - begin, self.indices[begin:end]
        data = np.zeros((end - begin, 9), dtype=self._dtype)

        def shifted(kernel: Kernel) -> Kernel:
            return lambda a, b, *arguments: kernel(first + a, first + b, *arguments)

        for number, (part, table, weights, jacobians, laws) in enumerate(self._parts):
            common = (number, part, self._starts, self._incidence, indptr, indices, data, self.nodes)
            more = (table, weights, jacobians, laws, self._constants)
            self._crew.run(shifted(fill_rows), last - first, *common, *more, least=500)
        if self._fixed is not None:
            self._crew.run(shifted(hold_rows), last - first, indptr, indices, data, self._fixed, least=2000)
        return data


def _rule_of(group: Group, part: NDArray[np.int32], points: Floats, crew: Crew) -> tuple[Floats, Floats, Floats]:
    """Gradients of the functions at the rule's points, weights, and Jacobians of the group's own geometry."""
    from tubewall.fem.compiled_element import element_jacobians

    table, weights, geometry = group.table, group.weights, group.table
    if part.shape[1] != group.cells.shape[1]:
        first = CELLS[group.kind].first
        if group.straight:
            # linear functions on a straight tetrahedron have constant gradients
            weights = np.array([weights.sum()])
            table = shape_table(first, np.full((1, 3), 0.25))[1]
        else:
            local, weights = rule(group.kind, _order(group))
            table = shape_table(first, local)[1]
    geometry = geometry[:1] if group.affine else geometry
    jacobians = np.empty((len(part), len(geometry), 10))
    crew.run(element_jacobians, len(part), points, group.cells, np.ascontiguousarray(geometry), jacobians, least=500)
    return np.ascontiguousarray(table), np.ascontiguousarray(weights), jacobians


def _order(group: Group) -> int:
    from tubewall.fem.multigrid_groups import RULE_ORDER

    return RULE_ORDER[group.kind]


def _incidence(cells: Sequence[NDArray[np.int32]], nodes: int) -> tuple[Ints, NDArray[np.int32]]:
    """For each node the elements that hold it: rows (group, element, local node) from starts[node] on."""
    from tubewall.fem.compiled_rows import count_incidence, list_incidence

    starts = np.zeros(nodes + 1, dtype=np.int64)
    for part in cells:
        count_incidence(part, starts)
    starts = np.cumsum(starts)
    incidence = np.empty((int(starts[-1]), 3), dtype=np.int32)
    fill = starts[:-1].copy()
    for number, part in enumerate(cells):
        list_incidence(part, fill, number, incidence)
    return starts, incidence


def _graph(
    cells: Sequence[NDArray[np.int32]], nodes: int, starts: Ints, incidence: NDArray[np.int32], crew: Crew
) -> tuple[Ints, NDArray[np.int32]]:
    """Neighbours of each node, itself among them, ascending: indices[indptr[i] : indptr[i + 1]]."""
    from tubewall.fem.compiled_rows import compact_rows, join_rows

    room = np.zeros(nodes, dtype=np.int32)
    nothing, nowhere = np.empty(0, dtype=np.int32), np.zeros(nodes, dtype=np.int64)
    for number, part in enumerate(cells):
        crew.run(join_rows, nodes, number, part, starts, incidence, nodes, room, nothing, nowhere, least=2000)
    at = np.concatenate(([0], np.cumsum(room, dtype=np.int64)))
    loose, lengths = np.empty(int(at[-1]), dtype=np.int32), np.zeros(nodes, dtype=np.int32)
    for number, part in enumerate(cells):
        crew.run(join_rows, nodes, number, part, starts, incidence, nodes, lengths, loose, at, least=2000)
    indptr = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    indices = np.empty(int(indptr[-1]), dtype=np.int32)
    crew.run(compact_rows, nodes, lengths, loose, at, indptr, indices, least=2000)
    return indptr, indices
