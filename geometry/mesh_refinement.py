"""Finer meshes: every cell cut into 2^dim, or the marked ones, with names and curves kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.geometry.numbering import numbered_faces, numbered_pairs, pair_keys
from tubewall.geometry.reference_cells import CELLS, Floats, Ints, lagrange
from tubewall.geometry.refinement_bisection import bisected
from tubewall.geometry.refinement_patterns import Children, all_children
from tubewall.geometry.solid_mesh import Block, SolidMesh

# nodes placed together
_CHUNK = 100_000
# reference coordinates of new nodes are whole multiples of this
_GRID = 1 / 16


def refined(
    mesh: SolidMesh, elements: ArrayLike | None = None, *, measure: Floats | None = None
) -> tuple[SolidMesh, Ints]:
    """Cut cells into smaller ones; the mesh stays conforming.

    Children of curved cells lie on the curves of their parents, their new nodes where the parent's own map puts them.
    Nodes keep their numbers; regions, boundaries, edges and points keep their names.

    Parameters
    ----------
    mesh : SolidMesh
    elements : (k,) int or (elements,) bool, optional
        The cells to cut; their neighbours are cut as far as conformity needs. All cells unless given, and also where the
        mesh is not of triangles or tetrahedra alone.
    measure : (elements, 3 or 6), optional
        Of every edge 0-1, 0-2, ... of triangles or tetrahedra, instead of its length: marked cells are cut along the edges that
        have a quarter of their largest and more, and the others give way at the edge that has most.

    Returns
    -------
    SolidMesh
    parent : (new elements,)
        The old element that each new one lies in.

    Raises
    ------
    InputError
        When an element to cut does not exist.
    """
    marked = _marked(mesh, elements)
    kinds = {CELLS[block.kind].first for block in mesh.blocks}
    full = mesh.raised()
    if len(marked) == mesh.elements or len(kinds) > 1 or not kinds <= {"triangle", "tetra"}:
        firsts = [(CELLS[block.kind].first, block.cells[:, : CELLS[block.kind].vertices]) for block in mesh.blocks]
        children = [all_children(kind, mesh.points[cells]) for kind, cells in firsts]
        cells = [block.cells for block in full.blocks]
    else:
        (kind,) = kinds
        together = np.concatenate([block.cells for block in full.blocks])
        children = [bisected(kind, mesh.points, together[:, : CELLS[kind].vertices], marked, measure)]
        cells = [together]
    starts = np.cumsum([0, *(len(part) for part in cells)])
    parent = np.concatenate([start + part.parent for start, part in zip(starts[:-1], children, strict=True)])
    new = _Finer(full, cells, children, mesh.order)
    region = mesh.region_index[parent]
    result = SolidMesh(
        points=new.points,
        blocks=new.blocks,
        regions={name: np.flatnonzero(region == number) for number, name in enumerate(mesh.regions)},
        boundaries={name: _boundary(pairs, parent, children) for name, pairs in mesh.boundaries.items()},
        edges={name: new.lines(part) for name, part in full.edges.items()},
        nodes=mesh.nodes,
    )
    return result, parent


def _marked(mesh: SolidMesh, elements: ArrayLike | None) -> Ints:
    if elements is None:
        return np.arange(mesh.elements)
    given = np.asarray(elements)
    if given.dtype == bool and given.shape == (mesh.elements,):
        return np.flatnonzero(given)
    if given.size and given.dtype.kind not in "iu":
        raise InputError(f"elements to refine are numbers of elements or one flag each, got {given.dtype}")
    marked = np.unique(given).astype(np.int64)
    if len(marked) and (marked[0] < 0 or marked[-1] >= mesh.elements):
        raise InputError(
            f"elements to refine must lie between 0 and {mesh.elements - 1}, got {marked[0]} .. {marked[-1]}"
        )
    return marked


def _boundary(pairs: Ints, parent: Ints, children: Sequence[Children]) -> Ints:
    """Sides of children that lie on the sides ``pairs`` of their parents."""
    width = 1 + max(int(part.owner.max()) for part in children)
    wanted = np.zeros((int(parent.max()) + 1) * width, dtype=bool)
    wanted[pairs[:, 0] * width + pairs[:, 1]] = True
    result, start = [], 0
    for part in children:
        mother = parent[start : start + len(part.parent), None]
        hit = (part.owner >= 0) & wanted[mother * width + np.maximum(part.owner, 0)]
        element, side = np.nonzero(hit)
        result.append(np.column_stack((start + element, side)))
        start += len(part.parent)
    return np.concatenate(result)


class _Finer:
    """Nodes and cells of the finer mesh, from the second-order parents and their children."""

    def __init__(self, full: SolidMesh, cells: Sequence[Ints], children: Sequence[Children], order: int) -> None:
        corners = [
            np.take_along_axis(c[part.parent], part.local, axis=1) for c, part in zip(cells, children, strict=True)
        ]
        count = len(full.points)
        split = np.zeros(count, dtype=bool)
        for rows in corners:
            split[rows] = True
        self._split = split
        if order == 1:
            self._node = np.where(split, np.cumsum(split) - 1, -1)
            self.points = full.points[split]
            self.blocks = tuple(
                Block(kind=part.kind, cells=self._node[rows]) for part, rows in zip(children, corners, strict=True)
            )
            self._keys, self._first = np.zeros(0, dtype=np.int64), count
            return
        self._node = np.arange(count)
        self._full, self._cells, self._children, self._count = full, cells, children, count
        self._added: list[Floats] = [full.points]
        columns = [[np.zeros(0, dtype=np.int64)] * len(CELLS[CELLS[part.kind].second].nodes) for part in children]
        self._edges(corners, columns)
        self._faces(corners, columns)
        self.points = np.concatenate(self._added)
        blocks = []
        for part, rows, column in zip(children, corners, columns, strict=True):
            blocks.append(Block(kind=CELLS[part.kind].second, cells=np.column_stack((rows, *column[rows.shape[1] :]))))
        self.blocks = tuple(blocks)

    def lines(self, lines: Ints) -> Ints:
        """Named lines (end, end, middle) of the parents as lines of the children."""
        cut = self._split[lines[:, 2]]
        a, b, middle = lines[cut].T
        halves = np.concatenate((np.column_stack((a, middle)), np.column_stack((middle, b))))
        if len(self._keys) == 0:
            straight: Ints = self._node[np.concatenate((lines[~cut, :2], halves))]
            return straight
        at = self._first + np.searchsorted(self._keys, pair_keys(halves, self._count))
        return np.concatenate((lines[~cut], np.column_stack((halves, at))))

    def _edges(self, corners: Sequence[Ints], columns: Sequence[list[Ints]]) -> None:
        """Nodes at the middles of edges: old ones on edges that stayed whole, new ones on the others."""
        fresh, pairs, origin = [], [], []
        for number, (part, rows, column) in enumerate(zip(self._children, corners, columns, strict=True)):
            cell = CELLS[CELLS[part.kind].second]
            middle = np.zeros((cell.vertices, cell.vertices), dtype=np.int64)
            for a, b, m in cell.edges.tolist():
                middle[a, b] = middle[b, a] = m
            for a, b, m in cell.edges.tolist():
                whole = (part.local[:, a] < cell.vertices) & (part.local[:, b] < cell.vertices)
                node = np.full(len(rows), -1, dtype=np.int64)
                held = middle[part.local[whole, a], part.local[whole, b]]
                node[whole] = self._cells[number][part.parent[whole], held]
                column[m] = node
                child = np.flatnonzero(~whole)
                fresh.append((number, m, child))
                pairs.append(rows[child][:, [a, b]])
                origin.append((number, (a, b), child))
        together = np.concatenate(pairs)
        self._keys, first, which = numbered_pairs(together, self._count)
        self._first = self._place(origin, first)
        self._fill(columns, fresh, self._first + which)

    def _faces(self, corners: Sequence[Ints], columns: Sequence[list[Ints]]) -> None:
        """Nodes at the centres of faces with four corners, shared by both cells, and of hexahedra."""
        for size in (4, 8):
            fresh, faces, origin = [], [], []
            for number, (part, rows) in enumerate(zip(self._children, corners, strict=True)):
                every = np.arange(len(rows))
                for node, loop in CELLS[CELLS[part.kind].second].faces.items():
                    if len(loop) == size:
                        fresh.append((number, node, every))
                        faces.append(rows[:, list(loop)])
                        origin.append((number, loop, every))
            if not faces:
                continue
            together = np.concatenate(faces)
            if size == 4:
                first, which = numbered_faces(together, self._count)
            else:
                first = which = np.arange(len(together))
            start = self._place(origin, first)
            self._fill(columns, fresh, start + which)

    def _fill(self, columns: Sequence[list[Ints]], fresh: Sequence[tuple[int, int, Ints]], nodes: Ints) -> None:
        start = 0
        for number, node, child in fresh:
            column = columns[number][node]
            if len(column) == 0:
                column = np.full(len(self._children[number].parent), -1, dtype=np.int64)
            column[child] = nodes[start : start + len(child)]
            columns[number][node] = column
            start += len(child)

    def _place(self, origin: Sequence[tuple[int, tuple[int, ...], Ints]], first: Ints) -> int:
        """Put the nodes whose first rows are ``first`` where the maps of their parents have them; the first new number."""
        start = sum(len(part) for part in self._added)
        places = np.empty((len(first), self._full.dim))
        begin = 0
        for number, group, child in origin:
            chosen = np.flatnonzero((first >= begin) & (first < begin + len(child)))
            part = self._children[number]
            for at in range(0, len(chosen), _CHUNK):
                some = chosen[at : at + _CHUNK]
                mine = child[first[some] - begin]
                places[some] = self._mapped(number, part.parent[mine], part.local[mine][:, list(group)])
            begin += len(child)
        self._added.append(places)
        return start

    def _mapped(self, number: int, rows: Ints, local: Ints) -> Floats:
        """The parent's map at the mean of its nodes ``local`` (q, g), for parents ``rows`` (q,)."""
        cell = CELLS[CELLS[self._children[number].kind].second]
        at = cell.nodes[local].mean(axis=1)
        # children of many parents lie alike: the shape functions are computed once for each way
        code = np.rint(at / _GRID).astype(np.int64) @ (64 ** np.arange(cell.dim))
        _, first, which = np.unique(code, return_index=True, return_inverse=True)
        values = lagrange(cell.kind, at[first])[0][np.asarray(which).ravel()]
        result: Floats = np.einsum("qk,qkd->qd", values, self._full.points[self._cells[number][rows]])
        return result
