"""Stress intensity, T-stress and energy release rate of a crack that the mesh contains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.crack_domain import (
    DomainPoints,
    FacePoints,
    domain_points,
    energy_release,
    face_points,
    interaction,
    tip_stiffness,
)
from tubewall.fem.crack_extension import extension_energy
from tubewall.fem.crack_tip import Reach, plane_frame, ramp, reach, upper_normal
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import Pressure, Traction, scalar_at, vector_at
from tubewall.fem.model import Model, node_at
from tubewall.fem.surface_loads import facet_geometry

if TYPE_CHECKING:
    from tubewall.fem.crack_fields import TipFrame
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.materials.elastic import Isotropic


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


def crack(
    solution: FieldSolution,
    *,
    tip: str | tuple[float, float],
    direction: tuple[float, float],
    faces: tuple[str, ...],
    radius: float | None = None,
    symmetric: bool = False,
) -> CrackResult:
    """A crack in a plane or axisymmetric body, which ends at a node of the mesh.

    The crack is plane within ``radius`` of its tip. Pressures and tractions on its faces, body force, thermal strain and
    eigenstrain are taken into account. In axisymmetric bodies K and G are those of each point of the circular front.

    Parameters
    ----------
    solution : FieldSolution
    tip : str or (float, float)
        A named point or coordinates of a node [m].
    direction : (float, float)
        Where the crack would grow.
    faces : tuple of str
        Boundaries that are its faces: two, or one of a symmetric half.
    radius : float, optional
        Of the largest domain [m]; as large as the body around the tip allows by default.
    symmetric : bool
        The mesh holds one half and the crack lies in the plane of symmetry.

    Raises
    ------
    InputError
        When the tip is no node or not at the end of the faces, or the mesh is too coarse around it.
    """
    model = solution.model
    mesh = model.discrete.mesh
    if mesh.dim == 3:
        raise InputError("a crack in space has a front: use crack_front")
    node = _tip_node(model, tip, faces)
    frame = plane_frame(model, node, direction)
    place = f"with its tip at {mesh.points[node].tolist()} m"
    _check_direction(model, node, frame, faces, place)
    distance = np.linalg.norm(mesh.points - mesh.points[node], axis=1)
    front = np.array([node])
    around = reach(model, faces, front, (frame,), np.zeros(len(mesh.points), dtype=np.int64), distance)
    radii = around.radii(radius, place)
    ahead = frame.axes[0, :2]
    per_length = 2 * math.pi * float(mesh.points[node, 0]) if model.kinematics == "axisymmetric" else 1.0
    shifts = [ramp(distance, r)[:, None] * ahead for r in radii]
    strain = _strain_along(solution, node)
    return evaluate_tip(
        solution,
        front,
        frame,
        around,
        radii,
        shifts,
        per_length / (2 if symmetric else 1),
        strain,
        stress_of_faces(model, faces, frame),
        symmetric,
    )


def evaluate_tip(
    solution: FieldSolution,
    front: Ints,
    frame: TipFrame,
    around: Reach,
    radii: tuple[float, ...],
    shifts: list[Floats],
    per_motion: float,
    strain_along: float,
    pressed: float,
    symmetric: bool,
) -> CrackResult:
    """All results at one point of a front.

    ``per_motion`` is the area of crack that each of ``shifts`` adds per unit of its motion; ``strain_along`` the strain
    along the front there, ``pressed`` the stress across the crack from the loads of its faces.
    """
    model = solution.model
    material = tip_material(model, front, frame)
    modes = ("I", "T") if symmetric else ("I", "II", "III", "T") if model.mesh.dim == 3 else ("I", "II", "T")
    table = []
    stress = 0.0
    for r, shift in zip(radii, shifts, strict=True):
        domain, faces = domain_points(solution, shift), face_points(solution, shift, front)
        stress = max(stress, float(np.sqrt(np.average((domain.stress**2).sum(axis=(1, 2)), weights=domain.weights))))
        g = energy_release(domain, faces) / per_motion
        found: dict[str, float | None] = {"I": None, "II": None, "III": None, "T": None}
        if material is not None:
            found |= {"II": 0.0, "III": 0.0}
            for mode in modes:
                found[mode] = _from_interaction(
                    mode, solution, domain, faces, frame, material, per_motion, strain_along, front, pressed
                )
        table.append(RadiusResult(radius=r, k1=found["I"], k2=found["II"], k3=found["III"], t_stress=found["T"], g=g))
    moved = None
    if solution.mixed is None:
        moved = extension_energy(solution, shifts[-1], around.element) / per_motion
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
    mode: str,
    solution: FieldSolution,
    domain: DomainPoints,
    faces: FacePoints | None,
    frame: TipFrame,
    material: TipMaterial,
    per_motion: float,
    strain_along: float,
    front: Ints,
    pressed: float,
) -> float:
    """``pressed`` is the stress across the crack that the loads of its faces make at the tip."""
    shared = (
        interaction(mode, domain, faces, frame, material.stiffness, material.shear, material.kolosov) / per_motion  # type: ignore[arg-type]
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
    from tubewall.fem.field_solution import as_tensor
    from tubewall.fem.region_laws import free_strain

    mesh = model.discrete.mesh
    for start, block in zip(mesh.starts, mesh.blocks, strict=False):
        rows = np.flatnonzero(np.isin(block.cells, front).any(axis=1))
        if len(rows):
            name = mesh.region_names[int(mesh.region_index[start + rows[0]])]
            found = free_strain(model, name, frame.point[None, : mesh.dim])
            if found is None:
                return 0.0, 0.0
            tensor = as_tensor(found * np.array([1, 1, 1, 0.5, 0.5, 0.5]))[0]
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


def _tip_node(model: Model, tip: str | tuple[float, ...], faces: tuple[str, ...]) -> int:
    mesh = model.discrete.mesh
    if not faces:
        raise InputError("a crack has one or two faces: name the boundaries of the mesh")
    nodes = node_at(mesh, tip)
    for name in faces:
        nodes = np.intersect1d(nodes, mesh.boundary_nodes(name))
    nodes = np.intersect1d(nodes, mesh.vertex_nodes)
    if len(nodes) != 1:
        raise InputError(
            f"the tip {tip!r} of a crack must be the one vertex where its faces {', '.join(map(repr, faces))} end; "
            f"{len(nodes) or 'none'} of the nodes there belong to all of them"
        )
    return int(nodes[0])


def _check_direction(model: Model, node: int, frame: TipFrame, faces: tuple[str, ...], place: str) -> None:
    """The faces run back from the tip."""
    mesh = model.discrete.mesh
    for name in faces:
        normal = upper_normal(mesh, name, node)
        if normal is None or abs(float(normal @ frame.axes[0, :2])) > 0.02:
            raise InputError(
                f"the direction {frame.axes[0, :2].tolist()} of the crack {place} does not continue its face {name!r}"
            )
    count = sum(int((group.nodes == node).any(axis=1).sum()) for group in mesh.facet_groups(mesh.boundary(faces[0])))
    middle = mesh.points[
        np.unique(
            np.concatenate(
                [g.nodes[(g.nodes == node).any(axis=1)].ravel() for g in mesh.facet_groups(mesh.boundary(faces[0]))]
            )
        )
    ].mean(axis=0)
    if count != 1 or (middle - mesh.points[node]) @ frame.axes[0, :2] > 0:
        raise InputError(f"the face {faces[0]!r} lies ahead of the crack {place}: turn the direction")


def _strain_along(solution: FieldSolution, node: int) -> float:
    """Strain normal to the section at the tip."""
    model = solution.model
    if model.kinematics == "axisymmetric":
        return float(solution.displacement[node, 0] / model.discrete.mesh.points[node, 0])
    return float(solution.axial_strain)
