"""Tubule: one tubule standing on insulator and electrolyte, and its axisymmetric mesh (x is the radius, y the height)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from tubewall.errors import InputError
from tubewall.geometry.array_checks import FINEST
from tubewall.geometry.checks import length_or_zero, positive_length
from tubewall.geometry.mesh import NamedMesh
from tubewall.geometry.mesher import mesh_outline, refuse_size
from tubewall.geometry.outline import Curve, Outline, Patch, Point, Size
from tubewall.geometry.sector import GROWTH, levels
from tubewall.geometry.triangles import vertices_first
from tubewall.units import show


@dataclass(frozen=True, kw_only=True)
class Tubule:
    """One round tubule above a block of electrolyte, in a cylinder of the size of its unit cell.

    The electrolyte fills z < 0, covered outside the bore by an insulator on which the wall stands. Inside the bore its
    surface lies ``mouth_fillet`` deeper and rises along a quarter circle of that radius into the insulator's bore side,
    so that the mouth has no corner.

    Parameters
    ----------
    bore, wall : float
        Inner diameter and wall thickness [m].
    height : float
        Height of the wall that is drawn [m]; a few bores suffice for what happens at the mouth.
    insulator_thickness, electrolyte_thickness : float
        Thicknesses [m].
    mouth_fillet : float
        Radius [m] of the mouth's rounded corner; 0 leaves it sharp and the surface flat.
    cell_radius : float, optional
        Radius [m] of the unit cell's cylinder; by default the circle of equal area to the hexagonal cell of tubules that
        touch. Equal to bore/2 + wall it leaves no gap around the wall.
    lithium_level : float, optional
        Height [m] of the lithium above the electrolyte, inside the bore; by default the middle of the wall.

    Raises
    ------
    InputError
        When a length is not a positive finite number or the parts do not fit, with the geometric reason.
    """

    bore: float
    wall: float
    height: float
    insulator_thickness: float
    electrolyte_thickness: float
    mouth_fillet: float
    cell_radius: float | None = None
    lithium_level: float | None = None

    def __post_init__(self) -> None:
        for name in ("bore", "wall", "height", "insulator_thickness", "electrolyte_thickness"):
            length = positive_length(f"Tubule.{name}", getattr(self, name))
            object.__setattr__(self, name, length)
            if length < FINEST * self.bore:
                raise InputError(
                    f"Tubule.{name} {show(length, 'm')} is too small to draw beside a bore of {show(self.bore, 'm')}: "
                    f"pass at least {show(FINEST * self.bore, 'm')}"
                )
        object.__setattr__(self, "mouth_fillet", length_or_zero("Tubule.mouth_fillet", self.mouth_fillet))
        for name in ("cell_radius", "lithium_level"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, positive_length(f"Tubule.{name}", getattr(self, name)))
        self._check_mouth()
        self._check_cell()

    def _check_mouth(self) -> None:
        fillet, smallest = self.mouth_fillet, FINEST * self.bore
        if fillet >= self.bore / 2:
            raise InputError(
                f"mouth_fillet {show(fillet, 'm')} does not fit a round bore of {show(self.bore, 'm')}: "
                f"pass mouth_fillet < {show(self.bore / 2, 'm')}"
            )
        if 0 < fillet < smallest:
            raise InputError(
                f"mouth_fillet {show(fillet, 'm')} is too small to draw: pass at least {show(smallest, 'm')}, or 0"
            )
        if self.electrolyte_thickness <= 2 * fillet:
            raise InputError(
                f"electrolyte_thickness {show(self.electrolyte_thickness, 'm')} leaves too little under a mouth "
                f"{show(fillet, 'm')} deep: pass more than {show(2 * fillet, 'm')}"
            )

    def _check_cell(self) -> None:
        gap = self.radius - self.outer_radius
        if gap < -1e-9 * self.bore or 1e-9 * self.bore < gap < FINEST * self.bore:
            raise InputError(
                f"Tubule.cell_radius {show(self.radius, 'm', 6)} does not hold the wall, whose outer radius is "
                f"{show(self.outer_radius, 'm', 6)}: pass this, or at least {show(FINEST * self.bore, 'm')} more"
            )
        if not FINEST * self.bore <= self.level <= self.top - FINEST * self.bore:
            raise InputError(
                f"Tubule.lithium_level must lie between 0 and the top of the wall, {show(self.top, 'm')}, "
                f"got {show(self.level, 'm')}"
            )

    @property
    def outer_radius(self) -> float:
        """Outer radius of the wall [m]."""
        return self.bore / 2 + self.wall

    @property
    def radius(self) -> float:
        """Radius of the unit cell's cylinder [m]: ``cell_radius`` or its default."""
        if self.cell_radius is not None:
            return self.cell_radius
        return 2 * self.outer_radius * math.sqrt(math.sqrt(3) / (2 * math.pi))

    @property
    def top(self) -> float:
        """Height of the top of the wall above the electrolyte [m]."""
        return self.insulator_thickness + self.height

    @property
    def level(self) -> float:
        """Height of the lithium above the electrolyte [m]: ``lithium_level`` or its default."""
        return self.insulator_thickness + self.height / 2 if self.lithium_level is None else self.lithium_level

    @property
    def has_gap(self) -> bool:
        """Whether there is free space between the wall and the cylinder of the cell."""
        return self.radius - self.outer_radius > 1e-9 * self.bore


