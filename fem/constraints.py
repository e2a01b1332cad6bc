"""Which displacements are held, and which rigid motions that leaves free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, unknown_name
from tubewall.fem.elements import Floats, Ints, MeshLike, map_gradients, shape, triangle_rule
from tubewall.fem.loads import RigidBody, Support, SupportLike
from tubewall.fem.rigid import free_motions, motion_names, pins, rigid_motions

_COMPONENT = {"x": 0, "y": 1}


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """Held degrees of freedom.

    Attributes
    ----------
    fixed : (f,)
        Degrees of freedom, ascending.
    values : (f,)
        What they are held at [m].
    owner : (f,)
        Index of the support that holds each; -1 where symmetry does (the axis of an axisymmetric body).
    motions : (2 n, r)
        Rigid motions that ``RigidBody`` took away, one a column; none without it.
    """

    fixed: Ints
    values: Floats
    owner: Ints
    motions: Floats


def boundary_facets(mesh: MeshLike, name: str) -> Ints:
    """The facets (k, 3) of a boundary.

    Raises
    ------
    UnknownNameError
        With the nearest name of the mesh.
    InputError
        When the boundary is empty.
    """
    if name not in mesh.boundaries:
        raise unknown_name("boundary", name, mesh.boundaries)
    facets = mesh.boundaries[name]
    if len(facets) == 0:
        raise InputError(f"boundary {name!r} has no facets on the cells of the mesh: nothing would act there")
    return facets


def constrain(mesh: MeshLike, supports: Sequence[SupportLike], kinematics: str) -> Constraints:
    """Collect the supports; refuse a body that may still move.

    Raises
    ------
    InputError
        When rigid motions are left free and no ``RigidBody`` is among the supports: they are named. When two supports
        hold one node at different values.
    """
    n = len(mesh.points)
    owner = np.full(2 * n, -2, dtype=np.int64)
    values = np.zeros(2 * n)
    if kinematics == "axisymmetric":
        _hold_axis(mesh, owner)
    for index, support in enumerate(supports):
        if isinstance(support, Support):
            _hold(mesh, support, index, owner, values)
        elif not isinstance(support, RigidBody):
            raise InputError(f"a support is a Support or a RigidBody, got {support!r}")
    rigid = [i for i, support in enumerate(supports) if isinstance(support, RigidBody)]
    motions = []
    parts = _parts(mesh)
    for number in range(int(parts.max()) + 1):
        free, names = _free_motions(mesh.points, np.flatnonzero(parts == number), owner > -2, kinematics)
        if free.shape[1] == 0:
            continue
        if not rigid:
            which = f"part {number + 1} of {int(parts.max()) + 1} of the body" if parts.max() > 0 else "the body"
            raise InputError(
                f"{which} may still move: {', '.join(names)} is free; hold it with a Support, or pass RigidBody() "
                "when the loads balance"
            )
        owner[pins(free)] = rigid[0]
        motions.append(free)
    fixed = np.flatnonzero(owner > -2)
    return Constraints(
        fixed=fixed,
        values=values[fixed],
        owner=owner[fixed],
        motions=np.concatenate(motions, axis=1) if motions else np.zeros((2 * n, 0)),
    )


def _hold_axis(mesh: MeshLike, owner: Ints) -> None:
    radius = mesh.points[:, 0]
    size = float(np.ptp(mesh.points, axis=0).max())
    if radius.min() < -1e-9 * size:
        raise InputError(f"an axisymmetric mesh has x = radius >= 0, got {radius.min():g} m")
    owner[2 * np.flatnonzero(radius <= 1e-9 * size)] = -1


def _hold(mesh: MeshLike, support: Support, index: int, owner: Ints, values: Floats) -> None:
    if support.boundary is None or support.fix == ("normal",):
        raise InputError(f"the support on {support.place}: a NamedMesh is held at boundaries, in x and y")
    nodes = np.unique(boundary_facets(mesh, support.boundary))
    for direction, value in support.values(mesh.points[nodes]).items():
        dofs = 2 * nodes + _COMPONENT[direction]
        taken = owner[dofs] > -2
        scale = max(float(np.abs(value).max(initial=0.0)), float(np.abs(values).max()))
        clash = taken & (np.abs(values[dofs] - value) > 1e-9 * scale)
        if np.any(clash):
            at = mesh.points[nodes[np.argmax(clash)]]
            raise InputError(f"two supports hold the node at {at} m at different {direction}: see {support.boundary!r}")
        owner[dofs[~taken]] = index
        values[dofs[~taken]] = value[~taken]


def _parts(mesh: MeshLike) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first = np.repeat(mesh.cells[:, 0], 5)
    others = mesh.cells[:, 1:].ravel()
    n = len(mesh.points)
    links = coo_array((np.ones(len(first)), (first, others)), shape=(n, n))
    labels: Ints = connected_components(links, directed=False)[1]
    return labels


def _free_motions(points: Floats, nodes: Ints, held: NDArray[np.bool_], kinematics: str) -> tuple[Floats, list[str]]:
    """The rigid motions (2 n, f) of one part that nothing holds, and their names."""
    here = points[nodes]
    centre = here.mean(axis=0)
    reach = float(np.abs(here - centre).max())
    motions = rigid_motions(here, kinematics, centre, reach)
    dofs = (2 * nodes[:, None] + np.arange(2)).ravel()
    kernel = free_motions(motions[held[dofs]])
    full = np.zeros((2 * len(points), kernel.shape[1]))
    full[dofs] = motions @ kernel
    return full, motion_names(kernel, centre, reach, kinematics)


def without_motion(mesh: MeshLike, motions: Floats, displacement: Floats) -> Floats:
    """The displacement (2 n, k) less its mean rigid ``motions`` (2 n, r), the mean taken over the area."""
    if motions.shape[1] == 0:
        return displacement
    local, rule = triangle_rule(2)
    _, gradients = shape(local)
    _, determinant = map_gradients(mesh.points[mesh.cells][:, None], gradients[None])
    area = determinant @ rule
    # the integral of a quadratic field over a straight triangle is a third of the area at each mid-side node
    nodal = np.bincount(mesh.cells[:, 3:].ravel(), np.repeat(area / 3, 3), minlength=len(mesh.points))
    weighted = motions * np.repeat(nodal, 2)[:, None]
    return displacement - motions @ np.linalg.solve(weighted.T @ motions, weighted.T @ displacement)
