"""What is known to be wrong with a solution: loads that the stress misses, displacements between nodes, and the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.corner_places import kinks
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.invariants import as_tensor
from tubewall.fem.loads import Pressure, Support, Traction, scalar_at, vector_at
from tubewall.fem.local_search import lattice
from tubewall.fem.quantities import CylinderAxes, Quantity
from tubewall.fem.reference_elements import shape_table
from tubewall.fem.surface_loads import facet_kind
from tubewall.fem.surface_points import SurfacePoints, surface_points
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh


def shape_error(
    solution: FieldSolution, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes
) -> float:
    """What the surface of the mesh, which turns a little from facet to facet where a curve is meant, does to a value on it.

    The angle [rad] of the largest turn beside the point times the value: a notch so flat raises stress in proportion.
    """
    mesh = solution.model.mesh
    turn = 0.0
    for element, side in facets_at(mesh, elements, local):
        number = int(mesh.block_of(np.array([element]))[0])
        cell = CELLS[mesh.blocks[number].kind]
        nodes = mesh.blocks[number].cells[element - mesh.starts[number]]
        loop = [node for node in cell.facets[side].nodes if node < cell.vertices]
        turn = max(turn, float(kinks(solution.model)[nodes[loop]].max()))
    if turn == 0.0:
        return 0.0
    fields = solution.evaluate(elements, local)
    return turn * float(np.abs(quantity.values(fields, solution.model.kinematics, axes)).max())


def facets_at(mesh: SolidMesh, elements: Ints, local: Floats) -> list[tuple[int, int]]:
    """The facets (element, side) of elements (h,) that local points (h, dim) of them lie on."""
    found = []
    for element, place in zip(elements, local, strict=True):
        cell = CELLS[mesh.blocks[int(mesh.block_of(np.array([element]))[0])].kind]
        for side, facet in enumerate(cell.facets):
            corners = cell.nodes[[node for node in facet.nodes if node < cell.vertices]]
            flat = np.linalg.svd(corners[1:] - corners[0])[2][-1]
            if abs(flat @ (place - corners[0])) < 1e-5:
                found.append((int(element), side))
    return found


def moved_by_shape(solution: FieldSolution, displacement: Floats) -> float:
    """What a polygon in place of a curve does to displacements (p, dim) [m], the largest of them.

    Chords that turn by t lie t^2 / 8 of the radius beside their arc and are shorter by t^2 / 24; the body between two such
    surfaces gives way in proportion, twice as much where one of them is inside.
    """
    turn = float(kinks(solution.model).max(initial=0.0))
    return turn**2 / 4 * float(np.linalg.norm(displacement, axis=1).max(initial=0.0)) if turn else 0.0


def missed_traction(solution: FieldSolution, element: int, side: int) -> float:
    """The largest difference [Pa] of the stress on a facet to the load that acts on it; 0 where a support may act too."""
    (group,) = solution.model.discrete.mesh.facet_groups(np.array([[element, side]]))
    return float(
        missed_tractions(solution, surface_points(solution.model.discrete.mesh, group, lattice(group.kind, 4))).max()
    )


def missed_tractions(solution: FieldSolution, at: SurfacePoints) -> Floats:
    """The difference (k q,) [Pa] of the stress at points of facets to the load that acts; 0 where a support may act too."""
    model = solution.model
    mesh = model.discrete.mesh
    side = at.group.local

    def on(pairs: Ints) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.isin(at.elements, pairs[pairs[:, 1] == side, 0])
        return found

    free = on(mesh.outer_facets)
    for support in model.supports:
        if isinstance(support, Support) and support.boundary is not None:
            free &= ~on(mesh.boundary(support.boundary))
    if not free.any() or model.ties or model.periodic is not None:
        return np.zeros(len(at.elements))
    fields = solution.evaluate(at.elements, at.local)
    applied = np.zeros_like(fields.points)
    for load in model.loads:
        if isinstance(load, Pressure):
            mine = on(mesh.boundary(load.boundary))
            applied[mine] -= scalar_at(load.pressure, fields.points[mine])[:, None] * at.normals[mine]
        elif isinstance(load, Traction):
            mine = on(mesh.boundary(load.boundary))
            applied[mine] += vector_at(load.traction, fields.points[mine])
    dim = mesh.dim
    found = np.einsum("pij,pj->pi", as_tensor(fields.stress)[:, :dim, :dim], at.normals)
    missed = np.linalg.norm(found - applied, axis=1)
    return np.where(free & np.isfinite(missed), missed, 0.0)


def missed_displacement(solution: FieldSolution) -> float:
    """The largest difference [m] of prescribed displacements to what the nodes make of them between each other."""
    model = solution.model
    discrete = model.discrete
    worst = 0.0
    for support in model.supports:
        if not isinstance(support, Support) or support.boundary is None or not _varies(support):
            continue
        for group in discrete.mesh.facet_groups(discrete.mesh.boundary(support.boundary)):
            on = lattice(group.kind, 6)
            geometry, _ = shape_table(group.kind, on)
            values, _ = shape_table(facet_kind(discrete, group), on)
            nodes = group.nodes[:, : values.shape[1]]
            places = np.einsum("qk,fkd->fqd", geometry, discrete.mesh.points[group.nodes])
            there = support.values(places.reshape(-1, discrete.dim))
            at_nodes = support.values(discrete.mesh.points[nodes].reshape(-1, discrete.dim))
            for direction, wanted in there.items():
                made = np.einsum("qk,fk->fq", values, at_nodes[direction].reshape(nodes.shape))
                worst = max(worst, float(np.abs(wanted.reshape(made.shape) - made).max()))
    return worst


def _varies(support: Support) -> bool:
    given = support.displacement
    if given is None or isinstance(given, tuple):
        return False
    return callable(given) or any(callable(value) for value in given.values())
