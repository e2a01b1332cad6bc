"""Several meshes joined to one body."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.checks import number
from tubewall.geometry.mesh_contact import same_places
from tubewall.geometry.reference_cells import CELLS, Ints
from tubewall.geometry.solid_mesh import Block, SolidMesh, facets_of


def join(meshes: Mapping[str, SolidMesh], *, tolerance: float = 1e-9) -> SolidMesh:
    """Several meshes as one body: nodes in the same place become one node.

    Regions are named by the keys (``"key/region"`` where a mesh has several), boundaries, edges and named points
    ``"key/name"``. Facets that came to lie inside the body leave their boundary; a boundary that lies inside as a whole
    stays, with either side of every facet. A mesh whose own ends meet (a block bent to a ring) is closed.

    Parameters
    ----------
    meshes : mapping of name to SolidMesh
        All of one dimension and one order.
    tolerance : float
        How far apart nodes are still the same, over the size of the whole.

    Raises
    ------
    InputError
        When there is nothing to join, or dimensions or orders differ.
    """
    if not meshes:
        raise InputError("there are no meshes to join")
    if len({(mesh.dim, mesh.order) for mesh in meshes.values()}) > 1:
        described = ", ".join(f"{name!r}: {mesh.dim}D, order {mesh.order}" for name, mesh in meshes.items())
        raise InputError(f"meshes to join must have one dimension and one order, got {described}")
    points = np.concatenate([mesh.points for mesh in meshes.values()])
    reach = number("tolerance", tolerance, "times") * float(np.linalg.norm(np.ptp(points, axis=0)))
    kept, place = same_places(points, reach)
    nodes = np.cumsum([0, *(len(mesh.points) for mesh in meshes.values())])[:-1]
    node_of = {
        key: place[start : start + len(mesh.points)] for start, (key, mesh) in zip(nodes, meshes.items(), strict=True)
    }
    blocks, element_of = _blocks(meshes, node_of)
    regions: dict[str, Ints] = {}
    boundaries: dict[str, Ints] = {}
    for key, mesh in meshes.items():
        for name, part in mesh.regions.items():
            regions[key if len(mesh.regions) == 1 else f"{key}/{name}"] = element_of[key][part]
        for name, pairs in mesh.boundaries.items():
            boundaries[f"{key}/{name}"] = np.column_stack((element_of[key][pairs[:, 0]], pairs[:, 1]))
    named = [(f"{key}/{name}", key, name) for key, mesh in meshes.items() for name in (*mesh.edges, *mesh.nodes)]
    return SolidMesh(
        points=points[kept],
        blocks=blocks,
        regions=regions,
        boundaries=_from_either_side(boundaries, *facets_of(blocks, len(kept))),
        edges={to: node_of[key][meshes[key].edges[name]] for to, key, name in named if name in meshes[key].edges},
        nodes={
            to: np.unique(node_of[key][meshes[key].nodes[name]]) for to, key, name in named if name in meshes[key].nodes
        },
    )


def _blocks(meshes: Mapping[str, SolidMesh], node_of: Mapping[str, Ints]) -> tuple[tuple[Block, ...], dict[str, Ints]]:
    """One block a kind, and the new number of every element."""
    kinds = sorted({block.kind for mesh in meshes.values() for block in mesh.blocks}, key=list(CELLS).index)
    element_of = {key: np.empty(mesh.elements, dtype=np.int64) for key, mesh in meshes.items()}
    blocks, count = [], 0
    for kind in kinds:
        cells = []
        for key, mesh in meshes.items():
            for block, (start, stop) in zip(mesh.blocks, pairwise(mesh.starts.tolist()), strict=True):
                if block.kind == kind:
                    cells.append(node_of[key][block.cells])
                    element_of[key][start:stop] = np.arange(count, count + stop - start)
                    count += stop - start
        blocks.append(Block(kind=kind, cells=np.concatenate(cells)))
    return tuple(blocks), element_of


def _from_either_side(boundaries: Mapping[str, Ints], pairs: Ints, face: Ints) -> dict[str, Ints]:
    """The boundaries of a body with these facets (f, 2) and faces (f,), those inside it seen from either side."""
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    width = int(pairs[:, 1].max()) + 1
    key = pairs[order, 0] * width + pairs[order, 1]
    shared = np.bincount(face)
    by_face = np.argsort(face, kind="stable")
    start = np.cumsum([0, *shared])
    result = {}
    for name, part in boundaries.items():
        row = order[np.searchsorted(key, part[:, 0] * width + part[:, 1])]
        outer = shared[face[row]] == 1
        if outer.any():
            result[name] = part[outer]
        else:
            inside = np.unique(face[row])
            result[name] = (
                pairs[np.concatenate([by_face[start[f] : start[f + 1]] for f in inside])] if len(inside) else part
            )
    return result
