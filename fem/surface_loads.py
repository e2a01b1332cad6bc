"""Nodal forces of pressures, tractions, line loads, point forces and body forces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.element_chunks import chunks
from tubewall.fem.elements import Floats
from tubewall.fem.loads import BodyForce, LineLoad, PointForce, Pressure, Traction, scalar_at, vector_at
from tubewall.fem.model import Discretisation, Model, node_at
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import FacetGroup

# degree of the rules on facets and edges: a pressure that varies like a cubic over a curved facet stays exact
_FACET_ORDER = 6


def add_loads(model: Model, forces: Floats) -> None:
    """Add the nodal forces of all loads but strains to ``forces``.

    Raises
    ------
    InputError
        When a load acts on nothing.
    """
    for load in model.loads:
        if isinstance(load, Pressure):
            _add_surface(model, load.boundary, _push(load), forces)
        elif isinstance(load, Traction):
            _add_surface(model, load.boundary, _pull(load), forces)
        elif isinstance(load, LineLoad):
            _add_line(model, load, forces)
        elif isinstance(load, PointForce):
            _add_point(model, load, forces)
        elif isinstance(load, BodyForce):
            _add_body(model, load, forces)
    if model.ends == "closed":
        forces[model.discrete.size] += end_force(model)
    if model.periodic is not None:
        from tubewall.fem.periodicity import mean_stress_forces

        forces += mean_stress_forces(model)


Push = Callable[[Floats, Floats], Floats]


def _push(load: Pressure) -> Push:
    def force(points: Floats, normals: Floats) -> Floats:
        pushed: Floats = -scalar_at(load.pressure, points)[:, None] * normals
        return pushed

    return force


def _pull(load: Traction) -> Push:
    def force(points: Floats, normals: Floats) -> Floats:
        pulled: Floats = vector_at(load.traction, points) * np.linalg.norm(normals, axis=1, keepdims=True)
        return pulled

    return force


def facet_geometry(mesh_points: Floats, group: FacetGroup, local: Floats) -> tuple[Floats, Floats]:
    """Points (k, q, dim) of facets and their outward normals (k, q, dim), as long as the area per reference area."""
    values, slopes = shape_table(group.kind, local)
    corners = mesh_points[group.nodes]
    at = np.einsum("qj,kjd->kqd", values, corners)
    tangents = np.einsum("kjd,qje->kqde", corners, slopes)
    if tangents.shape[-1] == 1:
        t = tangents[..., 0]
        return at, np.stack([t[..., 1], -t[..., 0]], axis=-1)
    return at, np.cross(tangents[..., 0], tangents[..., 1])


def _add_surface(model: Model, boundary: str, push: Push, forces: Floats) -> None:
    discrete = model.discrete
    for group in discrete.mesh.facet_groups(discrete.mesh.boundary(boundary)):
        local, weights = rule(group.kind, _FACET_ORDER)
        at, normals = facet_geometry(discrete.mesh.points, group, local)
        force = push(at.reshape(-1, at.shape[-1]), normals.reshape(-1, at.shape[-1])).reshape(at.shape)
        force = force * weights[:, None]
        if model.kinematics == "axisymmetric":
            force = force * (2 * np.pi * at[..., :1])
        _scatter(discrete, group, local, force, forces)


def facet_kind(discrete: Discretisation, group: FacetGroup) -> str:
    """Kind of the displacement's shape functions on the facets of a group."""
    return group.kind if discrete.kinds[group.block] == group.cell_kind else CELLS[group.kind].first


def _scatter(discrete: Discretisation, group: FacetGroup, local: Floats, force: Floats, forces: Floats) -> None:
    values, _ = shape_table(facet_kind(discrete, group), local)
    nodes = group.nodes[:, : values.shape[1]]
    nodal = np.einsum("qj,kqd->kjd", values, force)
    where = np.searchsorted(discrete.nodes, nodes)
    for component in range(discrete.dim):
        np.add.at(forces, discrete.dim * where + component, nodal[..., component])


def _add_line(model: Model, load: LineLoad, forces: Floats) -> None:
    mesh = model.discrete.mesh
    model.mesh.edge_nodes(load.edge)
    lines = mesh.edges[load.edge]
    if len(lines) == 0:
        raise InputError(f"edge {load.edge!r} has no lines: nothing would act there")
    kind = "line" if lines.shape[1] == 2 else "line3"
    local, weights = rule("line", _FACET_ORDER)
    geometry, slopes = shape_table(kind, local)
    at = np.einsum("qj,kjd->kqd", geometry, mesh.points[lines])
    length = np.linalg.norm(np.einsum("qj,kjd->kqd", slopes[..., 0], mesh.points[lines]), axis=-1)
    force = vector_at(load.force, at.reshape(-1, 3)).reshape(at.shape) * (length * weights)[..., None]
    carried = kind if model.order == mesh.order else "line"
    values, _ = shape_table(carried, local)
    where = np.searchsorted(model.discrete.nodes, lines[:, : values.shape[1]])
    nodal = np.einsum("qj,kqd->kjd", values, force)
    for component in range(3):
        np.add.at(forces, 3 * where + component, nodal[..., component])


def _add_point(model: Model, load: PointForce, forces: Floats) -> None:
    discrete = model.discrete
    where = discrete.position(node_at(discrete.mesh, load.point))
    if len(where) == 0:
        raise InputError(f"the point {load.point!r} is a mid-side node, which a displacement of order 1 does not have")
    share = np.asarray(load.force, dtype=np.float64) / len(where)
    for component in range(discrete.dim):
        forces[discrete.dim * where + component] += share[component]


def _add_body(model: Model, load: BodyForce, forces: Floats) -> None:
    for chunk in chunks(model, load=True):
        if load.region not in (None, chunk.region):
            continue
        points = chunk.mapped.points
        force = vector_at(load.force, points.reshape(-1, points.shape[-1])).reshape(points.shape)
        nodal = np.einsum("mqk,mqd->mkd", chunk.mapped.values * chunk.weights[..., None], force)
        np.add.at(forces, chunk.dofs, nodal.reshape(len(nodal), -1))


def end_force(model: Model) -> float:
    """The axial resultant [N] of the pressures on the end caps of the bores: the sum of p A.

    Raises
    ------
    InputError
        For a pressure that varies, or a boundary that does not close.
    """
    total = 0.0
    for load in model.loads:
        if not isinstance(load, Pressure):
            continue
        if callable(load.pressure):
            raise InputError(f"ends = 'closed' needs one number for the pressure on {load.boundary!r}, got a function")
        total += load.pressure * (load.end_area if load.end_area is not None else enclosed_area(model, load.boundary))
    return total


def enclosed_area(model: Model, boundary: str) -> float:
    """Area [m2] that a closed boundary cuts out of the end face: positive around a bore, negative around the solid.

    It is -1/2 of the integral of x.n over the boundary.

    Raises
    ------
    InputError
        When the boundary is no closed loop.
    """
    mesh = model.discrete.mesh
    total, ends = 0.0, []
    for group in mesh.facet_groups(mesh.boundary(boundary)):
        local, weights = rule(group.kind, 4)
        at, normals = facet_geometry(mesh.points, group, local)
        total -= 0.5 * float(np.einsum("kqd,kqd,q->", at, normals, weights))
        ends.append(group.nodes[:, :2])
    loop = np.concatenate(ends)
    if not np.array_equal(np.sort(loop[:, 0]), np.sort(loop[:, 1])):
        raise InputError(f"boundary {boundary!r} is not closed: with ends = 'closed' give its Pressure an end_area")
    return total
