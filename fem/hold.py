"""What holds a body, as dependences among its unknowns: y = T v + g with free unknowns v."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.dependences import Dependences, chosen, fixed, joined, resolved
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import RigidBody, Support
from tubewall.fem.model import Discretisation, Model, node_at
from tubewall.fem.rigid import free_motions, motion_names, pins, rigid_motions
from tubewall.fem.slipping import connected, slipping
from tubewall.units import show, show_point

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from tubewall.fem.roller import Rolled


# a body of more parts than this is a mesh whose nodes were not merged
_MOST_PARTS: Final = 64


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
    linked : (l,)
        Free unknowns that others depend on.
    rolled : mapping of node position to directions
        What rollers hold (see :mod:`.roller`).
    motions : (N, r)
        Rigid motions that ``RigidBody`` took away.
    """

    transform: csr_array
    offset: Floats
    free: Ints
    plain: bool
    owner: Ints
    linked: Ints
    rolled: Rolled
    motions: Floats


def hold(model: Model, size: int) -> Held:
    """Collect supports, periods and ties of a model of ``size`` unknowns; refuse a body that may still move.

    Raises
    ------
    InputError
        When rigid motions are left free and no ``RigidBody`` is among the supports: they are named. When two supports
        hold one node at different values.
    """
    found = _without_doubles(model, joined([*_axis(model, size), *_supports(model, size)], size))
    rolled: Rolled = {}
    if any(isinstance(support, Support) and support.fix == ("normal",) for support in model.supports):
        from tubewall.fem.roller import rolled_nodes, rollers

        rolled = rolled_nodes(model)
        given = dict(zip(found.slaves.tolist(), found.offset.tolist(), strict=True))
        found = joined([found, rollers(model, rolled, given, size)], size)
    found = joined([found, *_held_ends(model, size), *_linked(model, found, size)], size)
    found = chosen(found, np.sort(np.unique(found.slaves, return_index=True)[1]))
    motions, pinned, owner = _rigid(model, found, size)
    if len(pinned):
        found = joined([found, fixed(pinned, np.zeros(len(pinned)), owner, size)], size)
    transform, offset, free = resolved(found, size)
    if len(free) == 0:
        raise InputError("the supports hold every node: there is nothing to solve")
    return Held(
        transform=transform,
        offset=offset,
        free=free,
        plain=bool(found.weights.nnz == 0),
        owner=_owners(found, size),
        linked=np.unique(found.weights.indices),
        rolled=rolled,
        motions=motions,
    )


def _owners(found: Dependences, size: int) -> Ints:
    """Which support each unknown takes its reaction from: what a roller links belongs to it too."""
    owners = np.full(size, -1, dtype=np.int64)
    links = found.weights.tocoo()
    owners[links.col] = np.maximum(owners[links.col], found.owner[links.row])
    owners[found.slaves] = found.owner
    return owners


def _held_ends(model: Model, size: int) -> list[Dependences]:
    if model.kinematics != "generalised plane strain" or model.ends != "held":
        return []
    return [fixed(np.array([model.discrete.size]), np.zeros(1), -1, size)]


def _linked(model: Model, given: Dependences, size: int) -> list[Dependences]:
    from tubewall.fem.slide import Slide, slid

    parts = []
    if model.periodic is not None:
        from tubewall.fem.periodicity import periods

        parts.append(periods(model, size))
    for tie in model.ties:
        from tubewall.fem.tie import tied

        parts.append(slid(model, tie, given, size) if isinstance(tie, Slide) else tied(model, tie, size))
    return parts


def _axis(model: Model, size: int) -> list[Dependences]:
    if model.kinematics != "axisymmetric":
        return []
    discrete = model.discrete
    on_axis = np.flatnonzero(discrete.points[:, 0] <= 1e-9 * discrete.mesh.size)
    return [fixed(2 * on_axis, np.zeros(len(on_axis)), -1, size)]


def _supports(model: Model, size: int) -> list[Dependences]:
    found = []
    for index, support in enumerate(model.supports):
        if isinstance(support, Support) and support.fix != ("normal",):
            nodes = support_nodes(model.discrete, support)
            for direction, values in support.values(model.discrete.points[nodes]).items():
                unknowns = model.discrete.dim * nodes + "xyz".index(direction)
                found.append(fixed(unknowns, values, index, size))
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
    kept = first[which.ravel()]
    scale = float(np.abs(given.offset).max(initial=0.0))
    both_plain = (np.diff(given.weights.indptr)[kept] == 0) & (np.diff(given.weights.indptr) == 0)
    clash = np.flatnonzero(both_plain & (np.abs(given.offset - given.offset[kept]) > 1e-9 * scale))
    if len(clash):
        unknown = int(given.slaves[clash[0]])
        node, component = divmod(unknown, model.discrete.dim)
        told = []
        for i in (kept[clash[0]], clash[0]):
            support = model.supports[given.owner[i]] if given.owner[i] >= 0 else None
            if isinstance(support, Support):
                told.append(f"{show(float(given.offset[i]), 'm', 6)} by {support.place}")
        place = show_point(model.discrete.points[node])
        raise InputError(f"two supports hold the node at {place} at different {'xyz'[component]}: {' and '.join(told)}")
    return chosen(given, np.sort(first))


def _rigid(model: Model, given: Dependences, size: int) -> tuple[Floats, Ints, int]:
    from tubewall.fem.slide import Slide

    discrete = model.discrete
    rigid = [i for i, support in enumerate(model.supports) if isinstance(support, RigidBody)]
    slides = any(isinstance(tie, Slide) for tie in model.ties)
    implied = model.periodic is not None
    parts = connected(discrete, given)
    count = int(parts.max()) + 1
    if count > _MOST_PARTS:
        raise InputError(
            f"the mesh falls into {count} parts that share no node: merge the nodes that coincide, or tie its parts"
        )
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
        felt = full[given.slaves] - given.weights @ full
        kernel = free_motions(felt[np.abs(felt).max(axis=1, initial=0.0) > 0])
        if kernel.shape[1] == 0:
            continue
        if not rigid and not implied:
            names = motion_names(kernel, centre, reach, model.kinematics)
            which = "the body" if count == 1 else f"part {part + 1} of {count} of the body, about {show_point(centre)},"
            names_of.append(f"{which} may still move: {', '.join(names)} is free")
            continue
        motions.append(full @ kernel)
    if names_of:
        more = f"; and {len(names_of) - 1} more parts" if len(names_of) > 1 else ""
        raise InputError(
            f"{names_of[0]}{more}; hold it with a support, or give rigid_body = true when the loads balance"
        )
    if slides:
        # with what parts that slide may do beside each other; no column twice
        motions = [slipping(discrete, model.kinematics, given, size)]
    owner = rigid[0] if rigid else -1
    motions = [moves for moves in motions if moves.shape[1]]
    for moves in motions:
        free = moves.copy()
        free[given.slaves] = 0.0
        pinned.append(pins(free))
    if not motions:
        return np.zeros((size, 0)), np.zeros(0, dtype=np.int64), owner
    return np.concatenate(motions, axis=1), np.concatenate(pinned), owner
