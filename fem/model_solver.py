"""Solve a model: assemble, hold, solve, check, collect."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.assemble_body import Assembled, assemble
from tubewall.fem.balance import imbalance, reactions
from tubewall.fem.elements import Floats
from tubewall.fem.field_solution import FieldSolution, MixedPressure
from tubewall.fem.force_vector import force_vector
from tubewall.fem.hold import Held, hold
from tubewall.fem.linear import (
    RESIDUAL_LIMIT,
    Backend,
    Factorised,
    factor_bytes,
    factorise,
    require_memory,
    space_factor_bytes,
)
from tubewall.fem.loads import Load, RigidBody
from tubewall.fem.model import Model, with_loads
from tubewall.fem.nodal_fields import everywhere, without_motion
from tubewall.fem.solve_space import LEAST, solve_in_space, suits
from tubewall.fem.surface_loads import end_force

Solver = Literal["auto", "cholmod", "superlu", "multigrid"]
SOLVERS: Final = ("auto", "cholmod", "superlu", "multigrid")
_EPS: Final = float(np.finfo(np.float64).eps)
_TINY: Final = float(np.finfo(np.float64).tiny)


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
    return solve_load_cases(model, (model.loads,), solver=solver)[0]


def solve_load_cases(
    model: Model, cases: Sequence[Sequence[Load]], *, solver: Solver = "auto"
) -> tuple[FieldSolution, ...]:
    """Displacement and stress of one body under several sets of loads: prepared once, solved for each.

    Parameters
    ----------
    model : Model
        Its own loads are left out.
    cases : sequence of sequences of Load
    solver : str
        As of ``solve_model``; errors too.
    """
    if solver not in SOLVERS:
        raise unknown_name("solver", solver, SOLVERS)
    started = time.perf_counter()
    seconds: dict[str, float] = {}
    refuse_too_large(model, solver)
    models = [with_loads(model, tuple(loads)) for loads in cases]
    held = hold(model, model.size)
    seconds["supports"] = time.perf_counter() - started
    matrix_free = solver in ("auto", "multigrid") and suits(model, held)
    if solver == "multigrid" and not matrix_free:
        raise InputError(
            "the solver 'multigrid' takes bodies in space of compressible materials, held at single nodes, without periods "
            "and ties: take 'auto'"
        )
    if matrix_free and (solver == "multigrid" or model.size > LEAST):
        answers = _in_space(models, held, "auto" if solver == "auto" else "multigrid", seconds)
    else:
        answers = _direct(models, held, solver, seconds)
    found = [_collected(one, held, answer, seconds) for one, answer in zip(models, answers, strict=True)]
    seconds["whole"] = time.perf_counter() - started
    return tuple(found)


def refuse_too_large(model: Model, solver: Solver = "auto") -> None:
    """Refuse a model that cannot be solved in the memory that is free, before anything is made for it.

    Raises
    ------
    ResourceError
        With the estimate.
    """
    from tubewall.fem.mixed_spaces import mixed_regions
    from tubewall.fem.multigrid import multigrid_bytes

    need = _direct_bytes(model)
    if model.kinematics == "3d" and solver in ("auto", "multigrid") and not mixed_regions(model):
        need = min(need, multigrid_bytes(model.size))
    require_memory(model.size, need)


def _direct_bytes(model: Model) -> float:
    """Estimated memory [bytes] of a factorisation."""
    return space_factor_bytes(model.size) if model.kinematics == "3d" else factor_bytes(model.size)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Answer:
    """Unknowns y (N,), nodal forces of the loads and what the stress leaves of them (N,), and how it came about.

    ``axial`` is the resultant along z, ``rounding`` what rounding of y may leave of the balance [N].
    """

    y: Floats
    forces: Floats
    left: Floats
    axial: float
    rounding: float
    residual: float
    solver: str
    notes: tuple[str, ...] = ()
    mixed: MixedPressure | None = None


def _in_space(
    models: Sequence[Model], held: Held, method: Literal["auto", "multigrid"], seconds: dict[str, float]
) -> list[_Answer]:
    started = time.perf_counter()
    forces = np.column_stack([force_vector(model) for model in models])
    for column in forces.T:
        _check_balanced(models[0], held, column)
    seconds["loads"] = time.perf_counter() - started
    found = solve_in_space(models[0], held, forces, method)
    seconds.update(found.seconds)
    return [
        _Answer(
            y=found.displacement[:, i],
            forces=forces[:, i],
            left=found.left[:, i],
            axial=0.0,
            rounding=found.rounding[i],
            residual=found.residual,
            solver=found.solver,
        )
        for i in range(len(models))
    ]


def _direct(models: Sequence[Model], held: Held, solver: Solver, seconds: dict[str, float]) -> list[_Answer]:
    from tubewall.fem.held_stiffness import held_stiffness

    started = time.perf_counter()
    model = models[0]
    require_memory(model.size, _direct_bytes(model))
    assembled = [assemble(model)]
    mixed = assembled[0].recover is not None
    # what a nearly incompressible element condenses depends on its loads
    assembled += [
        assemble(other) if mixed else replace(assembled[0], forces=force_vector(other)) for other in models[1:]
    ]
    forces = np.column_stack([one.forces for one in assembled])
    seconds["assembly"] = time.perf_counter() - started
    for column in forces.T:
        _check_balanced(models[0], held, column)
    backend: Backend = solver if solver in ("cholmod", "superlu") else "auto"
    if held.plain and not mixed:
        body = held_stiffness(model, held, assembled[0].stiffness, backend)
        # the matrix itself would stand beside its factor
        assembled = [replace(one, stiffness=type(one.stiffness)((0, 0))) for one in assembled]
        found = body.solve(forces)
        y, left, rounding = found.y, found.left, found.rounding
        residual, name = found.residual, found.solver
    else:
        stiffness = assembled[0].stiffness
        right = held.transform.T @ (forces - (stiffness @ held.offset)[:, None])
        factor = factorise((held.transform.T @ stiffness @ held.transform).tocsc(), backend, need=0.0)
        values = factor.solve(right)
        y = held.transform @ values + held.offset[:, None]
        if mixed and factor.rest(values, right) > RESIDUAL_LIMIT:
            answers = [
                _refined(one, held, factor, part, y[:, i])
                for i, (one, part) in enumerate(zip(models, assembled, strict=True))
            ]
            seconds["solve"] = time.perf_counter() - started - seconds["assembly"]
            return answers
        left = stiffness @ y - forces
        rounding = 4 * _EPS * (abs(stiffness) @ np.abs(y)).sum(axis=0)
        residual, name = factor.residual(values, right), factor.backend
    seconds["solve"] = time.perf_counter() - started - seconds["assembly"]
    return [
        _Answer(
            y=y[:, i],
            forces=forces[:, i],
            left=left[:, i],
            axial=_axial_force(models[i], left[:, i]),
            rounding=float(rounding[i]),
            residual=residual,
            solver=name,
            notes=one.notes,
            mixed=None if one.recover is None else one.recover(y[:, i]),
        )
        for i, one in enumerate(assembled)
    ]


def _refined(model: Model, held: Held, factor: Factorised, assembled: Assembled, y: Floats) -> _Answer:
    """The answer of a nearly incompressible body whose displacement alone does not balance the loads."""
    from tubewall.fem.mixed_refine import refine

    # stiff parts on a soft one: what rounding of y leaves is no miss of the solution
    lost = 4 * _EPS * (abs(assembled.stiffness) @ np.abs(y))
    rest = float(np.linalg.norm(lost)) / max(float(np.linalg.norm(assembled.forces)), _TINY)
    found = refine(model, held, factor.back_substitute, assembled.recoveries, y, max(RESIDUAL_LIMIT, rest))
    return _Answer(
        y=found.y,
        forces=assembled.forces,
        left=found.left,
        axial=_axial_force(model, found.left),
        rounding=float(lost.sum()),
        residual=found.residual,
        solver=factor.backend,
        notes=assembled.notes,
        mixed=found.mixed,
    )


def _axial_force(model: Model, left: Floats) -> float:
    """Resultant [N] of the stress along z, from what the strain along z is left with (N,)."""
    if model.kinematics != "generalised plane strain":
        return 0.0
    pull = end_force(model) if model.ends == "closed" else 0.0
    return float(left[model.discrete.size]) + pull


def _check_balanced(model: Model, held: Held, forces: Floats) -> None:
    if held.motions.shape[1] == 0:
        return
    discrete = model.discrete
    # a displacement of order 1 on curved cells only comes near to a rotation
    share = 1e-8 if len(discrete.nodes) == len(discrete.mesh.points) else 1e-2
    scale = float(np.abs(forces).sum())
    net = float(np.abs(held.motions.T @ forces).max())
    if net > share * scale:
        held_by = "rigid_body holds nothing"
        if not any(isinstance(support, RigidBody) for support in model.supports) and model.periodic is None:
            held_by = "a part that slides is pushed where nothing holds it"
        raise InputError(
            f"the loads do not balance (net load {net / scale:.2g} of their sum): {held_by}, add a support"
        )


def _collected(model: Model, held: Held, answer: _Answer, seconds: dict[str, float]) -> FieldSolution:
    y, nodes = answer.y, model.discrete.size
    off = imbalance(model, held, answer.forces, answer.left, answer.rounding)
    u = without_motion(model, held.motions[:nodes], y[:nodes]).reshape(-1, model.discrete.dim)
    return FieldSolution(
        model=model,
        displacement=everywhere(model, u),
        axial_strain=float(y[nodes]) if model.kinematics == "generalised plane strain" else 0.0,
        axial_force=answer.axial,
        mean_strain=_mean_strain(model, y),
        reactions=reactions(model, held, answer.left),
        imbalance=off,
        residual=answer.residual,
        solver=answer.solver,
        unknowns=len(held.free),
        seconds=seconds,
        forces=answer.forces,
        residual_forces=answer.left,
        warnings=answer.notes,
        mixed=answer.mixed,
    )


def _mean_strain(model: Model, y: Floats) -> Floats:
    mean = np.zeros(6)
    if model.periodic is not None:
        from tubewall.fem.periodicity import SPACE, components, macro_unknowns

        mean[[SPACE.index(name) for name in components(model.mesh.dim)]] = y[macro_unknowns(model)]
    return mean
