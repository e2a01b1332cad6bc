"""The fundamental sector of an array, meshed: all the rest is its mirror images and rotations.

The sector is the solid inside the triangle O (bore centre), M (middle of the wall between two bores), J (centre of the
junction of walls): 30-60-90 degrees in hexagonal packing, 45-45-90 in square. Lengths are in units of the bore. Curve
names: 'bore', 'interstice' (surfaces), 'cut' (O-M), 'mirror' (M-J), 'diagonal' (J-O).

Sizes: ``elements_through_wall`` = e divides a wall, or its thickness where a fillet widens it; a fillet of 90 degrees
has 1.5 e elements (6 at e = 4); sizes grow by 0.4 per length away from a fillet. Long thin walls are filled with
stretched elements, no longer than 6 times their thickness and than a 5 e-th of the span. All of it goes with
1/e; e = 8, 16 ... split every cell of the mesh of e = 4 in four, so that meshes are nested.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.array import CellArray
from tubewall.geometry.checks import whole_number
from tubewall.geometry.mesher import mesh_outline, refuse_size
from tubewall.geometry.outline import Curve, Meshed, Outline, Patch, Point, Size

GROWTH = 0.4
LONGEST_ASPECT = 6.0
#: Elements through a wall that are made by halving a coarser mesh lie above this.
COARSE = 4
#: Ratio of one stretched element to the next along a wall.
STRETCHING = 1.3


@dataclass(frozen=True, kw_only=True)
class Sector:
    """The sector's mesh in units of the bore, and the places on it that others need."""

    mesh: Meshed
    root: tuple[Point, Point]
    middle: tuple[Point, Point]


def mesh_sector(array: CellArray, elements_through_wall: int) -> Sector:
    """Mesh the fundamental sector of ``array``."""
    array.refuse_spacing("the plane mesh of an array")
    e, splits = levels(elements_through_wall)
    draw = _tube if array.construction == "tubes" else _round if array.bore_shape == "round" else _polygon
    outline, root, middle = draw(array, e)
    mesh = mesh_outline(outline, splits)
    refuse_size(2 * array.neighbours * len(mesh.cells))
    return Sector(mesh=mesh, root=root, middle=middle)


def levels(elements_through_wall: int) -> tuple[int, int]:
    """Elements through a wall that gmsh makes, at most 4 where possible, and how often they are halved afterwards.

    The number is checked and rounded up to an even one, since half a wall lies in a sector.
    """
    e = whole_number("elements_through_wall", elements_through_wall, 1, 64)
    e, splits = e + e % 2, 0
    while e > COARSE and e % 4 == 0:
        e, splits = e // 2, splits + 1
    return e, splits


Drawing = tuple[Outline, tuple[Point, Point], tuple[Point, Point]]


