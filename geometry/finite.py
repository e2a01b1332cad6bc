"""The finite array: its rings of bores inside a filled disc.

Between the bores the mesh is tiled from the array's sector, as the endless array's is. What lies outside the polygon of
the outermost bore centres is filled; a 12th of it (hexagonal packing; an 8th in square) is meshed on its own, matched
to the cuts across the outer walls, and mirrored and rotated. So the whole mesh has the symmetry of the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.array import CellArray
from tubewall.geometry.array_checks import FINEST
from tubewall.geometry.checks import positive_length
from tubewall.geometry.graph import enclosed_junctions
from tubewall.geometry.mesh import NamedMesh
from tubewall.geometry.mesher import mesh_outline, refuse_size
from tubewall.geometry.outline import Curve, Meshed, Outline, Patch, Point, Size
from tubewall.geometry.periodic import junction_copies
from tubewall.geometry.sector import GROWTH, corner_size, levels, mesh_sector
from tubewall.geometry.tiling import Copy, join, rotation
from tubewall.units import show


def array_mesh(array: CellArray, *, rim_radius: float | None = None, elements_through_wall: int = 4) -> NamedMesh:
    """Mesh the finite array with its rings inside a filled disc.

    Boundaries are 'chamber 0', 'chamber 1' ... in the order of ``array.centres``, 'interstice 0' ... between separate
    tubes as in :func:`finite_graph`, and 'rim'; the region is 'wall'. Outside the polygon of the outermost bore centres
    all is filled, beside separate tubes too.

    Parameters
    ----------
    array : CellArray
    rim_radius : float, optional
        Radius of the disc [m]; by default the reach of the outermost bores and one wall.
    elements_through_wall : int
        As in :func:`periodic_cell`.

    Raises
    ------
    InputError
        When the disc does not hold the bores, separate tubes have no neck, or the mesh would be too large.
    MeshingError
        When gmsh fails.

    Examples
    --------
    >>> from tubewall.geometry import CellArray, array_mesh
    >>> mesh = array_mesh(CellArray(bore=100e-9, wall=10e-9, fillet=2e-9, rings=1))
    >>> len(mesh.boundaries)
    8
    """
    reach = outer_reach(array)
    radius = reach + array.wall if rim_radius is None else positive_length("rim_radius", rim_radius)
    if radius < reach + FINEST * array.bore:
        raise InputError(
            f"a disc of rim_radius {show(radius, 'm')} does not hold the bores, which reach {show(reach, 'm', 6)} from "
            f"the centre: pass rim_radius > {show(reach, 'm', 6)}"
        )
    number = {(int(i), int(j)): k for k, (i, j) in enumerate(array.indices)}
    sector = mesh_sector(array, elements_through_wall).mesh
    junctions = enclosed_junctions(array)
    refuse_size(len(junctions) * (6 if array.packing == "hexagonal" else 8) * len(sector.cells))
    parts = [
        (sector, _renamed(copy, number, k)) for k, at in enumerate(junctions) for copy in junction_copies(array, *at)
    ]
    wedge = _mesh_wedge(array, radius / array.bore, elements_through_wall, _cut_positions(sector))
    parts += [(wedge, copy) for copy in _wedge_copies(array, number)]
    joined = join(parts)
    refuse_size(len(joined.cells))
    order = sorted(joined.facets, key=_rank)
    return NamedMesh(
        points=joined.points * array.bore,
        cells=joined.cells,
        regions=joined.regions,
        boundaries={name: joined.facets[name] for name in order},
    )


def _rank(name: str) -> tuple[str, int]:
    kind, *number = name.split()
    return kind, int(number[0]) if number else 0


def outer_reach(array: CellArray) -> float:
    """Largest distance [m] of a bore's surface from the centre of the finite array."""
    centre = np.array(_chain(array)[-1 if array.packing == "square" else 0].centre) * array.bore
    if array.bore_shape == "round":
        return float(np.hypot(*centre)) + array.bore / 2
    angles = array.half_angle * np.arange(1, 2 * array.neighbours, 2)
    fillets = (array.bore / 2 - array.fillet) / math.cos(array.half_angle)
    tips = centre + fillets * np.column_stack((np.cos(angles), np.sin(angles)))
    return float(np.hypot(*tips.T).max()) + array.fillet


