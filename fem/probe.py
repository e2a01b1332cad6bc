"""The value of a quantity at a point, from the shape functions of the elements that hold it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.fem.elements import Floats
from tubewall.fem.locate_point import Located, locate_one
from tubewall.fem.quantities import CylinderAxes, Quantity, parse_quantity
from tubewall.units import show, show_point

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

# two regions give the same displacement at their interface, but for rounding
_SAME: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class ProbeValue:
    """A value [``unit``], where it is (dim,) [m], and its estimated discretisation error in the same unit.

    ``mesh_error`` is None where there is no estimate; ``warning`` says why where a singular point is near.
    """

    value: float
    unit: str
    at: tuple[float, ...]
    mesh_error: float | None = None
    warning: str | None = None


def cylinder(about: ArrayLike | None, axis: ArrayLike | None) -> CylinderAxes:
    """The axis that hoop, radial and axial refer to: through the origin along z unless said."""
    given = CylinderAxes()
    if about is not None:
        given = replace(given, about=tuple(float(x) for x in np.atleast_1d(np.asarray(about, dtype=np.float64))))
    if axis is not None:
        x, y, z = (float(part) for part in [*np.atleast_1d(np.asarray(axis, dtype=np.float64)), 0.0, 0.0][:3])
        given = replace(given, axis=(x, y, z))
    return given


def value_at(
    solution: FieldSolution,
    quantity: Quantity | str,
    at: ArrayLike,
    *,
    region: str | None = None,
    about: ArrayLike | None = None,
    axis: ArrayLike | None = None,
    estimate: bool = True,
) -> ProbeValue:
    """The value of a quantity at a point.

    Where several elements of one region share the point it is the mean of what each of them says. A point outside the mesh
    (or ``region``) by less than 1e-3 of the size of the element beside it moves to the nearest point of it.

    Parameters
    ----------
    solution : FieldSolution
    quantity : Quantity or str
        As "stress hoop" or "max principal"; see ``parse_quantity``.
    at : (dim,)
        [m]
    region : str, optional
        Which side of an interface is meant.
    about, axis : optional
        A point [m] and the direction of the axis that hoop, radial and axial refer to; see ``CylinderAxes``.
    estimate : bool
        Whether to estimate the discretisation error (``fem.error_goal``), which costs a factorisation and for each probe a
        solve.

    Raises
    ------
    InputError
        For a point farther outside (the nearest point is named), a point on an interface without ``region`` (the values of
        both sides are listed), a point on the axis that hoop refers to, or one where the stress is not finite.
    """
    wanted = parse_quantity(quantity) if isinstance(quantity, str) else quantity
    if wanted.extreme is not None:
        raise InputError(f"quantity '{wanted}' searches a boundary: at a point write {wanted.name!r}")
    found = locate_one(solution.model.discrete.mesh, at, region=region)
    axes = cylinder(about, axis)
    value = _one(solution, wanted, found, values_in(solution, wanted, found, axes))
    error = warning = None
    if estimate:
        from tubewall.fem.error_goal import mesh_errors
        from tubewall.fem.singular import warning_for

        warning = None if wanted.kind == "displacement" else warning_for(solution, found.elements, f"{wanted.name!r}")
        if warning is None:
            error = mesh_errors(solution).at(wanted, found.elements, found.local, axes)
    return ProbeValue(value=value, unit=wanted.unit, at=tuple(found.at[0].tolist()), mesh_error=error, warning=warning)


def values_in(solution: FieldSolution, quantity: Quantity, found: Located, axes: CylinderAxes) -> Floats:
    """The quantity (h,) in each element that holds a located point.

    Raises
    ------
    InputError
        Where it is not finite.
    """
    fields = solution.evaluate(found.elements, found.local)
    values = quantity.values(fields, solution.model.kinematics, axes)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        place = show_point(found.at[found.point[bad[0]]])
        if quantity.cylindrical and np.all(np.isfinite(fields.stress[bad[0]])):
            raise InputError(f"{quantity.name!r} has no direction at {place}, which lies on the axis it refers to")
        raise InputError(f"{quantity.name!r} is not finite at {place}: the elements there end in a crack tip")
    return values


def _one(solution: FieldSolution, quantity: Quantity, found: Located, values: Floats) -> float:
    mesh = solution.model.discrete.mesh
    region = mesh.region_index[found.elements]
    sides = {mesh.region_names[number]: float(values[region == number].mean()) for number in np.unique(region)}
    first, *others = sides.values()
    if quantity.kind == "displacement":
        scale = max(abs(value) for value in sides.values())
        if all(abs(value - first) <= _SAME * scale for value in others):
            return float(values.mean())
    if others:
        listed = ", ".join(f"{show(value, quantity.unit, 6)} in {name!r}" for name, value in sides.items())
        raise InputError(
            f"{quantity.name!r} at {show_point(found.at[0])}, on an interface, is {listed}: say which with region = ..."
        )
    return first
