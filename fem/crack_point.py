"""All that is known at one point of a crack front: K, T and G of several radii, and how far they agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.crack_domain import (
    DomainPoints,
    domain_points,
    energy_release,
    held_energy,
    interaction,
    tip_stiffness,
)
from tubewall.fem.crack_extension import extension_energy
from tubewall.fem.crack_faces import EndPoints, FacePoints, end_points, face_points
from tubewall.fem.crack_fields import Mode, TipFrame
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.invariants import as_stress_like, as_tensor
from tubewall.fem.loads import Pressure, Traction, scalar_at, vector_at
from tubewall.fem.region_laws import free_strain
from tubewall.fem.surface_loads import facet_geometry

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model
    from tubewall.materials.elastic import Isotropic

# of the K that the stress around would make: less counts as none
_NOTHING: Final = 1e-4


@dataclass(frozen=True, kw_only=True)
class RadiusResult:
    """What the integrals over one radius [m] give; K in [Pa sqrt(m)], G in [J/m2], T in [Pa]."""

    radius: float
    k1: float | None
    k2: float | None
    k3: float | None
    t_stress: float | None
    g: float


@dataclass(frozen=True, kw_only=True)
class CrackResult:
    """A crack at its tip, or at one point of its front.

    Attributes
    ----------
    k1, k2, k3 : float or None
        [Pa sqrt(m)], the mean over the radii: opening; sliding, positive where the upper face moves forward; tearing. None
        where the material at the tip is not isotropic or the tip lies between two materials.
    t_stress : float or None
        The stress along the crack that does not vanish with the distance from the tip [Pa].
    g : float
        Energy release rate [J/m2]: (K_I^2 + K_II^2) / E' + K_III^2 / (2 G), the most accurate of the three; ``g_domain`` where
        there is no K.
    g_domain : float
        Of the domain form of J, the mean over the radii.
    g_extension : float or None
        By moving the nodes of the mesh; None where elements carry a pressure of their own.
    radii : tuple of RadiusResult
        Their G is that of the domain form.
    path_spread : float
        Largest difference between the radii, of any K over the root of the sum of their squares (of G where there is no K).
    disagreement : float
        Largest difference among the three rates over the largest: the error of G that the mesh leaves, on the safe side.
    point : (float, ...)
        The tip [m].
    """

    k1: float | None
    k2: float | None
    k3: float | None
    t_stress: float | None
    g: float
    g_domain: float
    g_extension: float | None
    radii: tuple[RadiusResult, ...]
    path_spread: float
    disagreement: float
    point: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class TipMaterial:
    """The isotropic material at a tip: stiffness as the kinematics has it, and E' = ``modulus`` of G = K^2 / E'."""

    stiffness: Floats
    shear: float
    poissons_ratio: float
    kolosov: float
    modulus: float
    plane_stress: bool


def evaluate_tip(
    solution: FieldSolution,
    front: Ints,
    frame: TipFrame,
    element: float,
    radii: tuple[float, ...],
    shifts: list[Floats],
    per_motion: float,
    strain_along: float,
    pressed: float,
    symmetric: bool,
    ends: Ints | None = None,
) -> CrackResult:
    """All results at one point of a front.

    ``element`` [m] is the size of the elements at the front, ``per_motion`` the area of crack that each of ``shifts`` adds per
    unit of its motion; ``strain_along`` the strain along the front there, ``pressed`` the stress across the crack from the loads
    of its faces; ``ends`` (k, 2) are the facets where a front in space comes out.
    """
    model = solution.model
    ends = np.zeros((0, 2), dtype=np.int64) if ends is None else ends
    material = tip_material(model, front, frame)
    modes: tuple[Mode, ...] = (
        ("I", "T") if symmetric else ("I", "II", "III", "T") if model.mesh.dim == 3 else ("I", "II", "T")
    )
    table, outlet = [], None
    stress = 0.0
    for r, shift in zip(radii, shifts, strict=True):
        domain, faces = domain_points(solution, shift), face_points(solution, shift, front, ends)
        outlet = end_points(solution, shift, front, ends)
        stress = max(stress, float(np.sqrt(np.average((domain.stress**2).sum(axis=(1, 2)), weights=domain.weights))))
        g = energy_release(domain, faces, outlet) / per_motion
        found: dict[str, float | None] = {"I": None, "II": None, "III": None, "T": None}
        if material is not None:
            found |= {"II": 0.0, "III": 0.0}
            for mode in modes:
                found[mode] = _from_interaction(
                    mode, solution, domain, faces, outlet, frame, material, per_motion, strain_along, front, pressed
                )
        table.append(RadiusResult(radius=r, k1=found["I"], k2=found["II"], k3=found["III"], t_stress=found["T"], g=g))
    moved = None
    if solution.mixed is None:
        # what supports of the faces where the front ends do is no part of the energy of the mesh
        moved = (extension_energy(solution, shifts[-1], element) + held_energy(outlet)) / per_motion
    return _summary(table, material, moved, frame, model, stress * math.sqrt(radii[-1]))


def tip_material(model: Model, front: Ints, frame: TipFrame) -> TipMaterial | None:
    """The isotropic material that all elements at a front are of; None where there is none."""
    from tubewall.materials.elastic import Isotropic

    mesh = model.discrete.mesh
    elements = np.concatenate(
        [
            start + np.flatnonzero(np.isin(b.cells, front).any(axis=1))
            for start, b in zip(mesh.starts, mesh.blocks, strict=False)
        ]
    )
    regions = [mesh.region_names[i] for i in np.unique(mesh.region_index[elements])]
    laws = [model.solids[name].elastic for name in regions]
    if not isinstance(laws[0], Isotropic) or any(law != laws[0] for law in laws):
        return None
    law: Isotropic = laws[0]
    nu, plane_stress = law.poissons_ratio, model.kinematics == "plane stress"
    return TipMaterial(
        stiffness=tip_stiffness(model, regions[0], frame.point[: mesh.dim]),
        shear=law.shear_modulus,
        poissons_ratio=nu,
        kolosov=(3 - nu) / (1 + nu) if plane_stress else 3 - 4 * nu,
        modulus=law.youngs_modulus if plane_stress else law.plane_strain_modulus,
        plane_stress=plane_stress,
    )


def _from_interaction(
    mode: Mode,
    solution: FieldSolution,
    domain: DomainPoints,
    faces: FacePoints | None,
    ends: EndPoints | None,
    frame: TipFrame,
    material: TipMaterial,
    per_motion: float,
    strain_along: float,
    front: Ints,
    pressed: float,
) -> float:
    """``pressed`` is the stress across the crack that the loads of its faces make at the tip."""
    shared = (
        interaction(mode, domain, faces, ends, frame, material.stiffness, material.shear, material.kolosov) / per_motion
    )
    if mode == "III":
        return material.shear * shared
    if mode != "T":
        return material.modulus / 2 * shared
    # what is shared is the strain ahead, of sigma_11 = T, the strain along the front, and -sigma_22 / E' of loaded faces
    free = _free_strain_at(solution.model, front, frame)
    across = 0.0 if material.plane_stress else material.poissons_ratio * (strain_along - free[1])
    return material.modulus * (shared - free[0] + across) + pressed


def _free_strain_at(model: Model, front: Ints, frame: TipFrame) -> tuple[float, float]:
    """Strain without stress at the tip, ahead and along the front."""
    mesh = model.discrete.mesh
    for start, block in zip(mesh.starts, mesh.blocks, strict=False):
        rows = np.flatnonzero(np.isin(block.cells, front).any(axis=1))
        if len(rows):
            name = mesh.region_names[int(mesh.region_index[start + rows[0]])]
            found = free_strain(model, name, frame.point[None, : mesh.dim])
            if found is None:
                return 0.0, 0.0
            tensor = as_tensor(as_stress_like(found))[0]
            return float(frame.axes[0] @ tensor @ frame.axes[0]), float(frame.axes[2] @ tensor @ frame.axes[2])
    return 0.0, 0.0


def stress_of_faces(model: Model, faces: tuple[str, ...], frame: TipFrame) -> float:
    """Stress [Pa] across the crack at its tip that pressures and tractions on its faces make: their mean."""
    mesh = model.discrete.mesh
    tip = frame.point[None, : mesh.dim]
    up = frame.axes[1, : mesh.dim]
    total = 0.0
    for load in model.loads:
        if isinstance(load, (Pressure, Traction)) and load.boundary in faces:
            if isinstance(load, Pressure):
                total -= float(scalar_at(load.pressure, tip)[0])
                continue
            group = mesh.facet_groups(mesh.boundary(load.boundary))[0]
            _, normals = facet_geometry(mesh.points, group, np.full((1, mesh.dim - 1), 1 / 3))
            total += float(vector_at(load.traction, tip)[0] @ up) * float(np.sign(normals[0, 0] @ up))
    return total / len(faces)


def _summary(
    table: list[RadiusResult],
    material: TipMaterial | None,
    moved: float | None,
    frame: TipFrame,
    model: Model,
    scale: float,
) -> CrackResult:
    """``scale`` is the K that the stress around would make; a ten-thousandth of it counts as none."""
    domain = float(np.mean([row.g for row in table]))
    mean: dict[str, float | None] = {"k1": None, "k2": None, "k3": None, "t_stress": None}
    if material is None:
        g = domain
        values = np.array([[row.g] for row in table])
        size = abs(g)
    else:
        mean = {name: float(np.mean([getattr(row, name) for row in table])) for name in mean}
        values = np.array([[row.k1, row.k2, row.k3] for row in table], dtype=np.float64)
        k = values.mean(axis=0)
        size = max(float(np.linalg.norm(k)), _NOTHING * scale)
        g = float((k[0] ** 2 + k[1] ** 2) / material.modulus + k[2] ** 2 / (2 * material.shear))
    rates = [rate for rate in (g, domain, moved) if rate is not None]
    largest = max(abs(rate) for rate in rates)
    if material is not None:
        largest = max(largest, (_NOTHING * scale) ** 2 / material.modulus)
    return CrackResult(
        **mean,
        g=g,
        g_domain=domain,
        g_extension=moved,
        radii=tuple(table),
        path_spread=float(np.ptp(values, axis=0).max()) / size if size > 0 else 0.0,
        disagreement=(max(rates) - min(rates)) / largest if largest > 0 else 0.0,
        point=tuple(float(x) for x in frame.point[: model.mesh.dim]),
    )
