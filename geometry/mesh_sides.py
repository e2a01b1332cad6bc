"""Facets and lines that a file names, found among the sides and edges of the cells by their vertices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.reference_cells import CELLS, Ints
from tubewall.geometry.solid_mesh import Block


def _key(vertices: Ints, nodes: int) -> Ints:
    """A number for facets that is the same for the same vertices; two of them in the plane, the least three in space."""
    least = np.sort(vertices, axis=1)[:, :3]
    # exact up to two million nodes, beyond that spread over all 64 bits
    factor = np.uint64(nodes | 1)
    total = least[:, 0].astype(np.uint64)
    for column in least[:, 1:].T:
        total = total * factor + column.astype(np.uint64)
    return total.astype(np.int64)


def named_sides(blocks: Sequence[Block], nodes: int, named: Mapping[str, list[Ints]]) -> dict[str, Ints]:
    """Facets (k, 2) as (element, side) of each name; facets inside the body from either side.

    Of helper lines and surfaces that are no sides at all there are none: an error only for those who ask for them.

    Parameters
    ----------
    blocks : sequence of Block
        The cells, numbered through the blocks.
    nodes : int
        How many the mesh has.
    named : mapping of name to list of (k, v) int
        Vertices of the facets, -1 for those that are no node of the mesh.

    Raises
    ------
    InputError
        When some of the facets of a name are sides and others are not.
    """
    wanted = np.zeros(nodes + 1, dtype=bool)
    for parts in named.values():
        for part in parts:
            wanted[part] = True
    pairs, keys = _sides(blocks, nodes, wanted[:-1])
    order = np.argsort(keys, kind="stable")
    keys, pairs = keys[order], pairs[order]
    result = {}
    for name, parts in named.items():
        asked = np.unique(np.concatenate([_key(part, nodes) for part in parts if len(part)]))
        low, high = np.searchsorted(keys, asked, side="left"), np.searchsorted(keys, asked, side="right")
        outside = any((part < 0).any() for part in parts)
        if (low == high).all():
            result[name] = np.zeros((0, 2), dtype=np.int64)
            continue
        if outside or (low == high).any():
            raise InputError(
                f"{max(int((low == high).sum()), 1)} facets of {name!r} are no sides of cells of the mesh: their nodes are "
                "not those of a side"
            )
        rows = np.concatenate([np.arange(a, b) for a, b in zip(low, high, strict=True)])
        found = pairs[rows]
        result[name] = found[np.lexsort((found[:, 1], found[:, 0]))]
    return result


def _sides(blocks: Sequence[Block], nodes: int, wanted: np.ndarray) -> tuple[Ints, Ints]:
    """All sides (element, side) whose vertices are all wanted, and their keys."""
    pairs, keys, start = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
    for block in blocks:
        cell = CELLS[block.kind]
        for local, facet in enumerate(cell.facets):
            vertices = block.cells[:, [n for n in facet.nodes if n < cell.vertices]]
            rows = np.flatnonzero(wanted[vertices].all(axis=1))
            pairs.append(np.column_stack((start + rows, np.full(len(rows), local))))
            keys.append(_key(vertices[rows], nodes))
        start += len(block.cells)
    return np.concatenate(pairs), np.concatenate(keys)


def covered_sides(blocks: Sequence[Block], nodes: int, sets: Mapping[str, Ints]) -> dict[str, Ints]:
    """Facets (k, 2) as (element, side) of the named sets of nodes (n,) that are all the nodes of facets at the surface."""
    result = {}
    for name, rows in sets.items():
        wanted = np.zeros(nodes, dtype=bool)
        wanted[rows] = True
        pairs, keys = _sides(blocks, nodes, wanted)
        _, which, count = np.unique(keys, return_inverse=True, return_counts=True)
        pairs = pairs[count[np.asarray(which).ravel()] == 1]
        reached = np.zeros(nodes, dtype=bool)
        start = 0
        for block in blocks:
            mine = pairs[(pairs[:, 0] >= start) & (pairs[:, 0] < start + len(block.cells))]
            for local, facet in enumerate(CELLS[block.kind].facets):
                reached[block.cells[mine[mine[:, 1] == local, 0] - start][:, list(facet.nodes)]] = True
            start += len(block.cells)
        if len(pairs) and reached[rows].all():
            result[name] = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return result


def named_edges(blocks: Sequence[Block], named: Mapping[str, list[Ints]]) -> dict[str, Ints]:
    """Named lines (k, 2) in space as edges (end, end) or (end, end, middle) of cells; InputError where a line is none."""
    if not named:
        return {}
    nodes = 1 + max(int(block.cells.max()) for block in blocks)
    wanted = np.zeros(nodes + 1, dtype=bool)
    for parts in named.values():
        for part in parts:
            wanted[part] = True
    rows = []
    for block in blocks:
        for edge in CELLS[block.kind].edges.tolist():
            cells = block.cells[:, edge]
            rows.append(cells[wanted[cells[:, 0]] & wanted[cells[:, 1]]])
    edges = np.concatenate(rows)
    keys = _key(edges[:, :2], nodes)
    order = np.argsort(keys, kind="stable")
    result = {}
    for name, parts in named.items():
        lines = np.concatenate(parts)
        asked = _key(lines, nodes)
        at = np.minimum(np.searchsorted(keys[order], asked), max(len(order) - 1, 0))
        if (lines < 0).any(axis=1).all():
            # a helper line, away from the body
            continue
        if (lines < 0).any() or not len(order) or (keys[order[at]] != asked).any():
            raise InputError(
                f"lines of {name!r} are no edges of cells of the mesh: their nodes are not those of an edge"
            )
        result[name] = np.column_stack((lines, edges[order[at], 2:]))
    return result
