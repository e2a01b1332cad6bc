"""Lengths, areas and volumes of the cells and facets of a mesh, curves counted."""

from __future__ import annotations

import functools

import numpy as np

from tubewall.geometry.mesh_checks import determinant
from tubewall.geometry.reference_cells import CELLS, Floats, Ints, lagrange
from tubewall.geometry.solid_mesh import SolidMesh

# points of a rule along each direction: exact for polynomials up to twice this less one; lengths and areas of curved
# facets are no polynomials
_POINTS = 4
_FACET_POINTS = 10
# cells looked at together
_CHUNK = 20_000


def volumes(mesh: SolidMesh) -> Floats:
    """Area [m2] (plane) or volume [m3] (in space) of every element, (elements,)."""
    return np.concatenate([_sizes(mesh.points, block.kind, block.cells) for block in mesh.blocks])


def facet_sizes(mesh: SolidMesh, pairs: Ints) -> Floats:
    """Length [m] (plane) or area [m2] (in space) of facets (k, 2), (k,)."""
    result = np.empty(len(pairs))
    for group in mesh.facet_groups(pairs):
        result[group.rows] = _sizes(mesh.points, group.kind, group.nodes)
    return result


@functools.cache
def _rule(first: str, count: int) -> tuple[Floats, Floats]:
    """Points and weights on the reference cell: Gauss' rule, on simplices with collapsed coordinates (Stroud 1971, 2.4)."""
    at, weight = np.polynomial.legendre.leggauss(count)
    at, weight = (at + 1) / 2, weight / 2
    dim = CELLS[first].dim
    points = np.stack(np.meshgrid(*[at] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
    weights = np.prod(np.stack(np.meshgrid(*[weight] * dim, indexing="ij"), axis=-1).reshape(-1, dim), axis=1)
    if first in ("triangle", "wedge"):
        weights = weights * (1 - points[:, 0])
        points[:, 1] *= 1 - points[:, 0]
    elif first == "tetra":
        weights = weights * (1 - points[:, 0]) ** 2 * (1 - points[:, 1])
        points[:, 2] *= (1 - points[:, 0]) * (1 - points[:, 1])
        points[:, 1] *= 1 - points[:, 0]
    return points, weights


def _sizes(points: Floats, kind: str, cells: Ints) -> Floats:
    count = _POINTS if CELLS[kind].dim == points.shape[1] else _FACET_POINTS
    local, weights = _rule(CELLS[kind].first, count)
    gradients = lagrange(kind, local)[1]
    result = np.zeros(len(cells))
    for start in range(0, len(cells), _CHUNK):
        part = np.swapaxes(points[cells[start : start + _CHUNK]], 1, 2)
        for weight, gradient in zip(weights, gradients, strict=True):
            jacobian = np.matmul(part, gradient)
            if jacobian.shape[-1] == jacobian.shape[-2]:
                size = determinant(jacobian)
            else:
                size = np.sqrt(determinant(np.matmul(np.swapaxes(jacobian, 1, 2), jacobian)))
            result[start : start + _CHUNK] += weight * size
    return result
