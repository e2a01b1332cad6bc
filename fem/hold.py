"""What holds a body, as dependences among its unknowns: y = T v + g with free unknowns v."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import RigidBody, Support
from tubewall.fem.model import Discretisation, Model, node_at
from tubewall.fem.rigid import free_motions, motion_names, pins, rigid_motions

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, kw_only=True, eq=False)
class Dependences:
    """Unknowns that depend on others: ``y[slaves] = weights @ y + offset``.

    Attributes
    ----------
    slaves : (s,)
    weights : (s, N)
    offset : (s,)
        [m]
    owner : (s,)
        Index of the support that each comes from; -1 for symmetry on the axis, -2 for periods and ties.
    """

    slaves: Ints
    weights: csr_array
    offset: Floats
    owner: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Held:
    """All that holds a body.

    Attributes
    ----------
    transform : (N, m)
        T.
    offset : (N,)
        g.
    free : (m,)
        Which unknowns v are.
    plain : bool
        Whether nothing but single unknowns is held, so that T only selects.
    owner : (N,)
        Which support holds each unknown; -1 none or symmetry on the axis, -2 periods and ties.
    motions : (N, r)
        Rigid motions that ``RigidBody`` took away.
    """

    transform: csr_array
    offset: Floats
    free: Ints
    plain: bool
    owner: Ints
    motions: Floats


def hold(model: Model, size: int) -> Held:
    """Collect supports, periods and ties of a model of ``size`` unknowns; refuse a body that may still move.

    Raises
    ------
    InputError
        When rigid motions are left free and no ``RigidBody`` is among the supports: they are named. When two supports
        hold one node at different values.
    """
    found = [*_axis(model, size), *_supports(model, size)]
    if model.periodic is not None:
        from tubewall.fem.periodicity import periods

        found.append(periods(model, size))
    for tie in model.ties:
        from tubewall.fem.tie import tied

        found.append(tied(model, tie, size))
    joined = _without_doubles(model, _joined(found, size))
    motions, pinned, pin_owner = _rigid(model, joined, size)
    if len(pinned):
        joined = _joined([joined, _fixed(pinned, np.zeros(len(pinned)), pin_owner, size)], size)
    transform, offset, free = _resolved(joined, size)
    owner = np.full(size, -1, dtype=np.int64)
    owner[joined.slaves] = joined.owner
    plain = bool(joined.weights.nnz == 0)
    if len(free) == 0:
        raise InputError("the supports hold every node: there is nothing to solve")
    return Held(transform=transform, offset=offset, free=free, plain=plain, owner=owner, motions=motions)


def _fixed(unknowns: Ints, values: Floats, owner: int | Ints, size: int) -> Dependences:
    from scipy.sparse import csr_array

    return Dependences(
        slaves=unknowns,
        weights=csr_array((len(unknowns), size)),
        offset=values,
        owner=np.broadcast_to(np.asarray(owner, dtype=np.int64), unknowns.shape).copy(),
    )


def _joined(parts: Sequence[Dependences], size: int) -> Dependences:
    from scipy.sparse import csr_array, vstack

    if not parts:
        return _fixed(np.zeros(0, dtype=np.int64), np.zeros(0), 0, size)
    return Dependences(
        slaves=np.concatenate([part.slaves for part in parts]),
        weights=csr_array(vstack([part.weights for part in parts])),
        offset=np.concatenate([part.offset for part in parts]),
        owner=np.concatenate([part.owner for part in parts]),
    )


def _axis(model: Model, size: int) -> list[Dependences]:
    if model.kinematics != "axisymmetric":
        return []
    discrete = model.discrete
    on_axis = np.flatnonzero(discrete.points[:, 0] <= 1e-9 * discrete.mesh.size)
    return [_fixed(2 * on_axis, np.zeros(len(on_axis)), -1, size)]


def _supports(model: Model, size: int) -> list[Dependences]:
    found = []
    for index, support in enumerate(model.supports):
        if not isinstance(support, Support):
            continue
        if support.fix == ("normal",):
            from tubewall.fem.roller import rollers

            found.append(rollers(model, support, index, size))
            continue
        nodes = support_nodes(model.discrete, support)
        for direction, values in support.values(model.discrete.points[nodes]).items():
            unknowns = model.discrete.dim * nodes + "xyz".index(direction)
            found.append(_fixed(unknowns, values, index, size))
    return found


def support_nodes(discrete: Discretisation, support: Support) -> Ints:
    """Positions, among the nodes that carry displacement, of those that a support acts on.

    Raises
    ------
    InputError
        When there are none.
    """
    mesh = discrete.mesh
    if support.boundary is not None:
        nodes = mesh.boundary_nodes(support.boundary)
    elif support.edge is not None:
        nodes = mesh.edge_nodes(support.edge)
    else:
        assert support.point is not None
        nodes = node_at(mesh, support.point)
    found = discrete.position(nodes)
    if len(found) == 0:
        raise InputError(
            f"the support on {support.place} holds no node: a displacement of order 1 has no mid-side nodes"
        )
    return found


def _without_doubles(model: Model, given: Dependences) -> Dependences:
    """The first support of each unknown; later ones must agree with it."""
    _, first, which = np.unique(given.slaves, return_index=True, return_inverse=True)
    chosen = first[which.ravel()]
    scale = float(np.abs(given.offset).max(initial=0.0))
    both_plain = (np.diff(given.weights.indptr)[chosen] == 0) & (np.diff(given.weights.indptr) == 0)
    clash = np.flatnonzero(both_plain & (np.abs(given.offset - given.offset[chosen]) > 1e-9 * scale))
    if len(clash):
        unknown = int(given.slaves[clash[0]])
        node, component = divmod(unknown, model.discrete.dim)
        names = [model.supports[given.owner[i]] for i in (chosen[clash[0]], clash[0]) if given.owner[i] >= 0]
        places = " and ".join(s.place for s in names if isinstance(s, Support))
        raise InputError(
            f"two supports hold the node at {model.discrete.points[node].tolist()} m at different "
            f"{'xyz'[component]}: {places}"
        )
    keep = np.sort(first)
    return Dependences(
        slaves=given.slaves[keep], weights=given.weights[keep], offset=given.offset[keep], owner=given.owner[keep]
    )


def _resolved(joined: Dependences, size: int) -> tuple[csr_array, Floats, Ints]:
    from scipy.sparse import coo_array, csr_array, diags_array

    free_mask = np.ones(size, dtype=bool)
    free_mask[joined.slaves] = False
    spread = coo_array(
        (np.ones(len(joined.slaves)), (joined.slaves, np.arange(len(joined.slaves)))), shape=(size, len(joined.slaves))
    ).tocsr()
    step = csr_array(diags_array(free_mask.astype(np.float64)) + spread @ joined.weights)
    given = np.zeros(size)
    given[joined.slaves] = joined.offset
    transform, offset = step, given
    # a slave may depend on slaves: a corner of a periodic cell on an edge, that on another
    for _ in range(16):
        if transform[:, joined.slaves].nnz == 0 or not np.any(transform[:, joined.slaves].data):
            free = np.flatnonzero(free_mask)
            return csr_array(transform[:, free]), offset, free
        offset = offset + _slave_part(transform, joined.slaves) @ given
        transform = csr_array(transform @ step)
    raise InputError("supports, periods and ties depend on each other in a circle: name each boundary once")


def _slave_part(transform: csr_array, slaves: Ints) -> csr_array:
    from scipy.sparse import csr_array, diags_array

    mask = np.zeros(transform.shape[1])
    mask[slaves] = 1.0
    return csr_array(transform @ diags_array(mask))


def _rigid(model: Model, joined: Dependences, size: int) -> tuple[Floats, Ints, int]:
    discrete = model.discrete
    rigid = [i for i, support in enumerate(model.supports) if isinstance(support, RigidBody)]
    parts = _parts(discrete, joined)
    count = int(parts.max()) + 1
    motions, pinned = [], []
    names_of: list[str] = []
    for part in range(count):
        nodes = np.flatnonzero(parts == part)
        points = discrete.points[nodes]
        centre = points.mean(axis=0)
        reach = float(np.abs(points - centre).max(initial=0.0)) or 1.0
        local = rigid_motions(points, model.kinematics, centre, reach)
        full = np.zeros((size, local.shape[1]))
        full[(discrete.dim * nodes[:, None] + np.arange(discrete.dim)).ravel()] = local
        felt = full[joined.slaves] - joined.weights @ full
        kernel = free_motions(felt[np.abs(felt).max(axis=1, initial=0.0) > 0])
        if kernel.shape[1] == 0:
            continue
        if not rigid:
            names = motion_names(kernel, centre, reach, model.kinematics)
            which = "the body" if count == 1 else f"part {part + 1} of {count} of the body, at {centre.tolist()} m,"
            names_of.append(f"{which} may still move: {', '.join(names)} is free")
            continue
        free = full @ kernel
        free[joined.slaves] = 0.0
        pinned.append(pins(free))
        motions.append(full @ kernel)
    if names_of:
        more = f"; and {len(names_of) - 1} more parts" if len(names_of) > 1 else ""
        raise InputError(
            f"{names_of[0]}{more}; hold it with a support, or give rigid_body = true when the loads balance"
        )
    owner = rigid[0] if rigid else -1
    if not motions:
        return np.zeros((size, 0)), np.zeros(0, dtype=np.int64), owner
    return np.concatenate(motions, axis=1), np.concatenate(pinned), owner


def _parts(discrete: Discretisation, joined: Dependences) -> Ints:
    """Which connected part each node belongs to, (N,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, other = [], []
    for cells in discrete.cells:
        first.append(np.repeat(cells[:, 0], cells.shape[1] - 1))
        other.append(cells[:, 1:].ravel())
    links = joined.weights.tocoo()
    inside = links.col < discrete.size
    first.append(joined.slaves[links.row[inside]] // discrete.dim)
    other.append(links.col[inside] // discrete.dim)
    a, b = np.concatenate(first), np.concatenate(other)
    n = len(discrete.nodes)
    labels: Ints = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)[1]
    return labels
