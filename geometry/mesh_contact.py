"""Which nodes of a mesh lie in the same place, and which elements hang together."""

from __future__ import annotations

import numpy as np

from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import SolidMesh


def same_places(points: Floats, tolerance: float) -> tuple[Ints, Ints]:
    """The places among ``points`` (n, dim): the first node (p,) of each, and for every node (n,) the number of its place.

    Nodes within ``tolerance`` [m] share a place, and so do their neighbours' neighbours.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    n = len(points)
    pairs = cKDTree(points).query_pairs(tolerance, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    # places are counted in the order of their first nodes
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return first[order].astype(np.int64), rank[np.asarray(inverse).ravel()]


def parts(mesh: SolidMesh) -> Ints:
    """Which connected part each element belongs to, (elements,), counted from 0; elements that share a vertex hang together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows, columns = [], []
    for block in mesh.blocks:
        corners = block.cells[:, : CELLS[block.kind].vertices]
        rows.append(np.repeat(corners[:, 0], corners.shape[1] - 1))
        columns.append(corners[:, 1:].ravel())
    row, column = np.concatenate(rows), np.concatenate(columns)
    n = len(mesh.points)
    graph = coo_matrix((np.ones(len(row), dtype=np.int8), (row, column)), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    of_element = np.concatenate([labels[block.cells[:, 0]] for block in mesh.blocks])
    _, first, part = np.unique(of_element, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[np.asarray(part).ravel()].astype(np.int64)
