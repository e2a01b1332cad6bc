"""The fundamental triangle of an array, wall and bore, in structured rows of second-order cells.

The triangle (bore centre, middle of a wall, junction of walls; see :mod:`.sector`) is covered by rows of quadrilaterals:
through the wall from the bore's outline to its middle, and from the outline inwards along smaller copies of the outline, where
fillets of the bores' ends will lie; and by a core of regular triangles around the centre.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.array import CellArray
from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.stack_fineness import INWARD, Fineness, inset_rows, wall_layers
from tubewall.geometry.stack_levels import graded, halved
from tubewall.geometry.triangles import MIRRORED

# longest element of the gap between tubes: the bore over this
_GAP_ROWS: Final = 8.0
# nodes of a quadrilateral on a grid of half steps, rows outwards: along a row first would turn it clockwise
_GRID_ROWS: Final = np.array([0, 2, 2, 0, 1, 2, 1, 0, 1])
_GRID_COLUMNS: Final = np.array([0, 0, 2, 2, 0, 1, 2, 1, 1])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Outline:
    """The outline of a bore in the fundamental triangle, by columns; all at whole and half columns, (2 n + 1,).

    ``angles`` about the bore's centre; ``beyond`` where the columns meet the middle of the wall, by their y.
    """

    array: CellArray
    angles: Floats
    beyond: Floats

    def curve(self, inset: float, share: float) -> Floats:
        """Points of the curve ``inset`` inside, the columns moved by ``share`` from those of the outline to equal angles.

        The curve is the outline on a smaller scale: ``inset`` from it along the flats, a little more at the corners.
        """
        even = np.linspace(0, self.array.half_angle, len(self.angles))
        angles = (1 - share) * self.angles + share * even
        radius = self._radius(angles) * (1 - 2 * inset / self.array.bore)
        points: Floats = np.column_stack((radius * np.cos(angles), radius * np.sin(angles)))
        return points

    def _radius(self, angles: Floats) -> Floats:
        """Distance [m] of the outline from the centre of the bore."""
        half, fillet, alpha = self.array.bore / 2, self.array.fillet, self.array.half_angle
        if self.array.bore_shape == "round":
            return np.full(len(angles), half)
        flat: Floats = half / np.cos(angles)
        if fillet == 0:
            return flat
        centre = (half - fillet) / math.cos(alpha)
        across = centre * np.sin(alpha - angles)
        curved = centre * np.cos(alpha - angles) + np.sqrt(np.maximum(fillet**2 - across**2, 0.0))
        return np.where(half * np.tan(angles) <= (half - fillet) * math.tan(alpha), flat, curved)


def _outline(array: CellArray, e: int) -> _Outline:
    alpha, slope = array.half_angle, math.tan(array.half_angle)
    middle = array.pitch / 2
    if array.bore_shape == "round":
        angles = np.linspace(0, alpha, 2 * max(2, math.ceil(1.5 * e)) + 1)
        return _Outline(array=array, angles=angles, beyond=middle * np.tan(angles))
    half, fillet = array.bore / 2, array.fillet
    run = (half - fillet) * slope
    usual = half * slope / (1.5 * e)
    curved = max(math.ceil(1.5 * e * alpha / (math.pi / 2)), math.ceil(fillet * alpha / usual)) if fillet else 0
    flat = max(2 if not fillet else 1, math.ceil(run / usual - 1e-9) + 1)
    finest = 1.5 * fillet * alpha / curved if fillet else 0.25 * usual
    ratio = min(max(run / flat / finest, 1.0), 3.0) ** (1 / max(flat - 1, 1))
    steps = ratio ** -np.arange(flat, dtype=np.float64)
    y = halved(np.concatenate(([0.0], np.cumsum(steps) / steps.sum())) * run)
    angles = np.arctan2(y, half)
    if not fillet:
        return _Outline(array=array, angles=angles, beyond=y * (middle / half))
    turn = np.linspace(0, alpha, 2 * curved + 1)[1:]
    at_x, at_y = half - fillet + fillet * np.cos(turn), run + fillet * np.sin(turn)
    beyond = run + (middle - half + fillet) * np.tan(turn)
    return _Outline(array=array, angles=np.append(angles, np.arctan2(at_y, at_x)), beyond=np.concatenate((y, beyond)))


#: What a piece of the section is.
Part = Literal["bore", "wall", "gap"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """A part of the section before it is joined: nodes, cells of one kind, and what belongs to them."""

    kind: str
    points: Floats
    cells: Ints
    part: Part
    inset: Floats
    outward: Floats
    thickness: Floats
    ease: Floats


def _grid_piece(
    grid: Floats, inset: Floats, outward: Floats, thickness: Floats, curved: NDArray[np.bool_], part: Part
) -> Piece:
    """Quadrilaterals on a grid (2 r + 1, 2 c + 1, 2) of nodes.

    ``thickness`` (2 c + 1,) is that of the wall's half. The middles of sides in rows that are not ``curved`` (2 r + 1,) are
    moved half way between the corners.
    """
    even = grid.copy()
    grid = grid.copy()
    even[1::2] = (even[:-1:2] + even[2::2]) / 2
    straight = ~curved[::2]
    grid[::2, 1::2][straight] = ((grid[::2, :-1:2] + grid[::2, 2::2]) / 2)[straight]
    straight = ~curved[1::2]
    grid[1::2, ::2][straight] = ((grid[:-1:2, ::2] + grid[2::2, ::2]) / 2)[straight]
    # centres by transfinite interpolation
    corners = grid[:-1:2, :-1:2] + grid[:-1:2, 2::2] + grid[2::2, :-1:2] + grid[2::2, 2::2]
    middles = grid[:-1:2, 1::2] + grid[2::2, 1::2] + grid[1::2, :-1:2] + grid[1::2, 2::2]
    grid[1::2, 1::2][straight] = (middles / 2 - corners / 4)[straight]
    ease = np.where(curved[:, None, None], even - grid, 0.0)
    number = np.arange(grid.shape[0] * grid.shape[1]).reshape(grid.shape[:2])
    base = number[:-1:2, :-1:2].reshape(-1, 1)
    cells = base + number[:3, :3][_GRID_ROWS, _GRID_COLUMNS]
    if grid[0, 0, 0] > grid[-1, 0, 0]:
        # rows run inwards: the cell is seen from behind
        cells = base + number[:3, :3][_GRID_COLUMNS, _GRID_ROWS]
    return Piece(
        kind="quad9",
        points=grid.reshape(-1, 2),
        cells=cells,
        part=part,
        inset=inset.ravel(),
        outward=outward,
        thickness=np.tile(thickness, len(grid)),
        ease=ease.reshape(-1, 2),
    )


def _counter_clockwise(points: Floats, cells: Ints) -> Ints:
    a, b, c = (points[cells[:, k]] for k in range(3))
    clockwise = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.where(clockwise[:, None], cells[:, MIRRORED], cells)


def _core_piece(edge: Floats, inset: float) -> Piece:
    """Regular triangles between the centre and ``edge`` (2 n + 1, 2), straight but for those at the edge."""
    n = len(edge) // 2
    corner = [np.zeros((1, 2))]
    for i in range(1, n):
        share = np.linspace(0, 1, i + 1)[:, None]
        corner.append((i / n) * (edge[0] + share * (edge[-1] - edge[0])))
    corner.append(edge[::2])
    # rows between the centre and a curved edge bend with it
    for i in range(1, n):
        bent = np.column_stack([np.interp(np.linspace(0, n, i + 1), np.arange(n + 1), edge[::2, k]) for k in (0, 1)])
        corner[i] = (i / n) * bent
    start = np.cumsum([0, *(len(part) for part in corner)])
    points = np.concatenate(corner)
    up = [(start[i] + j, start[i + 1] + j, start[i + 1] + j + 1) for i in range(n) for j in range(i + 1)]
    down = [(start[i] + j, start[i + 1] + j + 1, start[i] + j + 1) for i in range(n) for j in range(i)]
    corners = np.array([*up, *down], dtype=np.int64)
    pairs = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    unique, which = np.unique(pairs, axis=0, return_inverse=True)
    middles = points[unique].mean(axis=1)
    outer = np.flatnonzero((unique >= start[n]).all(axis=1))
    middles[outer] = edge[1::2][unique[outer].min(axis=1) - start[n]]
    cells = np.column_stack((corners, len(points) + np.asarray(which).reshape(-1, 3)))
    points = np.concatenate((points, middles))
    return Piece(
        kind="triangle6",
        points=points,
        cells=_counter_clockwise(points, cells),
        part="bore",
        inset=np.full(len(points), inset),
        outward=np.zeros_like(points),
        thickness=np.ones(len(points)),
        ease=np.zeros_like(points),
    )


def sector_pieces(array: CellArray, fine: Fineness) -> list[Piece]:
    """The fundamental triangle: wall, rows inside the outline, core; of separate tubes also the gap around them."""
    outline = _outline(array, fine.through_wall)
    columns = len(outline.angles) // 2
    edge = outline.curve(0.0, 0.0)
    middle = np.column_stack((np.full(len(edge), array.pitch / 2), outline.beyond))
    usual = array.bore / 2 * math.tan(array.half_angle) / columns
    if array.construction == "tubes":
        half = wall_layers(array.wall / 2, fine, usual)
        end = array.outer_radius * np.column_stack((np.cos(outline.angles), np.sin(outline.angles)))
        layers = halved(np.concatenate((half, array.wall - half[-2::-1])))
    else:
        end, layers = middle, halved(wall_layers(array.wall / 2, fine, usual))
    across = np.linalg.norm(end - edge, axis=1)
    share = (layers / layers[-1])[:, None, None]
    strip = edge + share * (end - edge)
    away = (1 - share) * (end - edge)
    curved = (layers == 0) | ((layers == layers[-1]) & (array.construction == "tubes"))
    pieces = [_grid_piece(strip, np.zeros(strip.shape[:2]), away.reshape(-1, 2), across, curved, "wall")]
    if array.construction == "tubes":
        pieces.append(_gap_piece(end, middle, float(layers[-1] - layers[-3]), array.bore / _GAP_ROWS))
    insets = inset_rows(fine, array.bore / 2, 1 / columns)
    fillet = fine.widest
    rows = np.stack([outline.curve(float(d), max(d - fillet, 0.0) / (insets[-1] - fillet)) for d in insets])
    columns_out = np.broadcast_to(end - edge, rows.shape)
    inset = np.repeat(insets[:, None], rows.shape[1], axis=1)
    on_fillet = insets <= fillet * (1 + 1e-12)
    pieces.append(_grid_piece(rows, inset, columns_out.reshape(-1, 2), across, on_fillet, "bore"))
    pieces.append(_core_piece(pieces[-1].points.reshape(rows.shape)[-1], float(insets[-1])))
    return pieces


def _gap_piece(start: Floats, end: Floats, first: float, longest: float) -> Piece:
    """Rows between a tube's outer face (2 c + 1, 2) and the planes half way to its neighbours."""
    widest = float(np.linalg.norm(end - start, axis=1).max())
    layers = halved(graded([0.0, widest], [(0.0, first)], INWARD, longest))
    share = (layers / widest)[:, None, None]
    grid = start + share * (end - start)
    none = np.zeros(grid.shape[:2])
    return _grid_piece(
        grid, none, np.zeros((grid.shape[0] * grid.shape[1], 2)), np.ones(len(start)), layers == 0, "gap"
    )
