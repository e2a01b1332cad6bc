"""Solve one body under one set of loads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.assembly import body_load, edge_load, pressure_load
from tubewall.fem.constraints import boundary_facets
from tubewall.fem.elements import Floats, MeshLike
from tubewall.fem.linear import Backend
from tubewall.fem.loads import BodyForce, Load, Pressure, Support, SupportLike, Traction, scalar_at, vector_at
from tubewall.fem.solution import Reaction, Solution
from tubewall.fem.stiffness import Stiffness, soft_elements
from tubewall.fem.system import States, System, build_system, enclosed_area, solve_states

if TYPE_CHECKING:
    from tubewall.materials.elastic import ElasticLaw


def solve(
    mesh: MeshLike,
    elastic: ElasticLaw | Mapping[str, ElasticLaw],
    loads: Sequence[Load],
    supports: Sequence[SupportLike],
    *,
    kinematics: str = "plane strain",
    ends: str = "held",
    backend: Backend = "auto",
) -> Solution:
    """Displacement and stress of a body under loads.

    Parameters
    ----------
    mesh : NamedMesh
    elastic : ElasticLaw, or mapping from region to ElasticLaw
    loads : sequence of Pressure, Traction, BodyForce
    supports : sequence of Support, RigidBody
    kinematics : str
        "plane strain"; "generalised plane strain", where the section may also stretch uniformly along z; "axisymmetric",
        where x is the radius, y the axis, and stress xx is radial, yy axial, zz hoop. Elastic laws with fixed axes then have
        1 radial, 2 axial, 3 hoop; circumferential ones 1 hoop, 2 radial, 3 axial; radial ones 1 radial, 2 hoop, 3 axial.
    ends : str
        With generalised plane strain: "held" (no strain along z), "closed" (the axial resultant is that of the pressures on
        the end caps of the bores, sum p A), "free" (no axial resultant). Ends stretch without tilting.
    backend : str
        "auto" takes CHOLMOD where it is there, else SuperLU.

    Raises
    ------
    InputError
        For unknown names (with the nearest), empty boundaries, a region without a law, a body that may move, loads that do
        not balance where only ``RigidBody`` holds.
    ResourceError
        When the factorisation would not fit into the memory that is free; nothing is started.
    ConvergenceError
        When the residual is not below 1e-10 or the imbalance not below 1e-9.
    """
    system = build_system(mesh, elastic, supports, kinematics=kinematics, ends=ends, backend=backend)
    forces = nodal_forces(mesh, system.stiffness, loads, kinematics)
    axial = end_force(mesh, loads) if ends == "closed" else 0.0
    states = solve_states(system, forces[:, None], np.array([axial]))
    return _solution(system, states, loads, supports)


def nodal_forces(mesh: MeshLike, stiffness: Stiffness, loads: Sequence[Load], kinematics: str) -> Floats:
    """The sum (2 n,) of the nodal forces of loads."""
    total = np.zeros(2 * len(mesh.points))
    for load in loads:
        if isinstance(load, BodyForce):
            if load.region is not None and load.region not in mesh.regions:
                raise unknown_name("region", load.region, mesh.regions)
            cells = None if load.region is None else mesh.regions[load.region]
            soft, _ = soft_elements(mesh, stiffness)
            if len(soft if cells is None else np.intersect1d(soft, cells)):
                raise InputError(
                    "a body force on a nearly incompressible region (nu > 0.4) is not carried by its elements"
                )
            total += body_load(mesh, partial(vector_at, load.force), cells, kinematics)
        elif isinstance(load, (Pressure, Traction)):
            total += _surface_forces(mesh, load, kinematics)
        else:
            raise InputError(f"a load is a Pressure, a Traction or a BodyForce, got {load!r}")
    return total


def _surface_forces(mesh: MeshLike, load: Pressure | Traction, kinematics: str) -> Floats:
    facets, name = boundary_facets(mesh, load.boundary), load.boundary
    if isinstance(load, Pressure):
        if not callable(load.pressure):
            return load.pressure * pressure_load(mesh, facets, kinematics, name)
        field = load.pressure

        def push(points: Floats, normals: Floats) -> Floats:
            return -scalar_at(field, points.reshape(-1, 2)).reshape(points.shape[:2])[..., None] * normals

        return edge_load(mesh, facets, push, kinematics=kinematics, order=6, name=name)
    traction = load.traction

    def pull(points: Floats, normals: Floats) -> Floats:
        length = np.linalg.norm(normals, axis=-1, keepdims=True)
        pulled: Floats = vector_at(traction, points.reshape(-1, 2)).reshape(points.shape) * length
        return pulled

    # the length of a curved edge is no polynomial: six Gauss points leave 1e-10 of it
    return edge_load(mesh, facets, pull, kinematics=kinematics, order=6, name=name)


def end_force(mesh: MeshLike, loads: Sequence[Load]) -> float:
    """The axial resultant [N] of the pressures on the end caps: sum of p A over the bores."""
    total = 0.0
    for load in loads:
        if not isinstance(load, Pressure):
            continue
        if callable(load.pressure):
            raise InputError(f"ends='closed' needs one number for the pressure on {load.boundary!r}, got a function")
        area = enclosed_area(mesh, load.boundary) if load.end_area is None else load.end_area
        total += load.pressure * area
    return total


def _solution(system: System, states: States, loads: Sequence[Load], supports: Sequence[SupportLike]) -> Solution:
    u = states.displacement[:, 0]
    strain = float(states.axial_strain[0])
    return Solution(
        mesh=system.mesh,
        stiffness=system.stiffness,
        kinematics=system.kinematics,
        displacement=u.reshape(-1, 2).copy(),
        axial_strain=strain,
        axial_force=float(system.axial @ u) + system.axial_stiffness * strain,
        reactions=_reactions(system, states.reactions[:, 0], supports),
        imbalance=states.imbalance,
        residual=states.residual,
        solver=system.factor.backend,
        unknowns=system.factor.unknowns,
        loads=tuple(loads),
        supports=tuple(supports),
    )


def _reactions(system: System, forces: Floats, supports: Sequence[SupportLike]) -> tuple[Reaction, ...]:
    held = system.constraints
    node, component = np.divmod(held.fixed, 2)
    arm = system.mesh.points[node]
    moments = np.where(component == 0, -arm[:, 1], arm[:, 0]) * forces
    found = []
    for index, support in enumerate(supports):
        mine = held.owner == index
        force = np.array([forces[mine & (component == c)].sum() for c in (0, 1)])
        boundary = support.boundary if isinstance(support, Support) else None
        found.append(Reaction(boundary=boundary, force=force, moment=float(moments[mine].sum())))
    return tuple(found)
