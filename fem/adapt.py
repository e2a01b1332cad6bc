"""Refine a mesh where it matters for what is asked, until the stated errors are below a tolerance."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import ConvergenceError, InputError, ResourceError
from tubewall.fem.boundary_search import boundary_value
from tubewall.fem.edge_errors import edge_errors
from tubewall.fem.error_goal import mesh_errors
from tubewall.fem.mesh_energy import mesh_energy_error
from tubewall.fem.probe import ProbeValue, cylinder, value_at
from tubewall.fem.quantities import parse_quantity
from tubewall.fem.refinement_marks import Bools, marks_at, marks_over, most_of
from tubewall.geometry.reference_cells import CELLS
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model

Progress = Callable[[float, str], None]

_ROUNDS: Final = 15
#: Unknowns that refinement stops at unless said, in the plane and in space.
MOST: Final = {2: 400_000, 3: 250_000}


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A number that is to be right: a quantity at a point, or its extreme or mean over a boundary.

    Parameters
    ----------
    quantity : str
    at : (dim,), optional
        [m]; this or ``boundary``.
    boundary : str, optional
    region : str, optional
    about, axis : tuple, optional
        As in ``value_at``.
    """

    quantity: str
    at: tuple[float, ...] | None = None
    boundary: str | None = None
    region: str | None = None
    about: tuple[float, ...] | None = None
    axis: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if (self.at is None) == (self.boundary is None):
            raise InputError("a Goal is at a point or over a boundary: one of the two")

    def __str__(self) -> str:
        where = f"on boundary {self.boundary!r}" if self.at is None else f"at {show_point(self.at)}"
        return f"{self.quantity!r} {where}"

    def value(self, solution: FieldSolution) -> ProbeValue:
        """What it is, with its mesh error."""
        if self.at is not None:
            return value_at(solution, self.quantity, self.at, region=self.region, about=self.about, axis=self.axis)
        return boundary_value(
            solution, str(self.boundary), self.quantity, region=self.region, about=self.about, axis=self.axis
        )

    def marks(self, solution: FieldSolution, allowed: float) -> Bools:
        """The elements (m,) to refine until its mesh error is ``allowed`` [unit of the quantity]."""
        quantity, axes = parse_quantity(self.quantity), cylinder(self.about, self.axis)
        if self.at is not None:
            return marks_at(solution, quantity, self.at, region=self.region, axes=axes, allowed=allowed)
        return marks_over(solution, quantity, str(self.boundary), region=self.region, axes=axes, allowed=allowed)


def solve_adaptively(
    model: Model,
    tolerance: float,
    goals: Sequence[Goal] = (),
    *,
    most: int | None = None,
    progress: Progress | None = None,
) -> FieldSolution:
    """The solution on a mesh that is refined until every goal is known to ``tolerance``.

    Elements are marked by what their error brings into the goals, from the dual problem of each; without goals by their error
    in the energy norm. Triangles and tetrahedra are refined where marked, along the edges where stress bends most, other cells
    all at once. New nodes on curved sides lie on the curves of the given mesh: an error of its shape stays.

    Parameters
    ----------
    model : Model
    tolerance : float
        Mesh error over value of every goal, or the relative error in the energy norm.
    goals : sequence of Goal
    most : int, optional
        Unknowns to stop at; ``MOST`` unless said.
    progress : callable, optional
        Called with the share that is done and a text.

    Raises
    ------
    ConvergenceError
        When a goal lies at a singular point, where no mesh gives a value (with the exponent), or on flat sides that stand for a
        curve and make a larger error than the tolerance.
    ResourceError
        When the tolerance needs more unknowns than ``most``; the message says how far it came.
    """
    from tubewall.fem.model_solver import solve_model

    if not np.isfinite(tolerance) or not 0 < tolerance < 1:
        raise InputError(f"tolerance is a relative error between 0 and 1, got {tolerance!r}")
    limit = MOST[model.mesh.dim] if most is None else most
    worst = np.inf
    for turn in range(_ROUNDS):
        if progress is not None:
            progress(turn / _ROUNDS, f"round {turn + 1}: {model.size} unknowns")
        solution = solve_model(model)
        worst, marked = _errors(solution, tolerance, goals)
        if worst <= tolerance:
            if progress is not None:
                progress(1.0, f"reached {worst:.2g} with {model.size} unknowns")
            return solution
        finer = _finer(solution, marked)
        if finer.size > limit:
            raise ResourceError(
                f"a tolerance of {tolerance:g} needs more than {limit} unknowns: {model.size} reach {worst:.2g}; give a "
                "finer mesh where stress is high, or a larger tolerance"
            )
        model = finer
    raise ConvergenceError(
        f"{_ROUNDS} refinements did not reach a tolerance of {tolerance:g}: the error is {worst:.2g}"
    )


def _errors(solution: FieldSolution, tolerance: float, goals: Sequence[Goal]) -> tuple[float, Bools]:
    """The largest relative error, and the elements (m,) to refine for those above the tolerance."""
    if not goals:
        energy = mesh_energy_error(solution, mesh_errors(solution).duals.recovery)
        return energy.relative, most_of(energy.elements)
    worst, marked = 0.0, np.zeros(solution.model.discrete.mesh.elements, dtype=bool)
    for goal in goals:
        found = goal.value(solution)
        if found.warning is not None:
            raise ConvergenceError(f"{goal} does not converge: {found.warning}")
        if found.mesh_error is None:
            raise ResourceError(f"{goal} has no error estimate on a mesh of {solution.unknowns} unknowns")
        scale, largest = abs(found.value), _scale(solution, goal)
        if scale <= 1e-3 * largest:
            # a value that is zero by symmetry is measured against the body's largest
            scale = largest
        relative = found.mesh_error / scale if scale > 0 else 0.0
        worst = max(worst, relative)
        if relative > tolerance:
            marked |= goal.marks(solution, tolerance * scale)
    return worst, marked


def _scale(solution: FieldSolution, goal: Goal) -> float:
    quantity = parse_quantity(goal.quantity)
    if quantity.kind == "displacement":
        return float(np.abs(solution.displacement).max(initial=0.0))
    from tubewall.fem.largest_values import maxima

    name = "von mises" if quantity.kind == "stress" else "strain xx"
    return abs(maxima(solution, (name,))[name].value)


def _finer(solution: FieldSolution, elements: Bools) -> Model:
    """The model on a mesh that is finer in ``elements``, along the edges where stress is bent most."""
    from tubewall.geometry.mesh_refinement import refined

    model = solution.model
    kinds = {CELLS[block.kind].first for block in model.mesh.blocks}
    measure = None
    if kinds == {"triangle"} or kinds == {"tetra"}:
        measure = edge_errors(mesh_errors(solution).duals.recovery)
    mesh, _ = refined(model.mesh, elements, measure=measure)
    return dataclasses.replace(model, mesh=mesh)