@dataclass(frozen=True, kw_only=True)
class _Outer:
    """A bore on the outside of the wedge; its surface is free from ``first`` to ``last`` times the half angle."""

    centre: Point
    index: tuple[int, int]
    first: int
    last: int


def _chain(array: CellArray) -> list[_Outer]:
    """The outermost bores of the wedge from the x axis on; each surface runs counter-clockwise from first to last.

    Even multiples of the half angle are middles of faces, odd ones corners. In hexagonal packing the wedge ends on a
    bore's corner when the rings are even in number, in the middle of a wall when they are odd.
    """
    n, unit = array.rings, array.lattice / array.bore
    if array.packing == "hexagonal":
        indices, turned = [(n - k, k) for k in range(n // 2 + 1)], 4
        ends_on_bore = n % 2 == 0
    else:
        indices, turned = [(n, k) for k in range(n + 1)], 2
        ends_on_bore = True
    chain = []
    for k, (i, j) in enumerate(indices):
        x, y = i * unit[0] + j * unit[1]
        last = 1 if ends_on_bore and k == len(indices) - 1 else turned
        chain.append(_Outer(centre=(float(x), float(y)), index=(i, j), first=-2 if k else 0, last=last))
    return chain


def _renamed(copy: Copy, number: dict[tuple[int, int], int], junction: int) -> Copy:
    _, i, j = copy.names["bore"].split()
    names = {"bore": f"chamber {number[int(i), int(j)]}", "interstice": f"interstice {junction}"}
    return Copy(turn=copy.turn, shift=copy.shift, names=names)


def _wedge_copies(array: CellArray, number: dict[tuple[int, int], int]) -> Iterator[Copy]:
    unit = array.lattice / array.bore
    for k in range(array.neighbours):
        for mirror in (1.0, -1.0):
            turn = rotation(12 // array.neighbours * k) @ np.diag([1.0, mirror])
            names = {"rim": "rim"}
            for at, outer in enumerate(_chain(array)):
                i, j = np.rint(np.linalg.solve(unit.T, turn @ np.array(outer.centre))).astype(int)
                names[f"bore {at}"] = f"chamber {number[int(i), int(j)]}"
            yield Copy(turn=turn, shift=np.zeros(2), names=names)


def _cut_positions(sector: Meshed) -> NDArray[np.float64]:
    """Distances from a bore's centre, in units of the bore, of the vertices on the sector's cut."""
    ends = np.unique(sector.facets["cut"][:, :2])
    return np.sort(sector.points[ends, 0])


def _mesh_wedge(array: CellArray, radius: float, elements: int, cut: NDArray[np.float64]) -> Meshed:
    """Mesh the outside of the array between the x axis and the next line of symmetry, in units of the bore."""
    e, splits = levels(elements)
    # the splits halve the cut again
    cut = cut[:: 2**splits]
    chain = _chain(array)
    inner: list[Curve] = []
    for at, outer in enumerate(chain):
        for step in range(outer.first, outer.last):
            inner += _surface(array, outer.centre, step, f"bore {at}")
        if outer.last % 2 == 0:
            inner += _cut_lines(array, outer, cut, whole=at < len(chain) - 1)
    start, end = inner[0].start, inner[-1].end
    angle = array.half_angle
    corner = (radius * math.cos(angle), radius * math.sin(angle))
    curves = [
        *inner,
        Curve(start=start, end=(radius, 0.0)),
        Curve(start=(radius, 0.0), end=corner, centre=(0.0, 0.0), name="rim"),
        Curve(start=corner, end=end),
    ]
    k = len(inner)
    way = [(k, 1), (k + 1, 1), (k + 2, 1), *((m, -1) for m in reversed(range(k)))]
    size = _wedge_size(array, chain, radius, e, float(cut[-1] - cut[-2]))
    return mesh_outline(Outline(curves=curves, patches=[Patch(way=way)], size=size), splits)


def _surface(array: CellArray, centre: Point, step: int, name: str) -> Iterator[Curve]:
    """A bore's surface from ``step`` to ``step + 1`` half angles: half a face, half a fillet, in this order or back."""
    alpha, fillet = array.half_angle, array.fillet / array.bore

    def at(along: float, across: float, turn: float) -> Point:
        cos, sin = math.cos(turn), math.sin(turn)
        return (centre[0] + along * cos - across * sin, centre[1] + along * sin + across * cos)

    def on_circle(radius: float, angle: float, about: Point) -> Point:
        return (about[0] + radius * math.cos(angle), about[1] + radius * math.sin(angle))

    if array.bore_shape == "round":
        first, last = (on_circle(0.5, k * alpha, centre) for k in (step, step + 1))
        yield Curve(start=first, end=last, centre=centre, name=name)
        return
    # even steps go from the face's middle to a corner, odd ones from the corner to the next face's middle
    forward = step % 2 == 0
    face, side = (step * alpha, 1.0) if forward else ((step + 1) * alpha, -1.0)
    reach = (0.5 - fillet) * math.tan(alpha)
    middle, tangent = at(0.5, 0.0, face), at(0.5, side * reach, face)
    flat = Curve(start=middle, end=tangent, name=name) if forward else Curve(start=tangent, end=middle, name=name)
    if not fillet:
        yield flat
        return
    about = at(0.5 - fillet, side * reach, face)
    tip = on_circle(fillet, face + side * alpha, about)
    ends = (tangent, tip) if forward else (tip, tangent)
    round_part = Curve(start=ends[0], end=ends[1], centre=about, name=name)
    yield from (flat, round_part) if forward else (round_part, flat)


def _cut_lines(array: CellArray, outer: _Outer, cut: NDArray[np.float64], *, whole: bool) -> Iterator[Curve]:
    """The cut across the wall from a bore towards the next one, line by line through the sector's nodes."""
    turn = outer.last * array.half_angle
    pitch = array.pitch / array.bore
    positions = np.concatenate((cut, pitch - cut[-2::-1])) if whole else cut
    xs, ys = (outer.centre[0] + positions * math.cos(turn), outer.centre[1] + positions * math.sin(turn))
    nodes = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
    for start, end in pairwise(nodes):
        yield Curve(start=start, end=end, cells=1)


def _wedge_size(array: CellArray, chain: Sequence[_Outer], radius: float, e: int, at_cut: float) -> Size:
    """Size of elements at (x, y) outside the outermost bores: fine at fillets, cuts, and between a bore and the rim."""
    alpha, slope, fillet = array.half_angle, math.tan(array.half_angle), array.fillet / array.bore
    polygonal = array.bore_shape != "round"
    at_face = (slope / 28 if polygonal else math.pi / 60) * 4 / e
    at_corner, growth = corner_size(array) * 4 / e, GROWTH * 4 / e
    cx, cy = 0.5 - fillet, (0.5 - fillet) * slope
    half_pitch = 0.5 * array.pitch / array.bore
    cuts = [
        (o.centre[0] + half_pitch * math.cos(o.last * alpha), o.centre[1] + half_pitch * math.sin(o.last * alpha))
        for o in chain
        if o.last % 2 == 0
    ]
    half_wall = half_pitch - 0.5

    def size(x: float, y: float) -> float:
        best = radius * 0.4 / e
        for outer in chain:
            dx, dy = x - outer.centre[0], y - outer.centre[1]
            away = math.hypot(dx, dy)
            # into the bore's own sector: within half_angle of the nearest face's normal
            angle = abs(math.remainder(math.atan2(dy, dx), 2 * alpha))
            if polygonal:
                along, across = away * math.cos(angle), away * math.sin(angle)
                beyond = max(across - cy, 0.0)
                corner = math.hypot(along - cx, across - cy) - fillet
                gap = corner if beyond else along - 0.5
                from_corner = corner if beyond else math.hypot(along - 0.5, across - cy)
                from_flat = math.hypot(along - 0.5, beyond)
                best = min(best, at_corner + growth * max(from_corner, 0.0), cy * 4 / e + growth * from_flat)
            else:
                gap = away - 0.5
            gap = max(gap, 0.0)
            best = min(best, at_face + growth * gap, 4 / e * (gap + radius - math.hypot(x, y)) / 3)
        for at in cuts:
            best = min(best, at_cut + growth * max(math.hypot(x - at[0], y - at[1]) - half_wall, 0.0))
        return max(best, 1e-6)

    return size
