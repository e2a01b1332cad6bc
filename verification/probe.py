"""What a solution says at a node of its mesh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Positions in the order xx, yy, zz, yz, xz, xy.
XX, YY, ZZ, YZ, XZ, XY = range(6)


def corners_at(solution: FieldSolution, point: ArrayLike, region: str | None = None) -> tuple[Ints, Array]:
    """Elements (p,) that share the node at ``point``, and its reference coordinates (p, dim) in each.

    Raises
    ------
    InputError
        When no node of the mesh lies there, to 1e-6 of its size, or none of ``region``.
    """
    mesh = solution.model.discrete.mesh
    place = np.asarray(point, dtype=float)
    distance = np.linalg.norm(mesh.points - place, axis=1)
    node = int(distance.argmin())
    if distance[node] > 1e-6 * mesh.size:
        raise InputError(f"no node at {place.tolist()}: the nearest is at {mesh.points[node].tolist()}")
    elements, local = [], []
    # meshes that are tied have several nodes in one place
    same = np.flatnonzero(distance <= distance[node] + 1e-9 * mesh.size)
    for block, start in zip(mesh.blocks, mesh.starts[:-1], strict=True):
        rows, columns = np.nonzero(np.isin(block.cells, same))
        elements.append(start + rows)
        local.append(CELLS[block.kind].nodes[columns])
    found, coordinates = np.concatenate(elements), np.concatenate(local)
    if region is not None:
        inside = np.isin(found, mesh.region(region))
        found, coordinates = found[inside], coordinates[inside]
    if len(found) == 0:
        raise InputError(f"the node at {place.tolist()} does not belong to the region {region!r}")
    return found, coordinates


def stress_at(solution: FieldSolution, point: ArrayLike, region: str | None = None) -> Array:
    """Stress (6,) [Pa] at a node, the mean of the elements that share it (within ``region``)."""
    result: Array = solution.stress_in(*corners_at(solution, point, region)).mean(axis=0)
    return result


def displacement_at(solution: FieldSolution, point: ArrayLike) -> Array:
    """Displacement (dim,) [m] at a node."""
    result: Array = solution.displacement_in(*corners_at(solution, point)).mean(axis=0)
    return result


def mean_displacement(solution: FieldSolution, boundary: str) -> Array:
    """Mean displacement (dim,) [m] of a boundary, weighted with its area."""
    from tubewall.fem.reference_elements import rule, shape_table

    mesh = solution.model.discrete.mesh
    total, area = np.zeros(mesh.dim), 0.0
    for group in mesh.facet_groups(mesh.boundary(boundary)):
        points, weights = rule(group.kind, 6)
        values, gradients = shape_table(group.kind, points)
        places = mesh.points[group.nodes]
        tangent = np.einsum("fki,qkd->fqid", places, gradients)
        metric = np.sqrt(np.linalg.det(np.einsum("fqid,fqie->fqde", tangent, tangent)))
        cell = CELLS[group.cell_kind]
        corners = cell.nodes[list(cell.facets[group.local].nodes)]
        local = np.tile(values @ corners, (len(group.elements), 1))
        found = solution.displacement_in(np.repeat(group.elements, len(points)), local).reshape(*metric.shape, -1)
        total += np.einsum("fq,q,fqi->i", metric, weights, found)
        area += float(np.einsum("fq,q->", metric, weights))
    result: Array = total / area
    return result


def along(solution: FieldSolution, boundaries: Sequence[str], quantity: str) -> tuple[Array, Array]:
    """Vertices (n, dim) [m] of boundaries and a quantity (n,) there, the mean of the elements behind that share one.

    A place where two boundaries meet is given for each of them.
    """
    from tubewall.fem.quantities import parse_quantity

    wanted, mesh = parse_quantity(quantity), solution.model.discrete.mesh
    places, values = [], []
    for boundary in boundaries:
        total, count = np.zeros(len(mesh.points)), np.zeros(len(mesh.points))
        for group in mesh.facet_groups(mesh.boundary(boundary)):
            cell, facet = CELLS[group.cell_kind], CELLS[group.kind]
            local = cell.nodes[list(cell.facets[group.local].nodes)[: facet.vertices]]
            elements = np.repeat(group.elements, len(local))
            fields = solution.evaluate(elements, np.tile(local, (len(group.elements), 1)))
            nodes = group.nodes[:, : facet.vertices].ravel()
            np.add.at(total, nodes, wanted.values(fields, solution.model.kinematics))
            np.add.at(count, nodes, 1.0)
        found = np.flatnonzero(count)
        places.append(mesh.points[found])
        values.append(total[found] / count[found])
    return np.concatenate(places), np.concatenate(values)
