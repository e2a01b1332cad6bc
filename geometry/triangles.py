"""Six-node triangles: the order of their nodes, their sides, areas and Jacobians.

A cell's nodes are its three vertices, counter-clockwise, then the middles of its sides 01, 12 and 20. This is the order
of gmsh's and meshio's ``triangle6`` and of scikit-fem's ``ElementTriP2`` (``doflocs`` (0,0) (1,0) (0,1) (1/2,0)
(1/2,1/2) (0,1/2); its ``refdom.facets`` are 01, 12, 02): ``MeshTri2(points.T, cells.T)`` takes the arrays as they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Nodes = NDArray[np.int64]

#: Local nodes (end, end, middle) of a cell's three sides; the cell lies to the left of each.
SIDES = np.array([(0, 1, 3), (1, 2, 4), (2, 0, 5)])
#: Local nodes of a cell seen in a mirror: the same triangle, counter-clockwise again.
MIRRORED = np.array([0, 2, 1, 5, 4, 3])


def _gradients(xi: float, eta: float) -> Points:
    """Derivatives of the six shape functions by (xi, eta), shape (6, 2)."""
    zeta = 1.0 - xi - eta
    by_xi = (1 - 4 * zeta, 4 * xi - 1, 0.0, 4 * (zeta - xi), 4 * eta, -4 * eta)
    by_eta = (1 - 4 * zeta, 0.0, 4 * eta - 1, -4 * xi, 4 * xi, 4 * (zeta - eta))
    return np.array([by_xi, by_eta]).T


_AT_NODES = np.array([_gradients(*at) for at in ((0, 0), (1, 0), (0, 1), (0.5, 0), (0.5, 0.5), (0, 0.5))])


def jacobian_bounds(points: Points, cells: Nodes) -> tuple[Points, Points]:
    """Lower bound and mean of each cell's Jacobian determinant, two arrays of shape (m,) [m2].

    The determinant of a six-node triangle is a polynomial of degree two; its smallest Bezier coefficient bounds it from
    below everywhere in the cell, not only at points (Johnen, Remacle, Geuzaine 2013).
    """
    determinants = np.empty((len(cells), 6))
    x, y = points[cells, 0], points[cells, 1]
    for k, gradient in enumerate(_AT_NODES):
        dx, dy = x @ gradient, y @ gradient
        determinants[:, k] = dx[:, 0] * dy[:, 1] - dx[:, 1] * dy[:, 0]
    corners, middles = determinants[:, :3], determinants[:, 3:]
    beziers = 2 * middles - 0.5 * (corners + np.roll(corners, -1, axis=1))
    lowest = np.minimum(corners.min(axis=1), beziers.min(axis=1))
    return lowest, middles.mean(axis=1)


def cell_areas(points: Points, cells: Nodes) -> Points:
    """Area of each curved cell [m2]: half the mean determinant at mid-sides, exact for degree two."""
    return 0.5 * jacobian_bounds(points, cells)[1]


def facet_lengths(points: Points, facets: Nodes) -> Points:
    """Length [m] of curved three-node facets (end, end, middle), shape (k,), by a five-point Gauss rule."""
    gauss, weights = np.polynomial.legendre.leggauss(5)
    a, b, c = (points[facets[:, k]] for k in range(3))
    total = np.zeros(len(facets))
    for t, weight in zip(gauss, weights, strict=True):
        tangent = (t - 0.5) * a + (t + 0.5) * b - 2 * t * c
        total += weight * np.hypot(tangent[:, 0], tangent[:, 1])
    return total


def smallest_angles(points: Points, cells: Nodes) -> Points:
    """Smallest angle [degrees] of each cell's straight-sided triangle, shape (m,)."""
    corners = points[cells[:, :3]]
    ahead, behind = np.roll(corners, -1, axis=1) - corners, np.roll(corners, 1, axis=1) - corners
    cross = ahead[..., 0] * behind[..., 1] - ahead[..., 1] * behind[..., 0]
    dot = (ahead * behind).sum(axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, dot)).min(axis=1))


def aspect_ratios(points: Points, cells: Nodes) -> Points:
    """Longest side over shortest height of each straight-sided triangle, shape (m,): 1.15 when equilateral."""
    corners = points[cells[:, :3]]
    sides = np.roll(corners, -1, axis=1) - corners
    doubled = np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0])
    longest = np.hypot(sides[..., 0], sides[..., 1]).max(axis=1)
    return np.asarray(longest**2 / np.maximum(doubled, np.finfo(float).tiny))


def all_sides(cells: Nodes) -> Nodes:
    """All sides of all cells as (end, end, middle), shape (3 m, 3), each cell to the left of its side."""
    return cells[:, SIDES].reshape(-1, 3)


def side_keys(sides: Nodes, nodes: int) -> Nodes:
    """One whole number per side, the same from either cell, shape (k,); ``nodes`` is the number of nodes."""
    ends = np.sort(sides[:, :2], axis=1)
    return np.asarray(ends[:, 0] * np.int64(nodes) + ends[:, 1])


def outer_sides(cells: Nodes, nodes: int) -> Nodes:
    """The sides (end, end, middle) that belong to one cell only: the rim of the mesh, material to the left."""
    sides = all_sides(cells)
    _, inverse, counts = np.unique(side_keys(sides, nodes), return_inverse=True, return_counts=True)
    return np.asarray(sides[counts[inverse] == 1])


def vertices_first(points: Points, cells: Nodes) -> tuple[Points, Nodes, Nodes]:
    """Number the nodes of cells so that all vertices come first; also drops nodes of no cell.

    Returns the points, the cells, and the new number of each old node (-1 where dropped).
    """
    vertices = np.unique(cells[:, :3])
    middles = np.unique(cells[:, 3:])
    kept = np.concatenate((vertices, middles))
    renumbered = np.full(len(points), -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    return points[kept], renumbered[cells], renumbered
