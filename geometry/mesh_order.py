"""From first to second order: new nodes at the middles of edges, faces and cells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.mesh import NamedMesh
from tubewall.geometry.numbering import numbered_faces, numbered_pairs, pair_keys
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import Block, SolidMesh


def raised(mesh: SolidMesh) -> SolidMesh:
    """The mesh of second order with straight edges; the old nodes keep their numbers, the new ones follow."""
    if mesh.order == 2:
        return mesh
    n = len(mesh.points)
    cells = [CELLS[CELLS[block.kind].second] for block in mesh.blocks]
    edges = [
        block.cells[:, edge]
        for block, cell in zip(mesh.blocks, cells, strict=True)
        for edge in cell.edges[:, :2].tolist()
    ]
    pairs = np.concatenate(edges)
    keys, first, which = numbered_pairs(pairs, n)
    points = [mesh.points, mesh.points[pairs[first]].mean(axis=1)]
    added = _split(n + which, [len(part) for part in edges])
    columns = {number: [next(added) for _ in cell.edges] for number, cell in enumerate(cells)}
    _add_faces(mesh, points, columns)
    _add_centres(mesh, points, columns)
    return SolidMesh(
        points=np.concatenate(points),
        blocks=tuple(
            Block(kind=cell.kind, cells=np.column_stack((block.cells, *columns[number])))
            for number, (block, cell) in enumerate(zip(mesh.blocks, cells, strict=True))
        ),
        regions=mesh.regions,
        boundaries=mesh.boundaries,
        edges={name: _with_middles(name, lines, keys, n) for name, lines in mesh.edges.items()},
        nodes=mesh.nodes,
    )


def _with_middles(name: str, lines: Ints, keys: Ints, nodes: int) -> Ints:
    asked = pair_keys(lines, nodes)
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    if (keys[at] != asked).any():
        raise InputError(f"lines of {name!r} are no edges of cells of the mesh")
    return np.column_stack((lines, nodes + at))


def _split(values: Ints, lengths: list[int]) -> Iterator[Ints]:
    return iter(np.split(values, np.cumsum(lengths)[:-1]))


def _add_faces(mesh: SolidMesh, points: list[Floats], columns: dict[int, list[Ints]]) -> None:
    """Nodes at the centres of faces of four corners, one for the cells on either side; of plane cells one each."""
    loops = [
        (number, block.cells[:, list(loop)])
        for number, block in enumerate(mesh.blocks)
        for loop in CELLS[CELLS[block.kind].second].faces.values()
        if len(loop) == 4
    ]
    if not loops:
        return
    corners = np.concatenate([part for _, part in loops])
    first, which = numbered_faces(corners, len(mesh.points))
    start = sum(len(part) for part in points)
    points.append(mesh.points[corners[first]].mean(axis=1))
    for (number, _), part in zip(loops, _split(start + which, [len(part) for _, part in loops]), strict=True):
        columns[number].append(part)


def _add_centres(mesh: SolidMesh, points: list[Floats], columns: dict[int, list[Ints]]) -> None:
    """Nodes at the centres of hexahedra."""
    for number, block in enumerate(mesh.blocks):
        if block.kind == "hexahedron":
            start = sum(len(part) for part in points)
            columns[number].append(np.arange(start, start + len(block.cells)))
            points.append(mesh.points[block.cells].mean(axis=1))


def of_named(mesh: NamedMesh) -> SolidMesh:
    """A ``NamedMesh`` of six-node triangles as a ``SolidMesh``."""
    n = len(mesh.points)
    corners = np.sort(np.stack([mesh.cells[:, list(side)] for side in ((0, 1), (1, 2), (2, 0))]), axis=2)
    keys = (corners[..., 0] * n + corners[..., 1]).ravel()
    order = np.argsort(keys, kind="stable")
    cells = len(mesh.cells)

    def sides(facets: Ints) -> Ints:
        ends = np.sort(facets[:, :2], axis=1)
        wanted = ends[:, 0] * n + ends[:, 1]
        low = np.searchsorted(keys[order], wanted, side="left")
        high = np.searchsorted(keys[order], wanted, side="right")
        found = np.concatenate([order[a:b] for a, b in zip(low, high, strict=True)])
        return np.column_stack((found % cells, found // cells))

    return SolidMesh(
        points=mesh.points,
        blocks=(Block(kind="triangle6", cells=mesh.cells),),
        regions=mesh.regions,
        boundaries={name: sides(facets) for name, facets in mesh.boundaries.items()},
    )
