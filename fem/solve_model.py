"""Solve a model: assemble, hold, solve, check, collect."""

from __future__ import annotations

import time
from typing import Final, Literal

import numpy as np

from tubewall.errors import ConvergenceError, InputError
from tubewall.fem.assemble_body import Assembled, assemble
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.field_solution import FieldSolution, SupportReaction
from tubewall.fem.hold import Held, hold
from tubewall.fem.linear import IMBALANCE_LIMIT
from tubewall.fem.loads import Support
from tubewall.fem.model import Model
from tubewall.fem.rigid import rigid_motions

Solver = Literal["auto", "cholmod", "superlu", "multigrid"]
SOLVERS: Final = ("auto", "cholmod", "superlu", "multigrid")
_EPS: Final = float(np.finfo(np.float64).eps)


def solve_model(model: Model, *, solver: Solver = "auto") -> FieldSolution:
    """Displacement and stress of a model.

    Parameters
    ----------
    model : Model
    solver : str
        "auto": direct in the plane, multigrid-preconditioned in space where that is faster; "cholmod", "superlu",
        "multigrid".

    Raises
    ------
    InputError
        For supports that leave the body free to move, loads that do not balance under ``RigidBody``, inverted elements.
    ResourceError
        When memory does not suffice.
    ConvergenceError
        When the residual is not below 1e-10 or the imbalance not below 1e-9.
    """
    if solver not in SOLVERS:
        from tubewall.errors import unknown_name

        raise unknown_name("solver", solver, SOLVERS)
    started = time.perf_counter()
    seconds: dict[str, float] = {}
    held = hold(model, model.size)
    seconds["supports"] = _lap(started, seconds)
    assembled = assemble(model)
    seconds["assembly"] = _lap(started, seconds)
    _check_balanced(model, held, assembled.forces)
    unknowns, residual, name = _solved(assembled, held, solver)
    seconds["solve"] = _lap(started, seconds)
    return _collected(model, assembled, held, unknowns, residual, name, seconds)


def _lap(started: float, seconds: dict[str, float]) -> float:
    return time.perf_counter() - started - sum(seconds.values())


def _solved(assembled: Assembled, held: Held, solver: Solver) -> tuple[Floats, float, str]:
    from tubewall.fem.linear import factorise

    transform = held.transform
    reduced = (transform.T @ assembled.stiffness @ transform).tocsc()
    right = transform.T @ (assembled.forces - assembled.stiffness @ held.offset)
    factor = factorise(reduced, "superlu" if solver == "superlu" else "auto")
    values = factor.solve(right)
    return transform @ values + held.offset, factor.residual(values, right), factor.backend


def _check_balanced(model: Model, held: Held, forces: Floats) -> None:
    if held.motions.shape[1] == 0:
        return
    scale = float(np.abs(forces).sum())
    net = float(np.abs(held.motions.T @ forces).max())
    if net > 1e-8 * scale:
        raise InputError(
            f"the loads do not balance (net load {net / scale:.2g} of their sum): rigid_body holds nothing, add a support"
        )


def _collected(
    model: Model, assembled: Assembled, held: Held, y: Floats, residual: float, solver: str, seconds: dict[str, float]
) -> FieldSolution:
    left = assembled.stiffness @ y - assembled.forces
    imbalance = _imbalance(model, assembled, held, left, y)
    nodes = model.discrete.size
    u = without_motion(model, held.motions[:nodes], y[:nodes]).reshape(-1, model.discrete.dim)
    stretching = model.kinematics == "generalised plane strain"
    axial_force = 0.0
    if stretching:
        axial_force = float((assembled.stiffness @ y)[nodes])
    return FieldSolution(
        model=model,
        displacement=_everywhere(model, u),
        axial_strain=float(y[nodes]) if stretching else 0.0,
        axial_force=axial_force,
        mean_strain=_mean_strain(model, y),
        reactions=_reactions(model, held, left),
        imbalance=imbalance,
        residual=residual,
        solver=solver,
        unknowns=len(held.free),
        seconds=seconds,
        forces=assembled.forces,
        residual_forces=left,
    )


def _mean_strain(model: Model, y: Floats) -> Floats:
    mean = np.zeros(6)
    if model.periodic is not None:
        from tubewall.fem.periodicity import SPACE, components, macro_unknowns

        mean[[SPACE.index(name) for name in components(model.mesh.dim)]] = y[macro_unknowns(model)]
    return mean


def _everywhere(model: Model, u: Floats) -> Floats:
    """Displacement at every node of the mesh; mid-side nodes take it from the shape functions of first order."""
    discrete = model.discrete
    mesh = discrete.mesh
    if len(discrete.nodes) == len(mesh.points):
        return u
    from tubewall.fem.reference_elements import shape_table
    from tubewall.geometry.reference_cells import CELLS

    full = np.empty((len(mesh.points), discrete.dim))
    full[discrete.nodes] = u
    for block, kind, cells in zip(mesh.blocks, discrete.kinds, discrete.cells, strict=True):
        values, _ = shape_table(kind, np.array(CELLS[block.kind].nodes))
        full[block.cells] = np.einsum("nk,mkd->mnd", values, u[cells])
    return full


def without_motion(model: Model, motions: Floats, y: Floats) -> Floats:
    """The displacement (N,) less its mean rigid ``motions`` (N, r), the mean taken over the volume."""
    if motions.shape[1] == 0:
        return y
    weight = np.repeat(nodal_volumes(model), model.discrete.dim)[:, None]
    weighted = motions * weight
    shift = motions @ np.linalg.solve(weighted.T @ motions, weighted.T @ y)
    return y - shift


def nodal_volumes(model: Model) -> Floats:
    """Volume [m3] shared out to the nodes that carry displacement, equally within each element, (N,)."""
    from tubewall.fem.assemble_body import chunks

    total = np.zeros(len(model.discrete.nodes))
    for chunk in chunks(model):
        cells = model.discrete.cells[chunk.block][chunk.rows]
        share = chunk.weights.sum(axis=1) / cells.shape[1]
        np.add.at(total, cells, share[:, None])
    return total


def _imbalance(model: Model, assembled: Assembled, held: Held, left: Floats, y: Floats) -> float:
    """Norm of loads plus reactions over the norm of the loads, forces and moments."""
    nodes = model.discrete.size
    # at unknowns that nothing holds or links, the stress must balance the loads
    loose = np.ones(nodes, dtype=bool)
    loose[held.linked[held.linked < nodes]] = False
    loose &= np.isin(np.arange(nodes), held.free)
    motions = rigid_motions(model.discrete.points, model.kinematics)
    net = float(np.linalg.norm(motions[loose].T @ left[:nodes][loose]))
    scale = float(np.abs(assembled.forces[:nodes]).sum())
    floor = 4 * _EPS * float((abs(assembled.stiffness) @ np.abs(y)).sum())
    scale = scale if scale > 0 else float(np.abs(left).sum())
    if net > IMBALANCE_LIMIT * scale + floor:
        raise ConvergenceError(
            f"loads and reactions differ by {net / scale:.2g} of the load, more than {IMBALANCE_LIMIT:g}"
        )
    return net / max(scale, floor, float(np.finfo(np.float64).tiny))


def _reactions(model: Model, held: Held, left: Floats) -> tuple[SupportReaction, ...]:
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
