"""Stress along a line through a wall split into membrane, bending and peak (ASME BPVC VIII-2, Annex 5-A).

With t the length of the line and x from its start, component by component,
sigma_m = (1/t) int sigma dx and sigma_b = (6/t^2) int sigma (t/2 - x) dx; bending holds at the start, minus it at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.line_panels import LinePanels, cut_line, gauss_on
from tubewall.fem.locate_point import locate
from tubewall.fem.probe import cylinder

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_ORDER: Final = 4
_INVARIANTS: Final = ("max principal", "mid principal", "min principal", "von mises", "tresca")


@dataclass(frozen=True, kw_only=True, eq=False)
class LineStress:
    """Stress on a line; all (6,) are xx, yy, zz, yz, xz, xy [Pa] in the axes of the analysis.

    Attributes
    ----------
    length : float
        [m]
    points : (q, dim)
        The start, Gauss points in every element on the way, the end [m].
    stress : (q, 6)
        At these points.
    axes : (3, 3)
        Rows: through the wall (from start to end), along it, and the third; see ``in_line_axes``.
    membrane : (6,)
    bending_start, bending_end : (6,)
        One is minus the other, but with ``radius_weighted``.
    start, end : (6,)
        The stress itself at the two ends.
    radius_weighted : bool
        Whether the stress along the wall is weighted with the radius.
    errors : mapping of part to (6,), optional
        Estimated discretisation error [Pa] of every part, as in ``parts``; nan where an end lies at a singular point.
    """

    length: float
    points: Floats
    stress: Floats
    axes: Floats
    membrane: Floats
    bending_start: Floats
    bending_end: Floats
    start: Floats
    end: Floats
    radius_weighted: bool = False
    errors: Mapping[str, Floats] | None = None

    @property
    def peak_start(self) -> Floats:
        """What is left at the start beyond membrane and bending (6,) [Pa]."""
        return self.start - self.membrane - self.bending_start

    @property
    def peak_end(self) -> Floats:
        """What is left at the end beyond membrane and bending (6,) [Pa]."""
        return self.end - self.membrane - self.bending_end

    def in_line_axes(self, stress: Floats) -> Floats:
        """Stress (..., 6) as components 11, 22, 33, 23, 13, 12 with 1 through the wall and 2 along it."""
        return invariants.rotated(stress, self.axes)

    @property
    def parts(self) -> dict[str, Floats]:
        """Every part by its name, each (6,) [Pa]."""
        return {
            "membrane": self.membrane,
            "bending start": self.bending_start,
            "bending end": self.bending_end,
            "membrane + bending start": self.membrane + self.bending_start,
            "membrane + bending end": self.membrane + self.bending_end,
            "peak start": self.peak_start,
            "peak end": self.peak_end,
            "total start": self.start,
            "total end": self.end,
        }

    def table(self) -> dict[str, dict[str, float]]:
        """Every part as components and invariants [Pa].

        The invariants of a part are those of its own tensor: those of membrane plus bending are what codes compare with
        their allowable, those of bending or peak alone have no such meaning.
        """
        found = {}
        for name, stress in self.parts.items():
            row = dict(zip(invariants.COMPONENTS, stress.tolist(), strict=True))
            principal = invariants.principal(stress)
            row |= dict(zip(_INVARIANTS[:3], principal.tolist(), strict=True))
            row |= {"von mises": float(invariants.von_mises(stress)), "tresca": float(principal[0] - principal[2])}
            found[name] = row
        return found


def line_values(
    solution: FieldSolution,
    start: ArrayLike,
    end: ArrayLike,
    *,
    region: str | None = None,
    about: ArrayLike | None = None,
    radius_weighted: bool = False,
    estimate: bool = False,
) -> LineStress:
    """Linearised stress on a line from ``start`` to ``end`` [m].

    The integrals are exact in straight elements: the line is cut where it passes from one element to the next. All six
    components are linearised, also those that Annex 5-A lets one leave out of bending (through the wall, and shear).

    Parameters
    ----------
    solution : FieldSolution
    start, end : (dim,)
        An end outside by less than 1e-3 of the element beside it moves to the surface.
    region : str, optional
        Which side, where an end lies on an interface or the line runs along one.
    about : (2,) or (3,), optional
        A point of an axis along z: the second axis of the line is then the hoop direction about it.
    radius_weighted : bool
        In axisymmetric bodies: take the stress along the wall and its shear per angle of the circle instead of per length of
        the circumference, sigma R / R_c, with bending about the neutral axis x_f = t^2 cos(phi) / (12 R_c) from the middle,
        phi the angle from the radius to the line (as codes do for rings and shells of revolution). Without it, as in Annex
        5-A, every component is averaged through the thickness. Hoop and through-the-wall stress are never weighted.
    estimate : bool
        Whether to estimate the discretisation errors (``fem.line_errors``); with ``radius_weighted`` there are none.

    Raises
    ------
    InputError
        When the line leaves the body or the region, crosses into another region, or has no length; with the place.
    """
    mesh = solution.model.discrete.mesh
    line = cut_line(mesh, start, end, region=region)
    if radius_weighted and solution.model.kinematics != "axisymmetric":
        raise InputError("radius_weighted goes with axisymmetric bodies only")
    shares, weights, pieces = gauss_on(mesh, line, _ORDER)
    points, stress = line.place(shares), np.zeros((len(shares), 6))
    count = np.zeros(len(shares))
    for rows, elements, local in pieces:
        stress[rows] += solution.stress_in(elements, local)
        count[rows] += 1
    stress /= count[:, None]
    membrane = weights @ stress
    bending = (6 * weights * (0.5 - shares)) @ stress
    axes = _axes(line, about)
    bending_end = -bending
    if radius_weighted:
        membrane, bending, bending_end = _weighted(line, shares, weights, stress, axes, (membrane, bending))
    ends = tuple(_end_elements(solution, line, which, region) for which in (0, 1))
    first, last = (solution.stress_in(elements, local).mean(axis=0) for elements, local in ends)
    errors = None
    if estimate and not radius_weighted:
        from tubewall.fem.line_errors import line_errors

        errors = line_errors(solution, shares, weights, pieces, ends)
    return LineStress(
        length=line.length,
        points=np.vstack([line.start, points, line.end]),
        stress=np.vstack([first, stress, last]),
        axes=axes,
        membrane=membrane,
        bending_start=bending,
        bending_end=bending_end,
        start=first,
        end=last,
        radius_weighted=radius_weighted,
        errors=errors,
    )


def _end_elements(solution: FieldSolution, line: LinePanels, which: int, region: str | None) -> tuple[Ints, Floats]:
    """The elements that hold an end of the line, on its side, and where in them."""
    mesh = solution.model.discrete.mesh
    found = locate(mesh, (line.start, line.end)[which][None], region=region)
    # an end may lie on an interface: the side that the line comes from counts
    inner = line.elements[0 if which == 0 else -1]
    mine = mesh.region_index[found.elements] == mesh.region_index[inner[0]]
    return found.elements[mine], found.local[mine]


def _axes(line: LinePanels, about: ArrayLike | None) -> Floats:
    through = np.zeros(3)
    through[: len(line.start)] = (line.end - line.start) / line.length
    along = np.array([-through[1], through[0], 0.0])
    if about is not None:
        middle = 0.5 * (line.start + line.end)[None]
        along = cylinder(about, None).frames(middle, "3d" if len(line.start) == 3 else "plane strain")[0, 1]
        along = along - through * (through @ along)
    # a line along z, or along the hoop direction, has the x axis for its second
    if not np.all(np.isfinite(along)) or np.linalg.norm(along) < 1e-9:
        along = np.array([1.0, 0.0, 0.0]) - through * through[0]
    along = along / np.linalg.norm(along)
    return np.stack([through, along, np.cross(through, along)])


def _weighted(
    line: LinePanels, shares: Floats, weights: Floats, stress: Floats, axes: Floats, plain: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """Membrane and bending at both ends with the components 22 and 12 weighted by the radius."""
    t = line.length
    radius = line.place(shares)[:, 0]
    middle = float(0.5 * (line.start + line.end)[0])
    if middle <= 0:
        raise InputError("radius_weighted needs a line off the axis")
    neutral = t * t * float(axes[0, 0]) / (12 * middle)
    x = (shares - 0.5) * t
    own = invariants.rotated(stress, axes)
    parts = [invariants.rotated(part, axes) for part in (plain[0], plain[1], -plain[1])]
    along, shear = 1, 5
    share = weights * radius / middle
    for component in (along, shear):
        parts[0][component] = share @ own[:, component]
        moment = float((share * (x - neutral)) @ own[:, component]) / (t * t / 12 - neutral * neutral)
        parts[1][component] = moment * (-0.5 * t - neutral)
        parts[2][component] = moment * (0.5 * t - neutral)
    back = axes.T
    membrane, first, last = (invariants.rotated(part, back) for part in parts)
    return membrane, first, last
