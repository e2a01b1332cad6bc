"""A part of a mesh: some of its elements, with the names that reach into them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tubewall.geometry.reference_cells import Ints
from tubewall.geometry.solid_mesh import SolidMesh


def mesh_part(mesh: SolidMesh, elements: Ints) -> tuple[SolidMesh, Ints]:
    """The mesh of some of the elements, in their old order, and the numbers (n,) of its nodes in the whole.

    Regions, boundaries and edges keep their names as far as something of them is left; named points are dropped.

    Parameters
    ----------
    mesh : SolidMesh
    elements : (k,)
        At least one.
    """
    chosen = np.zeros(mesh.elements, dtype=bool)
    chosen[elements] = True
    number = np.cumsum(chosen) - 1
    cells = [b.cells[chosen[start : start + len(b.cells)]] for start, b in zip(mesh.starts, mesh.blocks, strict=False)]
    nodes = np.unique(np.concatenate([part.ravel() for part in cells]))
    place = np.full(len(mesh.points), -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    regions = {name: number[part[chosen[part]]] for name, part in mesh.regions.items()}
    sides = {name: pairs[chosen[pairs[:, 0]]] for name, pairs in mesh.boundaries.items()}
    lines = {name: rows[(place[rows] >= 0).all(axis=1)] for name, rows in mesh.edges.items()}
    part = SolidMesh(
        points=mesh.points[nodes],
        blocks=tuple(replace(b, cells=place[rows]) for b, rows in zip(mesh.blocks, cells, strict=True) if len(rows)),
        regions={name: part for name, part in regions.items() if len(part)},
        boundaries={
            name: np.column_stack((number[pairs[:, 0]], pairs[:, 1])) for name, pairs in sides.items() if len(pairs)
        },
        edges={name: place[rows] for name, rows in lines.items() if len(rows)},
    )
    return part, nodes
