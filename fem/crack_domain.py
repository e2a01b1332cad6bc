"""Integrals over a body around the tip of a crack, over what presses on its faces, and where its front ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.crack_faces import EndPoints, FacePoints, padded, padded_vector
from tubewall.fem.crack_fields import Mode, TipFrame, tip_fields
from tubewall.fem.element_chunks import laws_at
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.invariants import as_stress_like, as_tensor
from tubewall.fem.loads import BodyForce, Eigenstrain, TemperatureChange, vector_at
from tubewall.fem.reference_elements import rule
from tubewall.fem.region_laws import compliance, free_strain
from tubewall.fem.strain import map_rule
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model

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
        gradient = padded(np.einsum("mkj,mqkd->mqjd", displaced, mapped.gradients)).reshape(m * q, 3, 3)
        slope = padded(np.einsum("mkj,mqkd->mqjd", pushed, mapped.gradients)).reshape(m * q, 3, 3)
        motion = padded_vector(np.einsum("mqk,mkj->mqj", mapped.values, pushed).reshape(m * q, dim))
        if model.kinematics == "axisymmetric":
            radius = mapped.points[..., 0].ravel()
            volume = volume * 2 * np.pi * mapped.points[..., 0]
            gradient[:, 2, 2], slope[:, 2, 2] = fields.displacement[:, 0] / radius, motion[:, 0] / radius
        # the rotation of the nodes with the strain of the element, which may have bubbles
        gradient += _strain_tensor(fields.strain) - (gradient + np.swapaxes(gradient, 1, 2)) / 2
        parts.append(
            {
                "weights": volume.ravel(),
                "points": padded_vector(fields.points),
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
        flexible = compliance(model, name, points[mine])
        strain[mine] = np.einsum("ij,pj->pi" if flexible.ndim == 2 else "pij,pj->pi", flexible, stress[mine])
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


def energy_release(domain: DomainPoints, faces: FacePoints | None, ends: EndPoints | None) -> float:
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
    for part in (faces, ends):
        if part is not None:
            total -= float(part.weights @ np.einsum("pj,pjk,pk->p", part.traction, part.gradient, part.shift))
    return total


def held_energy(ends: EndPoints | None) -> float:
    """The part [J per unit of the motion] of :func:`energy_release` that supports of the end faces of a front have."""
    if ends is None:
        return 0.0
    return -float(ends.weights @ np.einsum("pj,pjk,pk->p", ends.held, ends.gradient, ends.shift))


def interaction(
    mode: Mode,
    domain: DomainPoints,
    faces: FacePoints | None,
    ends: EndPoints | None,
    frame: TipFrame,
    stiffness: Floats,
    shear: float,
    kolosov: float,
) -> float:
    """The part of the energy release that the solution and a known field share (Yau, Wang and Corten 1980).

    With the terms of a curved front (Gosz and Moran 2002), of strain without stress, body force and loaded faces, and of the
    tractions that either field has where the front comes out of the body.
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
    for part in (faces, ends):
        if part is None:
            continue
        place, axes, stretch = frame.locate(part.points)
        if not isinstance(part, EndPoints):
            # the upper face lies at +180 degrees, the lower at -180
            above = np.einsum("pai,pi->pa", axes, part.outward)[:, 1] < 0
            height = np.maximum(np.abs(place[:, 1]), 1e-300)
            place[:, 1] = np.where(above, height, -height)
        known = tip_fields(mode, place, stretch, frame, stiffness, shear, kolosov)
        traction, motion, outward = (
            np.einsum("pai,pi->pa", axes, vectors) for vectors in (part.traction, part.shift, part.outward)
        )
        total -= float(part.weights @ np.einsum("pj,pjk,pk->p", traction, known.gradient, motion))
        if isinstance(part, EndPoints):
            pushed = np.einsum("pij,pj->pi", known.stress, outward)
            gradient = np.einsum("pai,pij,pbj->pab", axes, part.gradient, axes)
            total -= float(part.weights @ np.einsum("pj,pjk,pk->p", pushed, gradient, motion))
    return total


def tip_stiffness(model: Model, region: str, point: Floats) -> Floats:
    """Stiffness (6, 6) [Pa] of a region at a point (dim,), condensed in plane stress."""
    stiffness: Floats = np.broadcast_to(laws_at(model, region, point[None]), (1, 6, 6))[0]
    return stiffness


def _strain_tensor(voigt: Floats) -> Floats:
    return as_tensor(as_stress_like(voigt))
