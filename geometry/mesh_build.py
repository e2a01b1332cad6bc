"""From what a file says to a mesh of a solid: regions, boundaries, edges and points by their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.mesh_double import without_double
from tubewall.geometry.mesh_orientation import turned_right
from tubewall.geometry.mesh_sides import covered_sides, named_edges, named_sides
from tubewall.geometry.raw_mesh import RawMesh, corners, dimension
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.serendipity import COMPLETE, completed
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.units import show, show_point

# how far points may lie beside the plane of a plane mesh, over its size
_FLAT = 1e-9
# farther away no node is, whatever the unit: its square is no number
_FARTHEST = 1e100
# how many names an error lists
_SHOWN = 6


def solid_mesh(raw: RawMesh, *, regions: Collection[str] = ()) -> SolidMesh:
    """The mesh of a solid that a file holds, its points in m.

    Cells of the highest dimension are the solid; those below only carry names. Nodes of no cell are dropped, cells that
    are counted the other way as a whole are turned, serendipity cells made complete. Where groups of cells overlap those of
    ``regions`` are the regions when they hold every cell once; otherwise the small ones are, and unions of them are left out.

    Raises
    ------
    InputError
        When there are no cells of a solid, a plane mesh is tilted, cells are there twice, a cell lies in no region or in
        two, or a named facet is no side of a cell.
    """
    filled = [(number, block) for number, block in enumerate(raw.blocks) if len(block.cells)]
    top = max((dimension(block.kind) for _, block in filled), default=0)
    if top < 2:
        raise InputError("there are no triangles, quadrilaterals, tetrahedra, hexahedra or wedges in it")
    solid = [(number, block) for number, block in filled if dimension(block.kind) == top]
    _check_kinds([block.kind for _, block in solid])
    _check_nodes(raw, solid)
    starts = np.cumsum([0, *(len(block.cells) for block in raw.blocks)])
    points, blocks, element, node = _body(raw, solid, starts, top)
    named = {(dim, name): rows for (dim, name), rows in raw.groups.items() if len(rows)}
    boundaries = {name: _vertices(raw, starts, rows, node) for (dim, name), rows in named.items() if dim == top - 1}
    lines = {name: _vertices(raw, starts, rows, node) for (dim, name), rows in named.items() if dim == 1 and top == 3}
    solids = {name: np.unique(element[rows]) for (dim, name), rows in named.items() if dim == top}
    try:
        found = named_sides(blocks, len(points), boundaries)
    except InputError:
        # the sides of a folded cell are others than were meant: say first that it is folded
        body = {"body": np.arange(sum(len(block.cells) for block in blocks))}
        SolidMesh(points=points, blocks=tuple(blocks), regions=body, boundaries={})
        raise
    sets = _point_sets(raw, starts, named, node)
    return SolidMesh(
        points=points,
        blocks=tuple(blocks),
        regions=_regions(points, blocks, solids, regions),
        boundaries={**covered_sides(blocks, len(points), {n: r for n, r in sets.items() if n not in found}), **found},
        edges=named_edges(blocks, lines),
        nodes=sets,
    )


def _body(
    raw: RawMesh, solid: Sequence[tuple[int, Block]], starts: Ints, top: int
) -> tuple[Floats, list[Block], Ints, Ints]:
    """Points and blocks of the solid; the element that each cell of the file became, and the node that each of its points did.

    Cells and points that are none of the solid have -1.
    """
    points = raw.points[:, :2] if top == 2 and raw.points.shape[1] == 2 else _in_plane(raw, solid, top)
    blocks, element = _merged(solid, starts)
    groups = [rows for (dim, _), rows in raw.groups.items() if dim == top]
    blocks, element = without_double(points, blocks, element, groups)
    points, blocks = completed(points, blocks)
    used = np.zeros(len(points), dtype=bool)
    for block in blocks:
        used[block.cells] = True
    node = np.where(used, np.cumsum(used) - 1, -1)
    points = points[used]
    blocks = [Block(kind=b.kind, cells=node[b.cells]) for b in blocks]
    if np.isfinite(points).all():
        blocks = [Block(kind=b.kind, cells=turned_right(points, b.kind, b.cells)) for b in blocks]
    return points, blocks, element, node


def _point_sets(raw: RawMesh, starts: Ints, named: Mapping[tuple[int, str], Ints], node: Ints) -> dict[str, Ints]:
    """Named sets of nodes, and groups of points, without those of no cell."""
    sets = {name: node[rows] for name, rows in raw.point_sets.items()}
    for (dim, name), rows in named.items():
        if dim == 0:
            sets[name] = np.concatenate([part.ravel() for part in _vertices(raw, starts, rows, node)])
    kept = {name: np.unique(rows[rows >= 0]) for name, rows in sets.items()}
    return {name: rows for name, rows in kept.items() if len(rows)}


def _check_kinds(kinds: Sequence[str]) -> None:
    for kind in kinds:
        if kind not in CELLS and kind not in COMPLETE:
            raise InputError(
                f"cells of the kind {kind!r} cannot be solved on: mesh with triangles, quadrilaterals, tetrahedra, "
                "hexahedra or wedges of first or second order"
            )


def _check_nodes(raw: RawMesh, solid: Sequence[tuple[int, Block]]) -> None:
    for _, block in solid:
        if block.cells.min() < 0 or block.cells.max() >= len(raw.points):
            raise InputError(f"a {block.kind} cell names a node that is not there: it has {len(raw.points)} nodes")
    far = float(np.nanmax(np.abs(raw.points), initial=0.0))
    if far > _FARTHEST:
        raise InputError(f"a node lies {far:.3g} m away: the file is damaged")


def _in_plane(raw: RawMesh, solid: Sequence[tuple[int, Block]], top: int) -> Floats:
    """The points of a mesh in space, or those of a plane mesh without their constant third coordinate."""
    if top == 3:
        if raw.points.shape[1] != 3:
            raise InputError("its cells lie in space, but its points have two coordinates")
        return raw.points
    used = np.unique(np.concatenate([block.cells.ravel() for _, block in solid]))
    height = raw.points[used, 2]
    reach = np.ptp(raw.points[used], axis=0)
    if np.isfinite(height).all() and np.ptp(height) > _FLAT * float(np.linalg.norm(reach)):
        raise InputError(
            "a plane mesh lies at one z, but "
            f"its z runs from {show(height.min(), 'm')} to {show(height.max(), 'm')}: turn it into the "
            "plane of x and y, or mesh the volume (surfaces in space are no solids)"
        )
    return raw.points[:, :2]


def _merged(solid: Sequence[tuple[int, Block]], starts: Ints) -> tuple[list[Block], Ints]:
    """One block a kind, and the element that each cell of the file became (-1 for the others)."""
    element = np.full(starts[-1], -1, dtype=np.int64)
    kinds = list(dict.fromkeys(block.kind for _, block in solid))
    blocks, count = [], 0
    for kind in kinds:
        cells = []
        for number, block in solid:
            if block.kind == kind:
                cells.append(block.cells)
                element[starts[number] : starts[number + 1]] = np.arange(count, count + len(block.cells))
                count += len(block.cells)
        blocks.append(Block(kind=kind, cells=np.concatenate(cells)))
    return blocks, element


def _regions(
    points: Floats, blocks: Sequence[Block], named: Mapping[str, Ints], wanted: Collection[str]
) -> dict[str, Ints]:
    """Every element in one region; a name that stands for several regions together is left out, or is one where wanted."""
    count = sum(len(block.cells) for block in blocks)
    if not named:
        return {"body": np.arange(count)}
    asked = {name: part for name, part in named.items() if name in wanted}
    if asked and np.array_equal(np.sort(np.concatenate(list(asked.values()))), np.arange(count)):
        return asked
    owner = np.full(count, -1, dtype=np.int64)
    names = sorted(named, key=lambda name: len(named[name]))
    for number, name in enumerate(names):
        part = named[name]
        taken = owner[part] >= 0
        if taken.all():
            continue
        if taken.any():
            other = names[int(owner[part][taken][0])]
            raise InputError(
                f"regions {other!r} and {name!r} share {int(taken.sum())} cells: give each cell one region"
            )
        owner[part] = number
    free = np.flatnonzero(owner < 0)
    if len(free):
        listed = ", ".join(repr(name) for name in list(named)[:_SHOWN])
        raise InputError(
            f"{len(free)} cells lie in no named region (there are {listed}), the first is cell {free[0]} at "
            f"{show_point(_centre(points, blocks, int(free[0])))}: name every cell, or none"
        )
    return {name: np.sort(named[name]) for name in named if owner[named[name][0]] == names.index(name)}


def _centre(points: Floats, blocks: Sequence[Block], element: int) -> list[float]:
    for block in blocks:
        if element < len(block.cells):
            centre: list[float] = points[block.cells[element, : corners(block.kind)]].mean(axis=0).tolist()
            return centre
        element -= len(block.cells)
    raise IndexError(element)


def _vertices(raw: RawMesh, starts: Ints, rows: Ints, node: Ints) -> list[Ints]:
    """Vertices (k, v) of the cells at ``rows``, block by block, as nodes of the mesh (-1 for none of it)."""
    result = []
    for number, block in enumerate(raw.blocks):
        inside = rows[(rows >= starts[number]) & (rows < starts[number + 1])] - starts[number]
        if len(inside):
            vertices = block.cells[inside, : corners(block.kind)]
            known = (vertices >= 0) & (vertices < len(raw.points))
            result.append(np.where(known, node[np.where(known, vertices, 0)], -1))
    return result