def tubule_mesh(tubule: Tubule, *, elements_through_wall: int = 4) -> NamedMesh:
    """Mesh the half section of a tubule for an axisymmetric model, points (r, z) [m].

    Regions: 'wall', 'insulator', 'electrolyte'. Boundaries: 'gas' and 'lithium' (bore side above and below the level),
    'mouth' (electrolyte inside the bore, fillet included), 'axis', 'outer' (the cell's cylinder), 'bottom', 'top' (of
    the wall), and 'gap' (outside of the wall and top of the insulator) where the cell leaves one.

    Raises
    ------
    InputError
        When the mesh would be too large.
    MeshingError
        When gmsh fails.
    """
    e, splits = levels(elements_through_wall)
    refuse_size(_estimated_cells(tubule, e) * 4**splits)
    meshed = mesh_outline(_outline(tubule, e), splits)
    points, cells, renumbered = vertices_first(meshed.points, meshed.cells)
    return NamedMesh(
        points=points * tubule.bore,
        cells=cells,
        regions=meshed.regions,
        boundaries={name: renumbered[facets] for name, facets in meshed.facets.items()},
    )


def _outline(tubule: Tubule, e: int) -> Outline:
    unit = tubule.bore
    inner, outer, radius = 0.5, tubule.outer_radius / unit, tubule.radius / unit
    radius = radius if tubule.has_gap else outer
    film, top, depth = tubule.insulator_thickness / unit, tubule.top / unit, tubule.electrolyte_thickness / unit
    fillet = tubule.mouth_fillet / unit
    edge, foot, outer_foot = (inner, 0.0), (inner, film), (outer, film)
    curves: list[Curve] = []

    def draw(*nodes: Point, name: str = "", centre: Point | None = None) -> list[tuple[int, int]]:
        way = [(len(curves) + k, 1) for k in range(len(nodes) - 1)]
        curves.extend(Curve(start=a, end=b, name=name, centre=centre) for a, b in pairwise(nodes))
        return way

    interface = draw((radius, 0.0), edge)
    seat = draw(outer_foot, foot)
    floor = (inner - fillet, -fillet)
    mouth = draw(edge, floor, name="mouth", centre=(inner - fillet, 0.0)) if fillet else []
    electrolyte = [
        *draw((0.0, -depth), (radius, -depth), name="bottom"),
        *draw((radius, -depth), (radius, 0.0), name="outer"),
        *interface,
        *mouth,
        *draw(floor, (0.0, -fillet), name="mouth"),
        *draw((0.0, -fillet), (0.0, -depth), name="axis"),
    ]
    # a level within round-off of the insulator's top is at it
    level = film if abs(tubule.level / unit - film) < 0.1 * FINEST else tubule.level / unit
    if level < film:
        film_side = draw(foot, (inner, level), name="gas") + draw((inner, level), edge, name="lithium")
        wall_side = draw((inner, top), foot, name="gas")
    else:
        film_side = draw(foot, edge, name="lithium")
        wall_side = draw((inner, top), (inner, level), name="gas")
        wall_side += draw((inner, level), foot, name="lithium") if level > film else []
    gap = draw((radius, film), outer_foot, name="gap") if tubule.has_gap else []
    insulator = [*_back(interface), *draw((radius, 0.0), (radius, film), name="outer"), *gap, *seat, *film_side]
    wall = [
        *_back(seat),
        *draw(outer_foot, (outer, top), name="gap" if tubule.has_gap else "outer"),
        *draw((outer, top), (inner, top), name="top"),
        *wall_side,
    ]
    patches = [
        Patch(way=wall, region="wall"),
        Patch(way=insulator, region="insulator"),
        Patch(way=electrolyte, region="electrolyte"),
    ]
    return Outline(curves=curves, patches=patches, size=_size(tubule, e))


def _back(way: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(k, -sign) for k, sign in reversed(way)]


def _size(tubule: Tubule, e: int) -> Size:
    """Size of elements at (r, z): fine at the fillet and at the wall's outer foot, growing into the electrolyte."""
    unit = tubule.bore
    outer, radius, wall = tubule.outer_radius / unit, tubule.radius / unit, tubule.wall / unit
    film, depth, fillet = (
        tubule.insulator_thickness / unit,
        tubule.electrolyte_thickness / unit,
        tubule.mouth_fillet / unit,
    )
    level = tubule.level / unit
    step = abs(level - film) if abs(level - film) >= 0.1 * FINEST else wall
    at_level = min(wall / 4, level, step)
    at_mouth = fillet * math.pi / 12 if fillet else min(wall, film) / 16
    cx, cy = 0.5 - fillet, 0.0
    refinement = 4.0 / e
    coarsest = min(depth, radius) / 8

    def size(x: float, y: float) -> float:
        mouth = abs(math.hypot(x - cx, y - cy) - fillet) if fillet else math.hypot(x - 0.5, y)
        best = min(coarsest, at_mouth + GROWTH * mouth)
        below = max(-y, 0.0)
        best = min(best, film / 3 + GROWTH * math.hypot(max(below, y - film), max(0.5 - x, 0.0)))
        best = min(best, 1 / 24 + GROWTH * math.hypot(max(-fillet - y, 0.0), max(x - 0.5, 0.0)))
        foot = math.hypot(max(film - y, 0.0), max(0.5 - x, x - outer, 0.0))
        best = min(best, wall / 4 + GROWTH * foot, wall / 16 + GROWTH * math.hypot(x - outer, y - film))
        return refinement * min(best, at_level + GROWTH * math.hypot(x - 0.5, y - level))

    return size


def _estimated_cells(tubule: Tubule, e: int) -> int:
    """Triangles of the two thin parts, about 2.3 per square of the element's size, before anything is drawn."""
    wall = 2.3 * tubule.height / tubule.wall * e**2
    film = 2.3 * (tubule.radius - tubule.bore / 2) / tubule.insulator_thickness * (0.75 * e) ** 2
    return int(wall + film)
