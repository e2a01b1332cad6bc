"""The radial section of one tubule, from the axis outwards: what is extruded to an axisymmetric or plane mesh."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tubewall.geometry.array import CellArray
from tubewall.geometry.reference_cells import Floats
from tubewall.geometry.stack_fineness import Fineness, inset_rows, wall_layers
from tubewall.geometry.stack_levels import graded, halved
from tubewall.geometry.stack_section import GAP, WALL, Section


def cell_radius(array: CellArray, *, plane: bool) -> float:
    """Outer end [m] of the radial section: of the circle as large as a bore's cell, or half the pitch of a plane one."""
    return array.pitch / 2 if plane else math.sqrt(array.cell_area / math.pi)


def line_section(
    array: CellArray, fine: Fineness, *, plane: bool, growth: float, places: Sequence[tuple[float, float]] = ()
) -> Section:
    """The section from the axis through bore and wall to the end of the cell, and the gap between where tubes leave one.

    In a matrix the wall reaches to the end. ``places`` (radius [m], size [m]) are nodes with elements of that size beside them.
    """
    bore, end = array.bore / 2, cell_radius(array, plane=plane)
    outer = end if array.construction == "matrix" else min(array.outer_radius, end)
    insets = inset_rows(fine, bore, 0.125)
    fillet = fine.widest
    rows = insets[: 2 * int((insets[::2] <= fillet * (1 + 1e-12)).sum()) - 1]
    inner = bore - float(rows[-1])
    size = max(fine.rim, float(rows[-1] - rows[-3])) if fillet else fine.rim
    core = graded([0.0, inner, *(at for at, _ in places if at < inner)], [(inner, size), *places], growth, bore / 8)
    strip = bore + wall_strip(array, fine, outer - bore)
    inside = [(at, size) for at, size in places if inner <= at < outer]
    if inside:
        first, last = float(strip[1] - strip[0]), float(strip[-1] - strip[-2])
        strip = graded([bore, outer, *(at for at, _ in inside)], [(bore, first), (outer, last), *inside], growth, last)
    parts = [halved(core), bore - rows[::-1][1:], halved(strip)[1:]]
    if end - outer > 1e-9 * bore:
        layer = float(strip[-1] - strip[-2])
        beyond = [(at, size) for at, size in places if outer < at < end]
        gap = graded(
            [outer, end, *(at for at, _ in beyond)], [(outer, layer), *beyond], growth, max(bore, end - outer) / 8
        )
        parts.append(halved(gap)[1:])
    radii = np.concatenate(parts)
    count = len(radii) // 2
    cells = 2 * np.arange(count)[:, None] + np.array([0, 2, 1])
    middle = radii[1::2]
    zone = np.where(middle < bore, 0, np.where(middle < outer, WALL, GAP))
    points = radii[:, None]
    away = np.clip(outer - np.maximum(radii, bore), 0.0, None)
    inset = np.clip(bore - radii, 0.0, None)
    ease = np.zeros(len(radii))
    on_fillet = (inset[1::2] > 0) & (inset[1::2] < fillet)
    ease[1::2] = np.where(on_fillet, (radii[:-1:2] + radii[2::2]) / 2 - middle, 0.0)
    sides = [(0, -1, 0, 0), *((k, k + 1 if k + 1 < count else -1, 1, 0) for k in range(count))]
    return Section(
        points=points,
        kinds=("line3",),
        kind=np.zeros(count, dtype=np.int64),
        cells=cells.astype(np.int64),
        zone=zone.astype(np.int64),
        inset=inset,
        outward=away[:, None],
        thickness=np.full(len(radii), outer - bore),
        ease=ease[:, None],
        sides=np.array(sides, dtype=np.int64),
        lines=2 * np.arange(count + 1)[:, None],
    )


def wall_strip(array: CellArray, fine: Fineness, thickness: float) -> Floats:
    """Distances (k,) [m] from the bore through a wall of ``thickness``; half of it in a matrix, where the next bore's begins."""
    if array.construction == "matrix":
        return wall_layers(thickness, fine, math.inf)
    half = wall_layers(thickness / 2, fine, math.inf)
    return np.concatenate((half, thickness - half[-2::-1]))
