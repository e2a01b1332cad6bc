"""Which elements to make smaller for a goal: those that send it errors, and those whose own stress misses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import ConvergenceError
from tubewall.fem.boundary_search import sharing, surface_extreme
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.error_goal import mesh_errors, touching
from tubewall.fem.known_errors import moved_by_shape, shape_error
from tubewall.fem.local_search import lattice
from tubewall.fem.locate_point import locate_one
from tubewall.fem.quantities import CylinderAxes, Quantity
from tubewall.fem.surface_points import facets_of, surface_points
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

Bools = NDArray[np.bool_]

# the share of a summed error that the elements marked each round carry (Doerfler, SIAM J. Numer. Anal. 33, 1106, 1996)
_SHARE: Final = 0.6
# of the largest error at a place, from which on an element there is marked: halving its edges leaves a quarter
_WORTH: Final = 0.3
# of the error allowed: parts below are no reason to refine
_SMALL: Final = 0.25


def most_of(shares: Floats) -> Bools:
    """The fewest elements (m,) that carry most of the sum of ``shares`` (m,)."""
    order = np.argsort(-shares, kind="stable")
    carried = np.cumsum(shares[order])
    marked = np.zeros(len(shares), dtype=bool)
    marked[order[: int(np.searchsorted(carried, _SHARE * carried[-1])) + 1]] = carried[-1] > 0
    return marked


def marks_at(
    solution: FieldSolution,
    quantity: Quantity,
    at: tuple[float, ...],
    *,
    region: str | None,
    axes: CylinderAxes,
    allowed: float,
) -> Bools:
    """The elements (m,) to refine for a quantity at a point until its error is ``allowed`` [its unit].

    Raises
    ------
    ConvergenceError
        When the shape of the mesh makes a larger error.
    """
    found = locate_one(solution.model.discrete.mesh, at, region=region)
    errors = mesh_errors(solution)
    _refuse_shape(solution, quantity, found.elements, found.local, axes, allowed)
    if quantity.kind == "displacement":
        return most_of(errors.shares(quantity, found.elements, found.local, axes))
    near = touching(solution, found.elements)
    return _far(solution, quantity, found.elements, found.local, axes, near, allowed) | near


def marks_over(
    solution: FieldSolution,
    quantity: Quantity,
    boundary: str,
    *,
    region: str | None,
    axes: CylinderAxes,
    allowed: float,
) -> Bools:
    """The elements (m,) to refine for the extreme or mean over a boundary until its error is ``allowed`` [its unit].

    Raises
    ------
    ConvergenceError
        When the shape of the mesh makes a larger error.
    """
    mesh = solution.model.discrete.mesh
    errors = mesh_errors(solution)
    pairs = facets_of(mesh, boundary, region)
    if quantity.sought == "mean":
        where, places, _ = errors.surface(pairs)
        if quantity.kind == "displacement":
            _refuse_shape(solution, quantity, where, places, axes, allowed)
        return most_of(errors.mean_shares(quantity, pairs, axes))
    extreme = surface_extreme(solution, boundary, quantity, region=region, axes=axes)
    elements, local = sharing(solution, extreme)
    _refuse_shape(solution, quantity, elements, local, axes, allowed)
    if quantity.kind == "displacement":
        return most_of(errors.shares(quantity, elements, local, axes))
    near = _surface(solution, quantity, pairs, axes)
    worst = float(near.max(initial=0.0))
    marked = near >= _WORTH * worst if worst > 0 else touching(solution, elements)
    return marked | _far(solution, quantity, elements, local, axes, touching(solution, elements), allowed)


def _refuse_shape(
    solution: FieldSolution, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes, allowed: float
) -> None:
    """Refuse a goal when the flat sides of the mesh alone bring more error than is allowed: refinement keeps them."""
    if quantity.kind == "displacement":
        shape = moved_by_shape(solution, solution.evaluate(elements, local).displacement)
    else:
        shape = shape_error(solution, quantity, elements, local, axes)
    if shape > allowed:
        raise ConvergenceError(
            f"{quantity.name!r}: the sides of the mesh stand for a curve, and the angles between them alone make an error of "
            f"{shape:.2g} {quantity.unit}, {allowed:.2g} {quantity.unit} being allowed"
        )


def _far(
    solution: FieldSolution,
    quantity: Quantity,
    elements: Ints,
    local: Floats,
    axes: CylinderAxes,
    near: Bools,
    allowed: float,
) -> Bools:
    """Elements away from the place that bring most of what others bring there, where that counts."""
    shares = mesh_errors(solution).shares(quantity, elements, local, axes)
    shares[near] = 0.0
    return most_of(shares) & bool(shares.sum() > _SMALL * allowed)


def _surface(solution: FieldSolution, quantity: Quantity, pairs: Ints, axes: CylinderAxes) -> Floats:
    """How far computed and recovered stress differ (m,) in the elements at those facets (k, 2) that may hold the extreme."""
    mesh = solution.model.discrete.mesh
    kinematics = solution.model.kinematics
    errors = mesh_errors(solution)
    sign = -1.0 if quantity.sought == "min" else 1.0
    tops, misses = [], []
    corners: list[Ints] = []
    for group in mesh.facet_groups(pairs):
        at = surface_points(mesh, group, lattice(group.kind, 2))
        fields = solution.evaluate(at.elements, at.local)
        values = sign * quantity.values(fields, kinematics, axes)
        smooth = sign * quantity.values(errors.smooth(at.elements, at.local, fields), kinematics, axes)
        shape = (len(group.elements), -1)
        tops.append(np.fmax(values, smooth).reshape(shape).max(axis=1))
        misses.append(np.nan_to_num(np.abs(values - smooth)).reshape(shape).max(axis=1))
        corners.extend(group.nodes[:, : CELLS[CELLS[group.kind].first].vertices])
    top, miss = np.concatenate(tops), np.concatenate(misses)
    best = int(np.argmax(top))
    rivals = np.flatnonzero(top + miss >= top[best] - 2 * miss[best])
    beside = np.zeros(len(mesh.points), dtype=bool)
    for row in rivals:
        beside[corners[row]] = True
    near = np.concatenate([beside[block.cells[:, : CELLS[block.kind].vertices]].any(axis=1) for block in mesh.blocks])
    found = np.zeros(mesh.elements)
    found[near] = errors.misses(quantity, np.flatnonzero(near), axes)
    return found
