"""What the supports of a solved model bear, and whether it balances the loads."""

from __future__ import annotations

import numpy as np

from tubewall.errors import ConvergenceError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.field_solution import SupportReaction
from tubewall.fem.hold import Held
from tubewall.fem.linear import IMBALANCE_LIMIT
from tubewall.fem.loads import Support
from tubewall.fem.model import Model
from tubewall.fem.rigid import rigid_motions


def imbalance(model: Model, held: Held, loads: Floats, left: Floats, rounding: float) -> float:
    """Norm of loads plus reactions over the norm of the loads, forces and moments.

    Parameters
    ----------
    model : Model
    held : Held
    loads, left : (N,) arrays
        Nodal forces [N] of the loads, and what the stress leaves of them.
    rounding : float
        What rounding of the displacement may leave of the balance [N].

    Raises
    ------
    ConvergenceError
        When it is not below 1e-9.
    """
    nodes = model.discrete.size
    # at unknowns that nothing holds or links, the stress must balance the loads
    loose = np.zeros(nodes, dtype=bool)
    loose[held.free[held.free < nodes]] = True
    loose[held.linked[held.linked < nodes]] = False
    motions = rigid_motions(model.discrete.points, model.kinematics)
    net = float(np.linalg.norm(motions[loose].T @ left[:nodes][loose]))
    scale = float(np.abs(loads[:nodes]).sum())
    scale = scale if scale > 0 else float(np.abs(left).sum())
    if net > IMBALANCE_LIMIT * scale + rounding:
        raise ConvergenceError(
            f"loads and reactions differ by {net / scale:.2g} of the load, more than {IMBALANCE_LIMIT:g}"
        )
    # without loads there is nothing but rounding to compare with
    whole = scale if np.any(loads) else max(scale, rounding)
    return net / max(whole, float(np.finfo(np.float64).tiny))


def reactions(model: Model, held: Held, left: Floats) -> tuple[SupportReaction, ...]:
    """Force [N] and moment about the origin [N m] of every support, from what the stress leaves of the loads (N,)."""
    discrete = model.discrete
    dim = discrete.dim
    nodes, owners, forces = _held_forces(model, held, left)
    found = []
    for index, support in enumerate(model.supports):
        force, arm = forces[owners == index], discrete.points[nodes[owners == index]]
        if dim == 2:
            moment = np.array([float((arm[:, 0] * force[:, 1] - arm[:, 1] * force[:, 0]).sum())])
        else:
            moment = np.cross(arm, force).sum(axis=0)
        place = support.place if isinstance(support, Support) else "rigid body"
        found.append(SupportReaction(place=place, force=force.sum(axis=0), moment=moment))
    return tuple(found)


def _held_forces(model: Model, held: Held, left: Floats) -> tuple[Ints, Ints, Floats]:
    """Positions of nodes (k,), the support (k,) that each force (k, dim) there comes from."""
    dim = model.discrete.dim
    owner = held.owner[: model.discrete.size].copy()
    nodes, owners, forces = [], [], []
    for node, rows in held.rolled.items():
        # one force along each direction that is held there, by this or another support
        mine = owner[dim * node : dim * node + dim].copy()
        owner[dim * node : dim * node + dim] = -1
        rollers = {index for _, _, index in rows}
        plain = [(np.eye(dim)[c], int(mine[c])) for c in range(dim) if mine[c] >= 0 and int(mine[c]) not in rollers]
        directions = [(row, index) for row, _, index in rows] + plain
        share = np.linalg.lstsq(
            np.array([row for row, _ in directions]).T, left[dim * node : dim * node + dim], rcond=None
        )
        for (row, index), size in zip(directions, share[0], strict=True):
            nodes.append(node)
            owners.append(index)
            forces.append(size * row)
    single = np.flatnonzero(owner >= 0)
    alone = np.zeros((len(single), dim))
    alone[np.arange(len(single)), single % dim] = left[single]
    return (
        np.concatenate([np.array(nodes, dtype=np.int64), single // dim]),
        np.concatenate([np.array(owners, dtype=np.int64), owner[single]]),
        np.concatenate([np.array(forces).reshape(-1, dim), alone]),
    )
