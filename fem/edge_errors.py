"""How far the stress along each edge is from what its element can follow: along which edges a mesh is to be refined."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np

from tubewall.fem.elements import Floats
from tubewall.fem.fast_shape import fast_shape
from tubewall.fem.recovery import Recovery
from tubewall.geometry.reference_cells import CELLS

# an edge counts as if the stress changed along it as fast as in the worst direction over this share of its length
_FLATTEST: Final = 1 / 4


def edge_errors(recovery: Recovery) -> Floats:
    """What linear stress (constant for displacement of first order) misses along the edges of the elements (m, e) [Pa].

    Edges are the pairs of vertices 0-1, 0-2, ... of triangles or tetrahedra. The second difference of recovered stress along
    an edge is the interpolation error of its element in that direction (D'Azevedo and Simpson, SIAM J. Sci. Stat. Comput. 12,
    755, 1991); for displacement of first order it is the first difference. What is least in an element is kept above the
    largest over the square of 4 (over 4): cells become no flatter than that.

    Parameters
    ----------
    recovery : Recovery
        Of a solution on triangles or on tetrahedra.
    """
    mesh, order = recovery.solution.model.discrete.mesh, recovery.solution.model.order
    found = []
    for number, block in enumerate(mesh.blocks):
        cell = CELLS[block.kind]
        vertices = cell.vertices
        pairs = np.array(list(combinations(range(vertices), 2)))
        corners = cell.nodes[:vertices]
        local = np.concatenate([corners, corners[pairs].mean(axis=1)]) if order == 2 else corners
        elements = np.arange(mesh.starts[number], mesh.starts[number + 1])
        places = mesh.points[block.cells]
        points = np.einsum("qk,mkd->mqd", fast_shape(block.kind, local)[0], places)
        m, q = points.shape[:2]
        stress = recovery.stress_in(np.repeat(elements, q), np.tile(local, (m, 1)), points.reshape(m * q, -1))
        stress = stress.reshape(m, q, 6)
        first, last = stress[:, pairs[:, 0]], stress[:, pairs[:, 1]]
        change = first + last - 2 * stress[:, vertices:] if order == 2 else last - first
        # shear counts twice, so that turning the axes changes nothing
        missed = np.sqrt((change**2 * np.array([1, 1, 1, 2, 2, 2])).sum(axis=2))
        length = np.linalg.norm(points[:, pairs[:, 0]] - points[:, pairs[:, 1]], axis=2) ** order
        worst = (missed / length).max(axis=1, keepdims=True)
        found.append(np.maximum(missed, _FLATTEST**order * worst * length))
    return np.concatenate(found)
