"""Conforming refinement of marked triangles and tetrahedra by bisection of their longest edges.

Edges are marked until every cell and every face with a marked edge has its longest edge marked (the skeleton closure of
Plaza and Carey, Applied Numerical Mathematics 32, 2000). Then cells are bisected at their longest marked edge, one edge at
a time. As all cells agree on which edge is longer, a face is cut alike from either side.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np

from tubewall.geometry.numbering import numbered_pairs
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.refinement_patterns import Children

# of the measure of a marked cell's worst edge: edges with less are not cut for its own sake
_WORTH: Final = 0.25


def bisected(kind: str, points: Floats, cells: Ints, marked: Ints, measure: Floats | None = None) -> Children:
    """Children of cells (m, v) of a first-order ``kind`` when the ``marked`` rows are cut at all their edges.

    With a ``measure`` (m, e) of the edges, that stands for their length, at those of a quarter of their largest and more.
    """
    pairs = np.array(list(combinations(range(cells.shape[1]), 2)))
    _, first, edge = numbered_pairs(cells[:, pairs].reshape(-1, 2), len(points))
    edge = edge.reshape(len(cells), len(pairs))
    ends = cells[:, pairs].reshape(-1, 2)[first]
    length = np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1)
    if measure is not None:
        length = np.zeros(len(first))
        np.maximum.at(length, edge, measure)
    # nearly equal edges are told apart by their numbers, so that rounding does not decide
    tiny = max(1e-12 * float(length.max(initial=0.0)), float(np.finfo(np.float64).tiny))
    near = np.round(np.log(np.maximum(length, tiny)), 9)
    rank = np.empty(len(length), dtype=np.int64)
    rank[np.lexsort((np.arange(len(length)), near))] = np.arange(len(length))
    cut = np.zeros(len(length), dtype=bool)
    own = edge[marked]
    worth = np.ones(own.shape, dtype=bool)
    if measure is not None:
        worth = length[own] >= _WORTH * length[own].max(axis=1, keepdims=True, initial=0.0)
    cut[own[worth]] = True
    _close(cut, edge, rank, pairs)
    order = np.full((cells.shape[1], cells.shape[1]), -1, dtype=np.int64)
    return _cut_all(kind, np.where(cut[edge], rank[edge], -1), pairs, order)


def _close(cut: np.ndarray, edge: Ints, rank: Ints, pairs: Ints) -> None:
    """Mark the longest edge of every cell and face that has a marked one, until nothing changes."""
    groups = [np.arange(len(pairs))]
    if edge.shape[1] == 6:
        faces = combinations(range(4), 3)
        groups += [np.flatnonzero(np.isin(pairs, face).all(axis=1)) for face in faces]
    longest = [
        np.take_along_axis(edge[:, g], np.argmax(rank[edge[:, g]], axis=1)[:, None], axis=1)[:, 0] for g in groups
    ]
    rows = np.arange(len(edge))
    while True:
        before = int(cut.sum())
        for group, long in zip(groups, longest, strict=True):
            cut[long[rows][cut[edge[:, group]].any(axis=1)]] = True
        if int(cut.sum()) == before:
            return


def _cut_all(kind: str, ranks: Ints, pairs: Ints, order: Ints) -> Children:
    """Bisect every cell at its longest marked edge until no marked edge is left."""
    cell = CELLS[CELLS[kind].second]
    middle = order.copy()
    for a, b, m in cell.edges.tolist():
        middle[a, b] = middle[b, a] = m
    opposite = [next(v for v in range(cell.vertices) if v not in facet.nodes) for facet in cell.facets]
    parent = np.arange(len(ranks))
    local = np.tile(np.arange(cell.vertices), (len(ranks), 1))
    # by the vertex that a side does not have
    owner = np.empty((len(ranks), cell.vertices), dtype=np.int64)
    owner[:, opposite] = np.arange(cell.vertices)
    done: list[tuple[Ints, Ints, Ints]] = []
    while len(parent):
        open_rows = ranks.max(axis=1) >= 0
        done.append((parent[~open_rows], local[~open_rows], owner[~open_rows]))
        parent, local, owner, ranks = parent[open_rows], local[open_rows], owner[open_rows], ranks[open_rows]
        if not len(parent):
            break
        rows = np.arange(len(parent))
        a, b = pairs[np.argmax(ranks, axis=1)].T
        new = middle[local[rows, a], local[rows, b]]
        halves = []
        for kept, lost in ((a, b), (b, a)):
            child, sides, left = local.copy(), owner.copy(), ranks.copy()
            child[rows, lost] = new
            sides[rows, kept] = -1
            # edges of the vertex that went are new or halves: nothing of them is marked any more
            left[(pairs[None] == lost[:, None, None]).any(axis=2)] = -1
            halves.append((parent, child, sides, left))
        parent, local, owner, ranks = (np.concatenate(part) for part in zip(*halves, strict=True))
    parent, local, owner = (np.concatenate(part) for part in zip(*done, strict=True))
    row = np.argsort(parent, kind="stable")
    return Children(kind=kind, parent=parent[row], local=local[row], owner=owner[row][:, opposite])
