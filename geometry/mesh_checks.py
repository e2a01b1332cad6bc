"""What must be true of a mesh before anything is computed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.reference_cells import CELLS, Floats, Ints, lagrange
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

# elements looked at together
_CHUNK = 4_000
# cells whose Jacobian falls below this, over its largest, are looked at more closely, in so many steps along an edge
_DOUBT, _STEPS = 0.25, 8
# a cell whose Jacobian is smaller, over the power of its longest side, has no volume to speak of
_NO_VOLUME = 1e-12
# a straight cell whose Jacobian falls below this at a vertex, over its largest, has a side or an angle less
_DEGENERATE = 1e-9
# farther away [m] no solid is: their volumes could not be computed
_FARTHEST = 1e30


def check_mesh(mesh: SolidMesh) -> None:
    """Refuse a mesh that is not finite, folded, or whose names do not fit.

    Raises
    ------
    InputError
        With the first node, element or name that is wrong.
    """
    _check_points(mesh)
    _check_blocks(mesh)
    _check_names(mesh)
    _check_regions(mesh)
    for name, pairs in mesh.boundaries.items():
        _check_boundary(mesh, name, pairs)
    for name, rows in (*mesh.edges.items(), *mesh.nodes.items()):
        if rows.size and (rows.min() < 0 or rows.max() >= len(mesh.points)):
            raise InputError(f"{name!r} names nodes {rows.min()} .. {rows.max()}, but there are {len(mesh.points)}")
    check_jacobians(mesh)


def _check_points(mesh: SolidMesh) -> None:
    points = mesh.points
    if points.ndim != 2 or points.shape[1] not in (2, 3) or len(points) == 0:
        raise InputError(f"the points of a mesh are an array (n, 2) or (n, 3), got shape {points.shape}")
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise InputError(f"the coordinates of node {bad[0]} are not finite: {points[bad[0]].tolist()}")
    far = float(np.abs(points).max())
    if far > _FARTHEST:
        raise InputError(f"a node lies {far:.3g} m away: the file is damaged, or the unit of length wrong")


def _check_blocks(mesh: SolidMesh) -> None:
    if not mesh.blocks or not any(len(block.cells) for block in mesh.blocks):
        raise InputError("the mesh has no cells")
    for block in mesh.blocks:
        if block.kind not in CELLS:
            raise InputError(f"cells of the kind {block.kind!r} cannot be solved on: there are {', '.join(CELLS)}")
        cell = CELLS[block.kind]
        if cell.dim != mesh.dim:
            raise InputError(f"{block.kind} cells lie in {cell.dim} dimensions, the points have {mesh.dim}")
        if block.cells.ndim != 2 or block.cells.shape[1] != len(cell.nodes):
            raise InputError(
                f"{block.kind} cells have {len(cell.nodes)} nodes, got an array of shape {block.cells.shape}"
            )
        if block.cells.size and (block.cells.min() < 0 or block.cells.max() >= len(mesh.points)):
            raise InputError(f"a {block.kind} cell names a node outside 0 .. {len(mesh.points) - 1}")
        _check_distinct(block.kind, block.cells)
    if len({CELLS[block.kind].order for block in mesh.blocks}) > 1:
        raise InputError("the mesh mixes cells of first and second order: give one order")
    used = np.zeros(len(mesh.points), dtype=bool)
    for block in mesh.blocks:
        used[block.cells] = True
    idle = np.flatnonzero(~used)
    if len(idle):
        raise InputError(f"{len(idle)} nodes belong to no cell, the first is node {idle[0]}")


def _check_distinct(kind: str, cells: Ints) -> None:
    """Refuse cells that name one node twice, as some programs write a triangle as a quadrilateral."""
    same = np.zeros(len(cells), dtype=bool)
    for one in range(CELLS[kind].vertices):
        for other in range(one):
            same |= cells[:, one] == cells[:, other]
    bad = np.flatnonzero(same)
    if len(bad):
        raise InputError(
            f"{len(bad)} {kind} cells are degenerate, the first is cell {bad[0]}, which names one node twice: mesh with cells "
            "that have all their nodes"
        )


def _check_names(mesh: SolidMesh) -> None:
    groups = {"region": mesh.regions, "boundary": mesh.boundaries, "edge": mesh.edges, "point": mesh.nodes}
    for kind, names in groups.items():
        for name in names:
            if not name.strip() or not name.isprintable():
                raise InputError(f"a {kind} of the mesh has the name {name!r}: give it a printable one")


def _check_regions(mesh: SolidMesh) -> None:
    count = np.zeros(mesh.elements, dtype=np.int64)
    for name, part in mesh.regions.items():
        if len(part) == 0:
            raise InputError(f"region {name!r} has no elements")
        if part.min() < 0 or part.max() >= mesh.elements:
            raise InputError(f"region {name!r} names elements {part.min()} .. {part.max()}, there are {mesh.elements}")
        np.add.at(count, part, 1)
    wrong = np.flatnonzero(count != 1)
    if len(wrong):
        at = show_point(centre_of(mesh, int(wrong[0])))
        raise InputError(
            f"every element must lie in exactly one region; {len(wrong)} do not, the first is element {wrong[0]} at "
            f"{at}, which lies in {count[wrong[0]]}"
        )


def _check_boundary(mesh: SolidMesh, name: str, pairs: Ints) -> None:
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise InputError(f"boundary {name!r} holds rows (element, side), got an array of shape {pairs.shape}")
    if not len(pairs):
        return
    if pairs[:, 0].min() < 0 or pairs[:, 0].max() >= mesh.elements:
        raise InputError(f"boundary {name!r} names an element outside 0 .. {mesh.elements - 1}")
    sides = np.array([len(CELLS[block.kind].facets) for block in mesh.blocks])[mesh.block_of(pairs[:, 0])]
    if np.any((pairs[:, 1] < 0) | (pairs[:, 1] >= sides)):
        raise InputError(f"boundary {name!r} names a side that its element does not have")


def centre_of(mesh: SolidMesh, element: int) -> list[float]:
    """Mean [m] of the vertices of an element."""
    number = int(mesh.block_of(np.array([element]))[0])
    block = mesh.blocks[number]
    row = block.cells[element - mesh.starts[number], : CELLS[block.kind].vertices]
    return [float(f"{x:.6g}") for x in mesh.points[row].mean(axis=0)]


def sampled_jacobians(points: Floats, block_kind: str, cells: Ints, local: Floats | None = None) -> Floats:
    """Determinants (m, s) of the map of cells (m, k) at ``local`` (s, dim), or at their nodes and centre."""
    cell = CELLS[block_kind]
    if local is None:
        local = np.vstack([cell.nodes, cell.nodes[: cell.vertices].mean(axis=0)])
    gradients = lagrange(block_kind, local)[1]
    samples, nodes, dim = gradients.shape
    table = np.ascontiguousarray(gradients.transpose(1, 0, 2)).reshape(nodes, samples * dim)
    result = np.empty((len(cells), samples))
    for start in range(0, len(cells), _CHUNK):
        corners = points[cells[start : start + _CHUNK]]
        # rows of all Jacobians at once, one product a coordinate
        rows = [(corners[:, :, i] @ table).reshape(-1, samples, dim) for i in range(dim)]
        result[start : start + _CHUNK] = _from_rows(rows)
    return result


def _from_rows(rows: list[Floats]) -> Floats:
    if len(rows) == 1:
        return rows[0][..., 0]
    if len(rows) == 2:
        (a, b), (c, d) = (np.moveaxis(row, -1, 0) for row in rows)
        plane: Floats = a * d - b * c
        return plane
    (a, b, c), (d, e, f), (g, h, i) = (np.moveaxis(row, -1, 0) for row in rows)
    solid: Floats = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return solid


def determinant(jacobian: Floats) -> Floats:
    """Determinants of matrices (..., d, d), d = 1, 2 or 3."""
    return _from_rows([jacobian[..., row, :] for row in range(jacobian.shape[-1])])


def _lattice(kind: str) -> Floats:
    """Points (s, dim) all over a reference cell."""
    cell = CELLS[kind]
    steps = np.linspace(0, 1, 1 + _STEPS)
    grid: Floats = np.stack(np.meshgrid(*[steps] * cell.dim, indexing="ij"), axis=-1).reshape(-1, cell.dim)
    if cell.first in ("triangle", "tetra"):
        grid = grid[grid.sum(axis=1) <= 1 + 1e-9]
    elif cell.first == "wedge":
        grid = grid[grid[:, :2].sum(axis=1) <= 1 + 1e-9]
    return grid


def check_jacobians(mesh: SolidMesh) -> None:
    """Refuse folded, inverted and flat elements.

    Raises
    ------
    InputError
        With their number, and the number and place of the first.
    """
    for number, block in enumerate(mesh.blocks):
        straight = CELLS[block.kind].first in ("triangle", "tetra") and CELLS[block.kind].order == 1
        determinants = sampled_jacobians(mesh.points, block.kind, block.cells)
        largest = np.abs(determinants).max(axis=1)
        span = np.ptp(mesh.points[block.cells[:, : CELLS[block.kind].vertices]], axis=1).max(axis=1) ** mesh.dim
        low = determinants[:, 0] if straight else determinants.min(axis=1)
        if not straight:
            # where it nearly vanishes at a node it may change sign beside it
            doubtful = np.flatnonzero((low < _DOUBT * largest) & (low >= -1e-9 * largest))
            fine = _lattice(block.kind)
            for start in range(0, len(doubtful), _CHUNK // 8):
                some = doubtful[start : start + _CHUNK // 8]
                low[some] = sampled_jacobians(mesh.points, block.kind, block.cells[some], fine).min(axis=1)
        # a curved cell may touch zero at a node, as the quarter-point cell of a crack tip does
        least = (-1.0 if CELLS[block.kind].order > 1 else 1.0) * _DEGENERATE
        bad = np.flatnonzero((low < least * largest) | (largest <= _NO_VOLUME * span))
        if len(bad):
            first = int(mesh.starts[number] + bad[0])
            hint = (
                ": cells of second order fold on curves they are too coarse for" if CELLS[block.kind].order > 1 else ""
            )
            raise InputError(
                f"{len(bad)} elements of the mesh are inverted, folded or flat, the first is element {first} "
                f"({block.kind}) at {show_point(centre_of(mesh, first))}{hint}"
            )
