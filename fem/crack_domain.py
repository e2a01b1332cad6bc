"""Integrals over a body around the tip of a crack, and over what presses on its faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.crack_faces import graded_rule
from tubewall.fem.crack_fields import Mode, TipFrame, tip_fields
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.field_solution import as_tensor
from tubewall.fem.loads import BodyForce, Eigenstrain, Pressure, TemperatureChange, Traction, scalar_at, vector_at
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.fem.region_laws import free_strain, plane_stress_stiffness, region_law
from tubewall.fem.strain import map_points, map_rule
from tubewall.fem.surface_loads import facet_geometry
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model
    from tubewall.geometry.solid_mesh import FacetGroup

# degrees of the rules in elements: the known fields are no polynomials, and no point may lie on the front
_ORDER: Final = {"triangle": 8, "quad": 8, "tetra": 7, "hexahedron": 5, "wedge": 5}


@dataclass(frozen=True, kw_only=True, eq=False)
class DomainPoints:
    """What the integrals need at points of the elements where the crack is moved.

    Attributes
    ----------
    weights : (p,)
        Volume; with the circumference where axisymmetric.
    points : (p, 3)
    shift, shift_gradient : (p, 3), (p, 3, 3)
        The virtual motion V of the crack and ``[k, i]`` = V_k,i.
    gradient : (p, 3, 3)
        Of the displacement, ``[j, k]`` = u_j,k.
    stress, strain : (p, 3, 3)
        Of the solution; the strain without its free part.
    free_slope : (p, 3, 3)
        Derivative of the strain without stress along V.
    force : (p, 3)
        Body force.
    """

    weights: Floats
    points: Floats
    shift: Floats
    shift_gradient: Floats
    gradient: Floats
    stress: Floats
    strain: Floats
    free_slope: Floats
    force: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class FacePoints:
    """What the integrals need on loaded faces: ``above`` tells the upper from the lower one of a crack."""

    weights: Floats
    points: Floats
    shift: Floats
    gradient: Floats
    traction: Floats
    outward: Floats


def domain_points(solution: FieldSolution, shift: Floats) -> DomainPoints:
    """Evaluate a solution where the nodal motion ``shift`` (n, dim) of the mesh is not zero."""
    model, discrete = solution.model, solution.model.discrete
    dim = discrete.dim
    nodal = solution.displacement[discrete.nodes]
    moved = shift[discrete.nodes]
    parts: list[dict[str, Floats]] = []
    for block in range(len(discrete.mesh.blocks)):
        cells = discrete.cells[block]
        rows = np.flatnonzero(np.any(moved[cells], axis=(1, 2)))
        if len(rows) == 0:
            continue
        kind = discrete.mesh.blocks[block].kind
        local, weights = rule(kind, _ORDER[CELLS[kind].first])
        mapped = map_rule(discrete, block, rows, local)
        m, q = mapped.determinant.shape
        elements = np.repeat(discrete.mesh.starts[block] + rows, q)
        fields = solution.evaluate(elements, np.tile(local, (m, 1)))
        volume = mapped.determinant * weights
        displaced, pushed = nodal[cells[rows]], moved[cells[rows]]
        gradient = _padded(np.einsum("mkj,mqkd->mqjd", displaced, mapped.gradients)).reshape(m * q, 3, 3)
        slope = _padded(np.einsum("mkj,mqkd->mqjd", pushed, mapped.gradients)).reshape(m * q, 3, 3)
        motion = _padded_vector(np.einsum("mqk,mkj->mqj", mapped.values, pushed).reshape(m * q, dim))
        if model.kinematics == "axisymmetric":
            radius = mapped.points[..., 0].ravel()
            volume = volume * 2 * np.pi * mapped.points[..., 0]
            gradient[:, 2, 2], slope[:, 2, 2] = fields.displacement[:, 0] / radius, motion[:, 0] / radius
        # the rotation of the nodes with the strain of the element, which may have bubbles
        gradient += _strain_tensor(fields.strain) - (gradient + np.swapaxes(gradient, 1, 2)) / 2
        parts.append(
            {
                "weights": volume.ravel(),
                "points": _padded_vector(fields.points),
                "shift": motion,
                "shift_gradient": slope,
                "gradient": gradient,
                "stress": as_tensor(fields.stress),
                **_material(model, elements, fields.points, fields.stress, motion),
            }
        )
    return DomainPoints(**{key: np.concatenate([part[key] for part in parts]) for key in parts[0]})


def _material(model: Model, elements: Ints, points: Floats, stress: Floats, motion: Floats) -> dict[str, Floats]:
    """Elastic strain, slope of the free strain along the motion, and body force."""
    mesh = model.discrete.mesh
    strain, slope, force = np.empty_like(stress), np.zeros_like(stress), np.zeros((len(points), 3))
    region = mesh.region_index[elements]
    varying = [
        load for load in model.loads
        if (isinstance(load, TemperatureChange) and callable(load.change))
        or (isinstance(load, Eigenstrain) and callable(load.strain))
    ]  # fmt: skip
    for number in np.unique(region):
        mine = np.flatnonzero(region == number)
        name = mesh.region_names[number]
        law = region_law(model, name)
        compliance = np.linalg.inv(law(points[mine]) if callable(law) else law)
        strain[mine] = (
            np.einsum("...ij,pj->pi", compliance, stress[mine])
            if compliance.ndim == 2
            else np.einsum("pij,pj->pi", compliance, stress[mine])
        )
        if any(load.region in (None, name) for load in varying):
            step = 1e-6 * mesh.size
            ahead, back = (
                free_strain(model, name, points[mine] + sign * step * motion[mine, : mesh.dim]) for sign in (1, -1)
            )
            if ahead is not None and back is not None:
                slope[mine] = (ahead - back) / (2 * step)
        for load in model.loads:
            if isinstance(load, BodyForce) and load.region in (None, name):
                force[mine, : mesh.dim] += vector_at(load.force, points[mine])
    return {"strain": _strain_tensor(strain), "free_slope": _strain_tensor(slope), "force": force}


def face_points(solution: FieldSolution, shift: Floats, front: Ints) -> FacePoints | None:
    """Evaluate a solution on the loaded facets where the nodal motion ``shift`` is not zero; None where there is none.

    ``front`` are the nodes of the crack front: near them the rules are graded for fields like 1 / sqrt(r).
    """
    model = solution.model
    mesh = model.discrete.mesh
    touched = np.any(shift, axis=1)
    parts: list[dict[str, Floats]] = []
    for load in model.loads:
        if not isinstance(load, (Pressure, Traction)):
            continue
        for group in mesh.facet_groups(mesh.boundary(load.boundary)):
            ends = np.isin(group.nodes[:, : CELLS[group.kind].vertices], front)
            keep = np.flatnonzero(touched[group.nodes].any(axis=1))
            for pattern in np.unique(ends[keep], axis=0):
                rows = keep[(ends[keep] == pattern).all(axis=1)]
                parts.append(_on_facets(solution, load, group, rows, shift, tuple(bool(x) for x in pattern)))
    if not parts:
        return None
    return FacePoints(**{key: np.concatenate([part[key] for part in parts]) for key in parts[0]})


def _on_facets(
    solution: FieldSolution,
    load: Pressure | Traction,
    group: FacetGroup,
    rows: Ints,
    shift: Floats,
    near: tuple[bool, ...],
) -> dict[str, Floats]:
    model, discrete = solution.model, solution.model.discrete
    mesh = discrete.mesh
    local, weights = graded_rule(group.kind, near)
    at, normals = facet_geometry(mesh.points, group, local)
    kind = group.kind if discrete.kinds[group.block] == group.cell_kind else CELLS[group.kind].first
    values, _ = shape_table(kind, local)
    motion = np.einsum("qj,kjd->kqd", values, shift[group.nodes[:, : values.shape[1]]])
    at, normals, motion = (part[rows].reshape(-1, mesh.dim) for part in (at, normals, motion))
    area = np.linalg.norm(normals, axis=1)
    outward = normals / area[:, None]
    if isinstance(load, Pressure):
        traction = -scalar_at(load.pressure, at)[:, None] * outward
    else:
        traction = np.array(vector_at(load.traction, at))
    area = area * np.tile(weights, len(rows))
    if model.kinematics == "axisymmetric":
        area = area * 2 * np.pi * at[:, 0]
    cell = CELLS[group.cell_kind]
    facet_values, _ = shape_table(group.kind, local)
    in_cell = np.tile(facet_values @ np.asarray(cell.nodes)[list(cell.facets[group.local].nodes)], (len(rows), 1))
    cells = group.elements[rows] - mesh.starts[group.block]
    mapped = map_points(discrete, group.block, np.repeat(cells, len(weights)), in_cell)
    nodal = solution.displacement[discrete.nodes][discrete.cells[group.block][np.repeat(cells, len(weights))]]
    return {
        "weights": area,
        "points": _padded_vector(at),
        "shift": _padded_vector(motion),
        "gradient": _padded(np.einsum("pkj,pkd->pjd", nodal, mapped.gradients)),
        "traction": _padded_vector(traction),
        "outward": _padded_vector(outward),
    }


def energy_release(domain: DomainPoints, faces: FacePoints | None) -> float:
    """Energy [J] released per unit of the motion: the domain form of J.

    int (sigma_ij u_j,k - W delta_ik) V_k,i + (sigma_ij e0_ij,k - b_j u_j,k) V_k dV - int t_j u_j,k V_k dS on loaded faces
    (Shih, Moran and Nakamura, Int. J. Fract. 30, 79, 1986; de Lorenzi 1982).
    """
    energy = 0.5 * np.einsum("pij,pij->p", domain.stress, domain.strain)
    inner = np.einsum("pij,pjk,pki->p", domain.stress, domain.gradient, domain.shift_gradient)
    inner -= energy * np.trace(domain.shift_gradient, axis1=1, axis2=2)
    inner += np.einsum("pij,pij->p", domain.stress, domain.free_slope)
    inner -= np.einsum("pj,pjk,pk->p", domain.force, domain.gradient, domain.shift)
    total = float(domain.weights @ inner)
    if faces is not None:
        total -= float(faces.weights @ np.einsum("pj,pjk,pk->p", faces.traction, faces.gradient, faces.shift))
    return total


def interaction(
    mode: Mode,
    domain: DomainPoints,
    faces: FacePoints | None,
    frame: TipFrame,
    stiffness: Floats,
    shear: float,
    kolosov: float,
) -> float:
    """The part of the energy release that the solution and a known field share (Yau, Wang and Corten 1980).

    With the terms of a curved front (Gosz and Moran 2002), of strain without stress, body force and loaded faces.
    """
    place, axes, stretch = frame.locate(domain.points)
    known = tip_fields(mode, place, stretch, frame, stiffness, shear, kolosov)
    sigma, gradient, slope = (
        np.einsum("pai,pij,pbj->pab", axes, part, axes)
        for part in (domain.stress, domain.gradient, domain.shift_gradient)
    )
    free = np.einsum("pai,pij,pbj->pab", axes, domain.free_slope, axes)
    motion, force = (np.einsum("pai,pi->pa", axes, part) for part in (domain.shift, domain.force))
    inner = np.einsum("pij,pjk,pki->p", sigma, known.gradient, slope)
    inner += np.einsum("pij,pjk,pki->p", known.stress, gradient, slope)
    inner -= np.einsum("pij,pij->p", sigma, known.strain) * np.trace(slope, axis1=1, axis2=2)
    inner += np.einsum("pij,pkij,pk->p", sigma, known.misfit, motion[:, :2])
    inner += np.einsum("pj,pjk,pk->p", known.unbalanced, gradient, motion)
    inner += np.einsum("pij,pij->p", known.stress, free)
    inner -= np.einsum("pj,pjk,pk->p", force, known.gradient, motion)
    total = float(domain.weights @ inner)
    if faces is None:
        return total
    place, axes, stretch = frame.locate(faces.points)
    # the upper face lies at +180 degrees, the lower at -180
    above = np.einsum("pai,pi->pa", axes, faces.outward)[:, 1] < 0
    height = np.maximum(np.abs(place[:, 1]), 1e-300)
    place[:, 1] = np.where(above, height, -height)
    known = tip_fields(mode, place, stretch, frame, stiffness, shear, kolosov)
    traction, motion = (np.einsum("pai,pi->pa", axes, part) for part in (faces.traction, faces.shift))
    return total - float(faces.weights @ np.einsum("pj,pjk,pk->p", traction, known.gradient, motion))


def tip_stiffness(model: Model, region: str, point: Floats) -> Floats:
    """Stiffness (6, 6) [Pa] of a region at a point (dim,), condensed in plane stress."""
    law = region_law(model, region)
    stiffness = law(point[None])[0] if callable(law) else law
    return plane_stress_stiffness(stiffness) if model.kinematics == "plane stress" else np.asarray(stiffness)


def _padded(gradient: Floats) -> Floats:
    dim = gradient.shape[-1]
    result = np.zeros((*gradient.shape[:-2], 3, 3))
    result[..., :dim, :dim] = gradient
    return result


def _padded_vector(vectors: Floats) -> Floats:
    result = np.zeros((len(vectors), 3))
    result[:, : vectors.shape[1]] = vectors
    return result


def _strain_tensor(voigt: Floats) -> Floats:
    tensor: Floats = as_tensor(voigt * np.array([1, 1, 1, 0.5, 0.5, 0.5]))
    return tensor
