"""Extremes and means of a quantity over a boundary, from the shape functions of the cells behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.error_goal import mesh_errors
from tubewall.fem.local_search import climb, lattice
from tubewall.fem.locate_point import search
from tubewall.fem.probe import ProbeValue, cylinder
from tubewall.fem.quantities import CylinderAxes, Quantity, parse_quantity
from tubewall.fem.reference_elements import into_cell, rule
from tubewall.fem.singular import warning_for
from tubewall.fem.surface_points import among, facets_of, surface_points
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import FacetGroup

# samples along each edge of a facet before the search goes on from the best
_PARTS: Final = 4
# facets that it goes on from
_BEST: Final = 24
# points evaluated at a time
_CHUNK: Final = 20_000
_MEAN_ORDER: Final = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfaceExtreme:
    """The extreme of a quantity on a boundary: value, place (dim,) [m], the cell (element, side) and where in it (dim,)."""

    value: float
    at: Floats
    element: int
    side: int
    local: Floats


def boundary_value(
    solution: FieldSolution,
    boundary: str,
    quantity: Quantity | str,
    *,
    region: str | None = None,
    about: ArrayLike | None = None,
    axis: ArrayLike | None = None,
    estimate: bool = True,
) -> ProbeValue:
    """The largest, smallest or mean value of a quantity on a boundary.

    Extremes are searched for over the whole curved surface, between the nodes too; means are weighted with the area (of the
    full circle in axisymmetric bodies), and ``at`` is then the centre of the area.

    Parameters
    ----------
    solution : FieldSolution
    boundary : str
    quantity : Quantity or str
        As "max stress hoop", "min displacement x", "mean displacement y". Without a prefix "max principal", "von mises",
        "tresca" and "displacement magnitude" mean their largest, "min principal" its smallest value.
    region : str, optional
        Which side counts of a boundary inside the body, or which part of one that several regions share.
    about, axis : optional
        A point [m] and the direction of the axis that hoop, radial and axial refer to.
    estimate : bool
        Whether to estimate the discretisation error.

    Raises
    ------
    InputError
        For names that do not exist, and for a mean of stress on an interface without ``region``.
    """
    wanted = parse_quantity(quantity) if isinstance(quantity, str) else quantity
    axes = cylinder(about, axis)
    error = warning = None
    if wanted.sought == "mean":
        value, place = _mean(solution, boundary, wanted, region, axes)
        if estimate:
            error = mesh_errors(solution).mean(wanted, facets_of(solution.model.discrete.mesh, boundary, region), axes)
    else:
        found = surface_extreme(solution, boundary, wanted, region=region, axes=axes)
        value, place = found.value, found.at
        if estimate and wanted.kind != "displacement":
            warning = warning_for(solution, np.array([found.element]), f"'{wanted}' on boundary {boundary!r}")
        if estimate and warning is None:
            error = _error(solution, wanted, found, axes)
    return ProbeValue(value=value, unit=wanted.unit, at=tuple(place.tolist()), mesh_error=error, warning=warning)


def _error(solution: FieldSolution, quantity: Quantity, found: SurfaceExtreme, axes: CylinderAxes) -> float | None:
    """The estimate where the extreme lies, from all elements of its region that share the place."""
    elements, local = sharing(solution, found)
    return mesh_errors(solution).on_facet(quantity, found.element, found.side, elements, local, axes)


def sharing(solution: FieldSolution, found: SurfaceExtreme) -> tuple[Ints, Floats]:
    """The elements (h,) of its region that share the place of an extreme, and where in them (h, dim)."""
    mesh = solution.model.discrete.mesh
    region = mesh.region_names[int(mesh.region_index[found.element])]
    shared, lost = search(mesh, found.at[None], region=region)
    if len(lost):
        return np.array([found.element]), found.local[None]
    return shared.elements, shared.local


def surface_extreme(
    solution: FieldSolution, boundary: str, quantity: Quantity, *, region: str | None, axes: CylinderAxes
) -> SurfaceExtreme:
    """The largest or smallest value (as the quantity says) on a boundary."""
    mesh = solution.model.discrete.mesh
    sign = -1.0 if quantity.sought == "min" else 1.0
    best: SurfaceExtreme | None = None
    for group in mesh.facet_groups(facets_of(mesh, boundary, region)):
        found = _group_extreme(solution, group, quantity, axes, sign)
        if found is not None and (best is None or sign * found.value > sign * best.value):
            best = found
    if best is None:
        raise InputError(f"{quantity.name!r} is not finite anywhere on boundary {boundary!r}")
    return best


def _group_extreme(
    solution: FieldSolution, group: FacetGroup, quantity: Quantity, axes: CylinderAxes, sign: float
) -> SurfaceExtreme | None:
    def measure(rows: Ints, on: Floats) -> Floats:
        values = sign * _values(solution, group.elements[rows], into_cell(group, on), quantity, axes)
        return np.where(np.isfinite(values), values, -np.inf)

    samples = lattice(group.kind, _PARTS)
    k, q = len(group.elements), len(samples)
    values = measure(np.repeat(np.arange(k), q), np.tile(samples, (k, 1))).reshape(k, q)
    tops = values.max(axis=1)
    rows = np.argsort(-tops, kind="stable")[:_BEST]
    rows = rows[np.isfinite(tops[rows])]
    if len(rows) == 0:
        return None
    highest, on = climb(group.kind, rows, samples[values[rows].argmax(axis=1)], measure, step=0.5 / _PARTS)
    i = int(highest.argmax())
    element, local = int(group.elements[rows[i]]), into_cell(group, on[i : i + 1])
    fields = solution.evaluate(np.array([element]), local)
    return SurfaceExtreme(
        value=float(sign * highest[i]), at=fields.points[0], element=element, side=group.local, local=local[0]
    )


def _values(solution: FieldSolution, elements: Ints, local: Floats, quantity: Quantity, axes: CylinderAxes) -> Floats:
    kinematics = solution.model.kinematics
    pieces = []
    for start in range(0, len(elements), _CHUNK):
        some = slice(start, start + _CHUNK)
        pieces.append(quantity.values(solution.evaluate(elements[some], local[some]), kinematics, axes))
    return np.concatenate(pieces)


def _mean(
    solution: FieldSolution, boundary: str, quantity: Quantity, region: str | None, axes: CylinderAxes
) -> tuple[float, Floats]:
    mesh = solution.model.discrete.mesh
    pairs = facets_of(mesh, boundary, region)
    if region is None and quantity.kind != "displacement":
        _refuse_two_sides(solution, boundary, pairs, quantity)
    total, area, moment = 0.0, 0.0, np.zeros(mesh.dim)
    for group in mesh.facet_groups(pairs):
        on, weights = rule(group.kind, _MEAN_ORDER)
        points = surface_points(mesh, group, on)
        fields = solution.evaluate(points.elements, points.local)
        values = quantity.values(fields, solution.model.kinematics, axes)
        share = (points.areas * weights).ravel()
        if solution.model.kinematics == "axisymmetric":
            share = share * 2 * np.pi * fields.points[:, 0]
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            raise InputError(f"{quantity.name!r} has no direction at {show_point(fields.points[bad[0]])}")
        total, area, moment = total + float(share @ values), area + float(share.sum()), moment + share @ fields.points
    return total / area, moment / area


def _refuse_two_sides(solution: FieldSolution, boundary: str, pairs: Ints, quantity: Quantity) -> None:
    mesh = solution.model.discrete.mesh
    regions = np.unique(mesh.region_index[pairs[:, 0]])
    if len(regions) < 2:
        return
    every, face = mesh.all_facets
    mine = face[among(every, pairs)]
    if np.bincount(mine).max() > 1:
        names = ", ".join(repr(mesh.region_names[i]) for i in regions)
        raise InputError(
            f"boundary {boundary!r} is an interface of {names}: the mean of {quantity.name!r} needs region = ..."
        )
