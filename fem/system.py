"""One body, held and factorised once, ready for any number of right-hand sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tubewall.errors import ConvergenceError, InputError, unknown_name
from tubewall.fem.assembly import assemble_stiffness, strain_load
from tubewall.fem.constraints import Constraints, constrain, without_motion
from tubewall.fem.elements import MACRO, Floats, MeshLike, check_kinematics, edge_shape, facet_owners
from tubewall.fem.linear import IMBALANCE_LIMIT, Backend, Factorised, factorise
from tubewall.fem.loads import SupportLike
from tubewall.fem.rigid import rigid_motions
from tubewall.fem.stiffness import Law, Stiffness

if TYPE_CHECKING:
    from scipy.sparse import csc_array

    from tubewall.materials.elastic import ElasticLaw

Ends = Literal["held", "closed", "free"]
ENDS = ("held", "closed", "free")
_ZZ = MACRO.index("zz")
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class System:
    """A held and factorised body.

    Attributes
    ----------
    matrix : (2 n, 2 n) sparse
        Stiffness of all degrees of freedom.
    axial, axial_stiffness : (2 n,) and float
        Nodal forces and axial force of a unit axial strain.
    axial_response : (2 n,)
        Displacement that answers these nodal forces; zero unless the ends move.
    """

    mesh: MeshLike
    stiffness: Stiffness
    kinematics: str
    ends: Ends
    constraints: Constraints
    matrix: csc_array
    factor: Factorised
    axial: Floats
    axial_stiffness: float
    axial_response: Floats


@dataclass(frozen=True, kw_only=True)
class States:
    """Solutions of k load cases: ``displacement`` (2 n, k) [m], ``axial_strain`` (k,), ``reactions`` (f, k) at the held
    degrees of freedom [N/m, or N for the full circle], and the largest ``residual`` and ``imbalance`` of any."""  # noqa: D209

    displacement: Floats
    axial_strain: Floats
    reactions: Floats
    residual: float
    imbalance: float


def region_stiffness(mesh: MeshLike, elastic: ElasticLaw | Mapping[str, ElasticLaw], kinematics: str) -> dict[str, Law]:
    """The Voigt stiffness of each region, a matrix (6, 6) [Pa] or a function of points.

    Raises
    ------
    InputError
        For a region without a law or a law without a region.
    """
    laws = elastic if isinstance(elastic, Mapping) else dict.fromkeys(mesh.regions, elastic)
    for name in laws:
        if name not in mesh.regions:
            raise unknown_name("region", name, mesh.regions)
    for name in mesh.regions:
        if name not in laws:
            raise InputError(f"no elastic law for the region {name!r}: give one for each region of the mesh")
    return {name: _law(law, kinematics) for name, law in laws.items()}


def _law(law: ElasticLaw, kinematics: str) -> Law:
    axes = getattr(law, "axes", "fixed")
    if axes == "fixed":
        constant: Floats = law.stiffness_at(np.zeros((1, 2)))[0]
        return constant
    if kinematics != "axisymmetric":
        return law.stiffness_at
    from tubewall.materials.rotation import rotate_stiffness

    # the slots of an axisymmetric section are x = radial, y = axial, z = hoop; the law's third axis is axial
    radial, axial, hoop = np.eye(3)
    first, second = (hoop, radial) if axes == "circumferential" else (radial, hoop)
    c, s = np.cos(law.angle), np.sin(law.angle)  # type: ignore[attr-defined]
    return rotate_stiffness(law.stiffness(), np.column_stack([c * first + s * second, c * second - s * first, axial]))


def build_system(
    mesh: MeshLike,
    elastic: ElasticLaw | Mapping[str, ElasticLaw],
    supports: Sequence[SupportLike],
    *,
    kinematics: str,
    ends: str,
    backend: Backend = "auto",
) -> System:
    """Assemble, hold and factorise; see ``solve`` for the arguments and errors."""
    check_kinematics(kinematics)
    if ends not in ENDS:
        raise unknown_name("kind of ends", ends, ENDS)
    if ends != "held" and kinematics != "generalised plane strain":
        raise InputError(f"ends={ends!r} goes with kinematics='generalised plane strain', got {kinematics!r}")
    stiffness = region_stiffness(mesh, elastic, kinematics)
    constraints = constrain(mesh, supports, kinematics)
    matrix = assemble_stiffness(mesh, stiffness, kinematics)
    free = np.setdiff1d(np.arange(matrix.shape[0]), constraints.fixed)
    if len(free) == 0:
        raise InputError("the supports hold every node: there is nothing to solve")
    factor = factorise(matrix[free][:, free].tocsc(), backend)
    axial, axial_stiffness = np.zeros(matrix.shape[0]), 0.0
    response = np.zeros(matrix.shape[0])
    if kinematics != "axisymmetric":
        loads, mean = strain_load(mesh, stiffness, kinematics)
        axial, axial_stiffness = loads[:, _ZZ], float(mean[_ZZ, _ZZ])
    if ends != "held":
        response[free] = factor.solve(axial[free])
    return System(
        mesh=mesh,
        stiffness=stiffness,
        kinematics=kinematics,
        ends=ends,  # type: ignore[arg-type]
        constraints=constraints,
        matrix=matrix,
        factor=factor,
        axial=axial,
        axial_stiffness=axial_stiffness,
        axial_response=response,
    )


def enclosed_area(mesh: MeshLike, name: str) -> float:
    """Area [m2] that a closed boundary cuts out of the end face: positive around a bore, negative around the solid.

    It is -1/2 of the integral of x.n over the boundary.

    Raises
    ------
    InputError
        When the boundary is no closed loop.
    """
    owners = facet_owners(mesh, mesh.boundaries[name], name)
    if not np.array_equal(np.sort(owners.nodes[:, 0]), np.sort(owners.nodes[:, 1])):
        raise InputError(f"boundary {name!r} is not closed: with ends='closed' give its Pressure an end_area")
    x, w = np.polynomial.legendre.leggauss(2)
    values, slopes = edge_shape((x + 1) / 2)
    corners = mesh.points[owners.nodes]
    at, t = (np.einsum("qi,kid->kqd", table, corners) for table in (values, slopes))
    return float(-0.5 * np.sum((at[..., 0] * t[..., 1] - at[..., 1] * t[..., 0]) * (w / 2)))


def check_balanced(system: System, forces: Floats) -> None:
    """Refuse loads (2 n, k) that would set a body in motion that only ``RigidBody`` holds.

    Raises
    ------
    InputError
        With the size of the net load.
    """
    motions = system.constraints.motions
    if motions.shape[1] == 0:
        return
    scale = np.abs(forces).sum(axis=0)
    net = np.abs(motions.T @ forces).max(axis=0)
    if np.any(net > 1e-8 * scale):
        share = float((net / np.where(scale > 0, scale, 1.0)).max())
        raise InputError(
            f"the loads do not balance (net load {share:.2g} of their sum): RigidBody() holds nothing, add a Support"
        )


def solve_states(system: System, forces: Floats, axial_force: Floats, *, prescribed: bool = True) -> States:
    """Solve for nodal forces (2 n, k) and axial resultants (k,), and check every answer.

    Parameters
    ----------
    system : System
    forces : (2 n, k)
        [N/m], or [N] for the full circle.
    axial_force : (k,)
        [N]; of effect only where the ends move.
    prescribed : bool
        Whether the supports' given displacements act too.

    Raises
    ------
    ConvergenceError
        Residual above 1e-10 or imbalance above 1e-9.
    """
    held = system.constraints
    check_balanced(system, forces)
    u = np.zeros_like(forces)
    if prescribed:
        u[held.fixed] = held.values[:, None]
    free = np.setdiff1d(np.arange(len(u)), held.fixed)
    right = (forces - system.matrix @ u)[free]
    solution = system.factor.solve(right)
    residual = system.factor.residual(solution, right)
    u[free] = solution
    strain = np.zeros(forces.shape[1])
    if system.ends != "held":
        compliance = system.axial_stiffness - float(system.axial @ system.axial_response)
        strain = (axial_force - system.axial @ u) / compliance
        u -= system.axial_response[:, None] * strain
    inner = system.matrix @ u + system.axial[:, None] * strain
    reactions = (inner - forces)[held.fixed]
    imbalance = _imbalance(system, forces, reactions, u)
    return States(
        displacement=without_motion(system.mesh, held.motions, u),
        axial_strain=strain,
        reactions=reactions,
        residual=residual,
        imbalance=imbalance,
    )


def _imbalance(system: System, forces: Floats, reactions: Floats, u: Floats) -> float:
    held = system.constraints
    total = forces.copy()
    total[held.fixed] += reactions
    motions = rigid_motions(system.mesh.points, system.kinematics)
    net = np.abs(motions.T @ total).max(axis=0)
    scale = np.abs(forces).sum(axis=0)
    scale = np.where(scale > 0, scale, np.abs(reactions).sum(axis=0))
    # what the rounding of the displacement alone must leave
    floor = 4 * _EPS * (abs(system.matrix) @ np.abs(u)).sum(axis=0)
    if np.any(net > IMBALANCE_LIMIT * scale + floor):
        worst = float((net / np.where(scale > 0, scale, 1.0)).max())
        raise ConvergenceError(f"loads and reactions differ by {worst:.2g} of the load, more than {IMBALANCE_LIMIT:g}")
    return float((net / np.maximum(scale + floor, np.finfo(np.float64).tiny)).max(initial=0.0))
