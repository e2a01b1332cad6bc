"""Stress intensity, T-stress and energy release rate of a crack that the mesh contains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.crack_point import CrackResult, RadiusResult, evaluate_tip, stress_of_faces
from tubewall.fem.crack_tip import plane_frame, ramp, reach, upper_normal
from tubewall.fem.front_integrals import FrontResult, crack_front
from tubewall.fem.model import Model, node_at

if TYPE_CHECKING:
    from tubewall.fem.crack_fields import TipFrame
    from tubewall.fem.field_solution import FieldSolution

__all__ = ["CrackResult", "FrontResult", "RadiusResult", "crack", "crack_front"]


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
        around.element,
        radii,
        shifts,
        per_length / (2 if symmetric else 1),
        strain,
        stress_of_faces(model, faces, frame),
        symmetric,
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
