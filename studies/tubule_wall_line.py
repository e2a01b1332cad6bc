"""The stress through the wall of a radial model at many heights at once: its elements are rectangles, so no search is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.units import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution

    Floats = NDArray[np.float64]

_ORDER: Final = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class WallLine:
    """Membrane, bending at either end and the stress itself there, each (6,) = xx, yy, zz, yz, xz, xy [Pa].

    As of ``fem.stress_line.LineStress``, from the bore outwards.
    """

    membrane: Floats
    bending_start: Floats
    bending_end: Floats
    start: Floats
    end: Floats


def wall_pressure(solution: FieldSolution, heights: Sequence[float] | Floats) -> Floats:
    """What presses on the bore's face of the wall at heights z [m]: minus its radial stress (h,) [Pa]."""
    return np.array([-line.start[0] for line in wall_lines(solution, heights)])


def wall_lines(solution: FieldSolution, heights: Sequence[float] | Floats, *, region: str = "wall") -> list[WallLine]:
    """The linearised stress through a region of nine-node rectangles along r, at heights z [m].

    sigma_m = (1/t) int sigma dx, sigma_b = (6/t^2) int sigma (t/2 - x) dx (ASME BPVC VIII-2, Annex 5-A).

    Raises
    ------
    InputError
        When the region does not reach a height.
    """
    mesh = solution.model.discrete.mesh
    rows = mesh.region(region)
    corners = mesh.points[mesh.blocks[0].cells[rows]]
    low, high = corners.min(axis=1), corners.max(axis=1)
    gauss, weight = np.polynomial.legendre.leggauss(_ORDER)
    along = np.concatenate([[0.0], 0.5 * (gauss + 1), [1.0]])
    elements, local, inner, outer, counts = [], [], [], [], []
    for z in heights:
        mine = np.flatnonzero((low[:, 1] <= z) & (z < high[:, 1]))
        if len(mine) == 0:
            raise InputError(f"the {region} does not reach the height {show(float(z), 'm')}")
        mine = mine[np.argsort(low[mine, 0])]
        up = (z - low[mine, 1]) / (high[mine, 1] - low[mine, 1])
        elements.append(np.repeat(rows[mine], len(along)))
        local.append(np.column_stack((np.tile(along, len(mine)), np.repeat(up, len(along)))))
        inner.append(low[mine, 0])
        outer.append(high[mine, 0])
        counts.append(len(mine))
    stress = solution.stress_in(np.concatenate(elements), np.concatenate(local)).reshape(-1, len(along), 6)
    found = []
    for k, start in enumerate(np.cumsum([0, *counts[:-1]])):
        part = stress[start : start + counts[k]]
        a, b = inner[k], outer[k]
        thickness = b[-1] - a[0]
        share = ((a[:, None] + along[1:-1] * (b - a)[:, None]) - a[0]) / thickness
        weights = 0.5 * weight * ((b - a) / thickness)[:, None]
        membrane = np.einsum("mq,mqc->c", weights, part[:, 1:-1])
        bending = np.einsum("mq,mqc->c", 6 * weights * (0.5 - share), part[:, 1:-1])
        found.append(
            WallLine(membrane=membrane, bending_start=bending, bending_end=-bending, start=part[0, 0], end=part[-1, -1])
        )
    return found
