"""How well shaped the elements of a mesh are."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from tubewall.geometry.mesh_checks import determinant, sampled_jacobians
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import SolidMesh

# cells looked at together
_CHUNK = 20_000
# the determinant of unit edges at a corner of the regular cell
_REGULAR = {"triangle": math.sqrt(3) / 2, "wedge": math.sqrt(3) / 2, "tetra": 1 / math.sqrt(2)}


@dataclass(frozen=True, kw_only=True)
class SolidQuality:
    """What a mesh is like: counts, and the worst figure of any element.

    Attributes
    ----------
    elements, nodes : int
    smallest_scaled_jacobian : float
        Over all corners: the determinant of the tangents of the edges that meet there, each made of unit length, over that of
        the regular cell; 1 is best, 0 flat. Edges count as curved as they are.
    smallest_jacobian_ratio : float
        Over all elements: the least determinant of the map at nodes and centre over the largest; 1 for straight prisms.
    largest_aspect : float
        Longest edge over shortest of any element.
    worst : (float, ...)
        Where the smallest scaled Jacobian is [m].
    """

    elements: int
    nodes: int
    smallest_scaled_jacobian: float
    smallest_jacobian_ratio: float
    largest_aspect: float
    worst: tuple[float, ...]

    def __str__(self) -> str:
        return (
            f"{self.elements} elements, {self.nodes} nodes, smallest scaled Jacobian {self.smallest_scaled_jacobian:.3f}, "
            f"smallest Jacobian ratio {self.smallest_jacobian_ratio:.3f}, largest aspect {self.largest_aspect:.4g}"
        )


def solid_quality(mesh: SolidMesh) -> SolidQuality:
    """The quality of a mesh of any cells, in a pass over its elements."""
    scaled, ratio, aspect = math.inf, math.inf, 0.0
    worst: Floats = mesh.points[0]
    for block in mesh.blocks:
        for start in range(0, len(block.cells), _CHUNK):
            cells = block.cells[start : start + _CHUNK]
            corners = _scaled(mesh.points, block.kind, cells)
            at = np.unravel_index(int(np.argmin(corners)), corners.shape)
            if corners[at] < scaled:
                scaled, worst = float(corners[at]), mesh.points[cells[at]]
            determinants = sampled_jacobians(mesh.points, block.kind, cells)
            ratio = min(ratio, float((determinants.min(axis=1) / np.abs(determinants).max(axis=1)).min()))
            edges = CELLS[block.kind].edges
            lengths = np.linalg.norm(mesh.points[cells[:, edges[:, 0]]] - mesh.points[cells[:, edges[:, 1]]], axis=2)
            aspect = max(aspect, float((lengths.max(axis=1) / lengths.min(axis=1)).max()))
    return SolidQuality(
        elements=mesh.elements,
        nodes=len(mesh.points),
        smallest_scaled_jacobian=scaled,
        smallest_jacobian_ratio=ratio,
        largest_aspect=aspect,
        worst=tuple(float(x) for x in worst),
    )


@functools.cache
def _stars(kind: str) -> tuple[Ints, Ints]:
    """For each vertex the other ends (v, dim) of its edges, in right-handed order, and their middles (-1 without)."""
    cell = CELLS[kind]
    ends, middles = [], []
    for vertex in range(cell.vertices):
        mine = [edge.tolist() for edge in cell.edges if vertex in edge[:2]]
        other = [edge[1] if edge[0] == vertex else edge[0] for edge in mine]
        middle = [edge[2] if len(edge) > 2 else -1 for edge in mine]
        if determinant((cell.nodes[other] - cell.nodes[vertex])[None])[0] < 0:
            other[:2], middle[:2] = other[1::-1], middle[1::-1]
        ends.append(other)
        middles.append(middle)
    return np.array(ends, dtype=np.int64), np.array(middles, dtype=np.int64)


def _scaled(points: Floats, kind: str, cells: Ints) -> Floats:
    """Scaled Jacobian (m, v) at every vertex."""
    ends, middles = _stars(kind)
    result = np.empty((len(cells), len(ends)))
    for vertex in range(len(ends)):
        here = points[cells[:, vertex]][:, None]
        tangents = points[cells[:, ends[vertex]]] - here
        if middles[vertex, 0] >= 0:
            # of the parabola through both ends and the middle
            tangents = 4 * (points[cells[:, middles[vertex]]] - here) - tangents
        lengths = np.maximum(np.linalg.norm(tangents, axis=2, keepdims=True), np.finfo(np.float64).tiny)
        result[:, vertex] = determinant(tangents / lengths)
    return result / _REGULAR.get(CELLS[kind].first, 1.0)
