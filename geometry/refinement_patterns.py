"""How a cell is cut into children whose vertices are the nodes of the second-order cell."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from tubewall.geometry.reference_cells import CELLS, Floats, Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Children:
    """The children of the cells of one block.

    Attributes
    ----------
    kind : str
        First-order kind of parents and children.
    parent : (c,)
        Row of the parent in its block, ascending.
    local : (c, v)
        Vertices of the child among the nodes of the second-order parent.
    owner : (c, f)
        Side of the parent that each side of the child lies on, or -1 inside.
    """

    kind: str
    parent: Ints
    local: Ints
    owner: Ints


def all_children(kind: str, corners: Floats) -> Children:
    """Each cell of a first-order ``kind`` cut into 2^dim alike, where ``corners`` (m, v, dim) are its vertices [m].

    The octahedron inside a tetrahedron is cut along its shortest diagonal (Zhang 1995).
    """
    patterns = [(table, _owners(kind, table)) for table in _tables(kind)]
    count = len(patterns[0][0])
    which = np.zeros(len(corners), dtype=np.int64)
    if len(patterns) > 1:
        middle = [(corners[:, a] + corners[:, b]) / 2 for a, b in ((0, 1), (2, 3), (1, 2), (0, 3), (2, 0), (1, 3))]
        lengths = [np.linalg.norm(middle[k] - middle[k + 1], axis=1) for k in (0, 2, 4)]
        # nearly equal diagonals are cut alike, whatever the rounding
        which = np.argmin(np.round(np.stack(lengths, axis=1) / np.max(lengths, axis=0)[:, None], 9), axis=1)
    local = np.stack([table for table, _ in patterns])[which]
    owner = np.stack([owners for _, owners in patterns])[which]
    return Children(
        kind=kind,
        parent=np.repeat(np.arange(len(corners)), count),
        local=local.reshape(-1, local.shape[2]),
        owner=owner.reshape(-1, owner.shape[2]),
    )


@functools.cache
def _tables(kind: str) -> tuple[Ints, ...]:
    """Vertices (children, v) of the children among the nodes of the second-order cell; several ways for tetrahedra."""
    triangles = ((0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5))
    if kind == "triangle":
        return (np.array(triangles),)
    if kind == "tetra":
        ends = [(0, 4, 6, 7), (4, 1, 5, 8), (6, 5, 2, 9), (7, 8, 9, 3)]
        rings = (((4, 9), (5, 6, 7, 8)), ((5, 7), (4, 6, 9, 8)), ((6, 8), (4, 5, 9, 7)))
        return tuple(
            np.array([*ends, *(_righted((*axis, ring[i], ring[(i + 1) % 4])) for i in range(4))])
            for axis, ring in rings
        )
    nodes = CELLS[CELLS[kind].second].nodes
    if kind == "wedge":
        flat = CELLS["triangle6"].nodes[np.array(triangles)]
        places = [
            np.array([(*place, height) for height in (low, low + 0.5) for place in child])
            for low in (0.0, 0.5)
            for child in flat
        ]
    else:
        corners = CELLS[kind].nodes
        places = [origin / 2 + corners / 2 for origin in corners]
    gap = np.abs(np.array(places)[:, :, None, :] - nodes).sum(axis=3)
    return (np.argmin(gap, axis=2),)


def _righted(tetrahedron: tuple[int, ...]) -> tuple[int, ...]:
    place = CELLS["tetra10"].nodes[list(tetrahedron)]
    a, b, c, d = tetrahedron
    return (a, b, c, d) if np.linalg.det(place[1:] - place[0]) > 0 else (a, c, b, d)


def _owners(kind: str, table: Ints) -> Ints:
    """The side of the parent that each side of each child lies in."""
    cell = CELLS[kind]
    nodes = CELLS[cell.second].nodes
    result = np.full((len(table), len(cell.facets)), -1, dtype=np.int64)
    for side, facet in enumerate(cell.facets):
        plane = nodes[list(facet.nodes)]
        normal = np.linalg.svd(plane[1:] - plane[0])[2][-1]
        for child, local in enumerate(table):
            for own, inner in enumerate(cell.facets):
                if np.abs((nodes[local[list(inner.nodes)]] - plane[0]) @ normal).max() < 1e-12:
                    result[child, own] = side
    return result
