"""Which way round the nodes of a cell are counted, and how to turn a cell that is counted the other way."""

from __future__ import annotations

import functools

import numpy as np

from tubewall.geometry.mesh_checks import sampled_jacobians
from tubewall.geometry.reference_cells import CELLS, Floats, Ints


@functools.cache
def mirrored(kind: str) -> tuple[int, ...]:
    """Order of the nodes of a cell of ``kind`` after its first two reference coordinates change places."""
    nodes = CELLS[kind].nodes
    swapped = nodes[:, [1, 0, *range(2, nodes.shape[1])]]
    gap = np.abs(nodes[None] - swapped[:, None]).sum(axis=2)
    return tuple(np.argmin(gap, axis=1).tolist())


def turned_right(points: Floats, kind: str, cells: Ints) -> Ints:
    """The cells (m, k), each turned when every cell of them is counted clockwise.

    Some programs count all cells of a kind the other way (VTK its wedges, others whole mirrored meshes): that is a
    convention. A mesh in which only some cells are negative is left as it is, to be refused by the checks of the mesh.
    """
    if len(cells) == 0:
        return cells
    # one cell that is right settles it: look at a few before looking at all
    few = cells[:: max(1, len(cells) // 64)]
    if (sampled_jacobians(points, kind, few).sum(axis=1) >= 0).any():
        return cells
    if (sampled_jacobians(points, kind, cells).sum(axis=1) >= 0).any():
        return cells
    return cells[:, list(mirrored(kind))]