def _polygon(array: CellArray, e: int) -> Drawing:
    alpha, slope = array.half_angle, math.tan(array.half_angle)
    half_wall, fillet = 0.5 * array.wall / array.bore, array.fillet / array.bore
    face, middle = 0.5, 0.5 + half_wall
    centre = (face - fillet, (face - fillet) * slope)
    tangent = (face, centre[1])
    tip = (centre[0] + fillet * math.cos(alpha), centre[1] + fillet * math.sin(alpha))
    junction = (middle, middle * slope)
    size = polygon_size(array, e)
    # below the fillet's fine elements a wall thinner than a 14th of its span is filled with stretched ones
    at_corner = corner_size(array)
    height = tangent[1] - max(half_wall, (half_wall / 2 - at_corner) / GROWTH)
    thin = height > 2 * half_wall and half_wall / 2 < slope / 28
    height = height if thin else 0.0
    foot_in, foot_out = (face, height), (middle, height)
    curves = [
        Curve(start=foot_in, end=foot_out, name="" if thin else "cut", cells=e // 2 if thin else 0),
        Curve(start=foot_out, end=junction, name="mirror"),
        Curve(start=junction, end=tip, name="diagonal"),
        Curve(start=tangent, end=foot_in, name="bore"),
    ]
    if fillet:
        curves.append(Curve(start=tip, end=tangent, centre=centre, name="bore"))
    way = [(0, 1), (1, 1), (2, 1), *([(4, 1)] if fillet else []), (3, 1)]
    patches = [Patch(way=way)]
    if thin:
        rows = stretched_rows(run=height, thickness=2 * half_wall, span=slope, e=e)
        faces = (lambda run: (face, height - run), lambda run: (middle, height - run))
        _add_rows(curves, patches, rows, faces, centre=None, names=("bore", "mirror", "cut"), layers=e // 2)
    other = 2 * middle
    root = (tangent, (other - tangent[0], tangent[1]))
    return Outline(curves=curves, patches=patches, size=size), root, ((face, 0.0), (other - face, 0.0))


def corner_size(array: CellArray) -> float:
    """Size of elements at e = 4 on a fillet (6 per 90 degrees), or at a sharp corner a quarter of the wall's.

    Finer would gain nothing there: the stress of a sharp corner has no limit.
    """
    return (array.fillet * math.pi / 12 if array.fillet else array.wall / 16) / array.bore


def polygon_size(array: CellArray, e: int) -> Size:
    """Size of elements at (x, y) of a polygonal bore's sector, in units of the bore."""
    alpha, slope = array.half_angle, math.tan(array.half_angle)
    wall, fillet = array.wall / array.bore, array.fillet / array.bore
    face, middle = 0.5, 0.5 + 0.5 * wall
    cx, cy = face - fillet, (face - fillet) * slope
    at_corner = corner_size(array)
    at_face = slope / 28
    top = cy + fillet * math.sin(alpha)
    refinement = 4.0 / e

    def size(x: float, y: float) -> float:
        up = min(max(y - cy, 0.0), top - cy)
        inside = cx + math.sqrt(max(fillet * fillet - up * up, 0.0))
        thickness = 2 * (middle - inside)
        from_corner = math.hypot(x - cx, y - cy) - fillet if y > cy else math.hypot(x - face, y - cy)
        from_face = max(x - face, 0.0)
        # cy is the flat part's half length, small where the fillet nearly makes the bore round
        from_flat = math.hypot(x - face, max(y - cy, 0.0))
        return refinement * min(
            thickness / 4,
            at_face + GROWTH * from_face,
            at_corner + GROWTH * max(from_corner, 0.0),
            cy + GROWTH * from_flat,
        )

    return size


Row = tuple[float, int, float]


def stretched_rows(*, run: float, thickness: float, span: float, e: int) -> list[Row]:
    """Rows of elements along a ``run`` of a wall of ``thickness``: (length, elements, ratio of each to the one before).

    At e = 4 the first element is as long as a layer is thick and each next one 1.3 times as long, up to 6 layers or a
    20th of the ``span``; the rest of the run is a second row of such longest ones. At another e each is divided by e/4.
    """
    layer = thickness / 4
    longest = max(min(LONGEST_ASPECT * layer, span / 20), layer)
    growing = math.ceil(math.log(longest / layer) / math.log(STRETCHING))
    widths = layer * STRETCHING ** np.arange(growing)
    if run < widths.sum() + longest:
        count = int(np.searchsorted(np.cumsum(widths), run)) + 1
        return [(run, max(1, round(count * e / 4)), STRETCHING ** (4 / e))]
    rest = run - float(widths.sum())
    rows = [(rest, max(1, round(math.ceil(rest / longest) * e / 4)), 1.0)]
    if growing:
        rows.insert(0, (float(widths.sum()), max(1, round(growing * e / 4)), STRETCHING ** (4 / e)))
    return rows


def _add_rows(
    curves: list[Curve],
    patches: list[Patch],
    rows: list[Row],
    faces: tuple[Callable[[float], Point], Callable[[float], Point]],
    *,
    centre: Point | None,
    names: tuple[str, str, str],
    layers: int,
) -> None:
    """Draw structured rows behind curve 0, which runs from face 0 to face 1; ``names`` of the faces and the last line.

    ``faces`` give the points of the two faces after a length of run.
    """
    first, done = 0, 0.0
    for k, (length, cells, ratio) in enumerate(rows):
        at = len(curves)
        corners = (faces[0](done), faces[1](done), faces[1](done + length), faces[0](done + length))
        last = names[2] if k == len(rows) - 1 else ""
        curves += [
            Curve(start=corners[1], end=corners[2], centre=centre, name=names[1], cells=cells, ratio=ratio),
            Curve(start=corners[3], end=corners[2], name=last, cells=layers),
            Curve(start=corners[0], end=corners[3], centre=centre, name=names[0], cells=cells, ratio=ratio),
        ]
        patches.append(Patch(way=[(first, 1), (at, 1), (at + 1, -1), (at + 2, -1)], corners=corners))
        first, done = at + 1, done + length


def _round(array: CellArray, e: int) -> Drawing:
    alpha, slope = array.half_angle, math.tan(array.half_angle)
    middle = 0.5 + 0.5 * array.wall / array.bore
    face, junction = (0.5, 0.0), (middle, middle * slope)
    tip = (0.5 * math.cos(alpha), 0.5 * math.sin(alpha))
    curves = [
        Curve(start=face, end=(middle, 0.0), name="cut"),
        Curve(start=(middle, 0.0), end=junction, name="mirror"),
        Curve(start=junction, end=tip, name="diagonal"),
        Curve(start=tip, end=face, centre=(0.0, 0.0), name="bore"),
    ]
    outline = Outline(curves=curves, patches=[Patch(way=[(k, 1) for k in range(4)])], size=round_size(array, e))
    # half way from M to J, or through the ends of the bore's arc where the junction is wider than the bore
    height = min(0.5 * middle * slope, tip[1])
    across = math.sqrt(0.25 - height**2)
    return outline, ((across, height), (2 * middle - across, height)), (face, (2 * middle - 0.5, 0.0))


def round_size(array: CellArray, e: int) -> Size:
    """Size of elements at (x, y) of a round bore's sector in a matrix, in units of the bore."""
    middle = 0.5 + 0.5 * array.wall / array.bore
    refinement = 4.0 / e

    def size(x: float, y: float) -> float:
        radius = math.hypot(x, y)
        thickness = 2 * (middle * radius / max(x, 0.1) - 0.5)
        return refinement * min(thickness / 4, math.pi / 60 + GROWTH * max(radius - 0.5, 0.0))

    return size


def _tube(array: CellArray, e: int) -> Drawing:
    if array.neck == 0:
        raise InputError("separate tubes with neck 0 touch along lines only and cannot carry load: pass neck > 0")
    alpha = array.half_angle
    wall, half_neck = array.wall / array.bore, 0.5 * array.neck / array.bore
    outer, meniscus = 0.5 + wall, array.meniscus
    begin, rho = meniscus.tangent_angle, meniscus.arc_radius / array.bore
    centre = (outer, meniscus.centre_height / array.bore)
    tangent = _polar(outer, begin)
    # stretched elements begin where the meniscus' fine ones have grown to a layer of the wall
    away = max(wall, (wall / 4 - rho * math.pi / 12) / GROWTH)
    split = begin + away / outer
    thin = alpha - split > 2 * wall / outer and wall < 0.08
    end = split if thin else alpha
    curves = [
        Curve(start=_polar(0.5, end), end=_polar(outer, end), name="" if thin else "diagonal", cells=e if thin else 0),
        Curve(start=_polar(0.5, end), end=(0.5, 0.0), centre=(0.0, 0.0), name="bore"),
        Curve(start=(0.5, 0.0), end=(outer, 0.0), name="cut"),
        Curve(start=(outer, 0.0), end=(outer, half_neck), name="mirror"),
        Curve(start=(outer, half_neck), end=tangent, centre=centre, name="interstice"),
        Curve(start=tangent, end=_polar(outer, end), centre=(0.0, 0.0), name="interstice"),
    ]
    patches = [Patch(way=[(0, -1), *((k, 1) for k in range(1, 6))])]
    if thin:
        rows = stretched_rows(run=(alpha - split) * outer, thickness=wall, span=2 * alpha * outer, e=e)
        faces = (lambda run: _polar(0.5, split + run / outer), lambda run: _polar(outer, split + run / outer))
        names = ("bore", "interstice", "diagonal")
        _add_rows(curves, patches, rows, faces, centre=(0.0, 0.0), names=names, layers=e)
    root = (_polar(0.5, begin), tangent)
    return (
        Outline(curves=curves, patches=patches, size=tube_size(array, e)),
        root,
        (_polar(0.5, alpha), _polar(outer, alpha)),
    )


def tube_size(array: CellArray, e: int) -> Size:
    """Size of elements at (x, y) of a bonded tube's sector, in units of the bore."""
    outer, bond = array.outer_radius / array.bore, array.meniscus
    rho, height = bond.arc_radius / array.bore, bond.centre_height / array.bore
    neck_angle = math.atan2(0.5 * array.neck, array.outer_radius)
    refinement = 4.0 / e

    def thickness(angle: float) -> float:
        """From the bore to the tube's outer face, the meniscus or the middle of the neck, along a ray."""
        if angle >= bond.tangent_angle:
            return outer - 0.5
        if angle <= neck_angle:
            return outer / math.cos(angle) - 0.5
        towards = outer * math.cos(angle) + height * math.sin(angle)
        return towards - math.sqrt(max(towards**2 - outer**2 - height**2 + rho**2, 0.0)) - 0.5

    def size(x: float, y: float) -> float:
        from_meniscus = abs(math.hypot(x - outer, y - height) - rho)
        from_bore = max(math.hypot(x, y) - 0.5, 0.0)
        return refinement * min(
            thickness(math.atan2(y, x)) / 4,
            math.pi / 60 + GROWTH * from_bore,
            rho * math.pi / 12 + GROWTH * from_meniscus,
        )

    return size


def _polar(radius: float, angle: float) -> Point:
    return (radius * math.cos(angle), radius * math.sin(angle))
