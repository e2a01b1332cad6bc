"""Which displacements are held, and which rigid motions that leaves free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, unknown_name
from tubewall.fem.elements import Floats, Ints, MeshLike, map_gradients, shape, triangle_rule
from tubewall.fem.loads import RigidBody, Support, SupportLike

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
        owner[_pins(free)] = rigid[0]
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


def rigid_motions(points: Floats, kinematics: str) -> Floats:
    """Rigid motions (2 n, 3): along x, along y, rotation about the middle; axisymmetric (2 n, 1): along the axis."""
    motions = np.zeros((2 * len(points), 3))
    motions[0::2, 0] = 1.0
    motions[1::2, 1] = 1.0
    arm = points - points.mean(axis=0)
    size = float(np.abs(arm).max())
    motions[0::2, 2], motions[1::2, 2] = -arm[:, 1] / size, arm[:, 0] / size
    return motions[:, 1:2] if kinematics == "axisymmetric" else motions


def _free_motions(points: Floats, nodes: Ints, held: NDArray[np.bool_], kinematics: str) -> tuple[Floats, list[str]]:
    motions = rigid_motions(points[nodes], kinematics)
    dofs = (2 * nodes[:, None] + np.arange(2)).ravel()
    rows = motions[held[dofs]]
    if len(rows):
        _, s, vh = np.linalg.svd(rows, full_matrices=True)
        rank = int(np.count_nonzero(s > 1e-8 * np.sqrt(len(rows))))
        kernel = vh[rank:].T
    else:
        kernel = np.eye(motions.shape[1])
    full = np.zeros((2 * len(points), kernel.shape[1]))
    full[dofs] = motions @ kernel
    return full, _names(kernel, points[nodes], kinematics)


def _names(kernel: Floats, points: Floats, kinematics: str) -> list[str]:
    if kernel.shape[1] == 0:
        return []
    if kinematics == "axisymmetric":
        return ["translation along the axis"]
    centre = points.mean(axis=0)
    size = float(np.abs(points - centre).max())
    # one motion carries all of the rotation, the others are pure translations
    pivot = np.abs(kernel[2]).max() > 1e-7
    _, _, turn = np.linalg.svd(kernel[2:3], full_matrices=True)
    ordered = kernel @ turn.T
    translations = ordered[:2, 1:] if pivot else ordered[:2]
    names = []
    if translations.shape[1] == 2:
        names += ["translation along x", "translation along y"]
    elif translations.shape[1] == 1:
        direction = translations[:, 0] / np.linalg.norm(translations[:, 0])
        axis = int(np.argmax(np.abs(direction)))
        pure = abs(direction[axis]) > 1 - 1e-9
        names.append(
            f"translation along {'xy'[axis]}" if pure else f"translation along ({direction[0]:.3g}, {direction[1]:.3g})"
        )
    if pivot:
        tx, ty, rotation = ordered[:, 0]
        about = centre + size * np.array([-ty, tx]) / rotation if len(names) < 2 else centre
        names.append(f"rotation about ({about[0]:.3g}, {about[1]:.3g}) m")
    return names


def _pins(free: Floats) -> Ints:
    from scipy.linalg import qr

    # the pivots of a QR factorisation are degrees of freedom that hold these motions well, one each
    _, _, pivots = qr(free.T, mode="economic", pivoting=True)
    chosen: Ints = pivots[: free.shape[1]]
    return chosen


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
