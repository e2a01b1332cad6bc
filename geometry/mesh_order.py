"""From first to second order: new nodes at the middles of edges, faces and cells."""

from __future__ import annotations

import numpy as np

from tubewall.geometry.mesh import NamedMesh
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import Block, SolidMesh


def raised(mesh: SolidMesh) -> SolidMesh:
    """The mesh of second order with straight edges; the old nodes keep their numbers, the new ones follow."""
    if mesh.order == 2:
        return mesh
    groups = [_groups(block) for block in mesh.blocks]
    keys = np.concatenate([key for block in groups for key in block])
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    points = np.vstack([mesh.points, _centres(mesh.points, keys[first])])
    new = len(mesh.points) + np.asarray(which).ravel()
    blocks, start = [], 0
    for block, found in zip(mesh.blocks, groups, strict=True):
        added = []
        for key in found:
            added.append(new[start : start + len(key)])
            start += len(key)
        blocks.append(Block(kind=CELLS[block.kind].second, cells=np.column_stack((block.cells, *added))))
    return SolidMesh(
        points=points,
        blocks=tuple(blocks),
        regions=mesh.regions,
        boundaries=mesh.boundaries,
        edges={name: _with_middles(part, keys[first], len(mesh.points)) for name, part in mesh.edges.items()},
        nodes=mesh.nodes,
    )


def _groups(block: Block) -> list[Ints]:
    """For each new local node the sorted vertices (m, 8) it lies in the middle of, filled up with -1."""
    cell = CELLS[CELLS[block.kind].second]
    loops = [tuple(edge[:2]) for edge in cell.edges.tolist()] + list(cell.faces.values())
    result = []
    for loop in loops:
        key = np.full((len(block.cells), 8), -1, dtype=np.int64)
        key[:, : len(loop)] = np.sort(block.cells[:, list(loop)], axis=1)
        result.append(key)
    return result


def _centres(points: Floats, keys: Ints) -> Floats:
    weight = (keys >= 0).astype(np.float64)
    summed: Floats = np.einsum("kj,kjd->kd", weight, points[np.maximum(keys, 0)])
    summed /= weight.sum(axis=1, keepdims=True)
    return summed


def _with_middles(lines: Ints, keys: Ints, start: int) -> Ints:
    lone = np.flatnonzero((keys[:, 1] >= 0) & (keys[:, 2] < 0))
    where = {(int(a), int(b)): int(i) for i, (a, b) in zip(lone, keys[lone, :2], strict=True)}
    middles = [start + where[int(min(a, b)), int(max(a, b))] for a, b in lines[:, :2]]
    return np.column_stack((lines[:, :2], np.array(middles, dtype=np.int64)))


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
