"""The plane section through walls and bores of a stack, structured: what is extruded along z.

Mirror images and rotations of the fundamental triangle (:mod:`.stack_sector`) make a bore's cell; copies of that, a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.array import CellArray
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.stack_sector import Fineness, Piece, sector_pieces
from tubewall.geometry.tiling import coincident, rotation
from tubewall.geometry.triangles import MIRRORED

#: What a cell of a section belongs to, besides the numbers of bores.
WALL: Final = -1
GAP: Final = -2
OUTSIDE: Final = -3


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """What is extruded: a line (one coordinate) or a plane mesh of second order.

    Attributes
    ----------
    points : (n, 1) or (n, 2)
        Nodes [m].
    kind : "line3" or "triangle6"
    cells : (m, k)
    zone : (m,)
        ``WALL``, ``GAP`` or the number of the bore that each cell lies in.
    inset : (n,)
        Distance [m] of a node inside the outline of its bore; 0 in walls and filled bores.
    outward : (n, dim)
        The way [m] from a bore's outline to the middle of the wall, fading to 0 there: along it nodes may be moved so that
        the mesh under a fillet stays good.
    ease : (n, dim)
        The way [m] from where a middle node lies on a fillet to half way between its neighbours.
    sides : (s, 3)
        The sides of cells: cell, cell beyond it (-1 outside), local number of the side in the first.
    """

    points: Floats
    kind: str
    cells: Ints
    zone: Ints
    inset: Floats
    outward: Floats
    ease: Floats
    sides: Ints

    def side_middles(self, rows: Ints) -> Floats:
        """A node (r, dim) [m] in the middle of each of these sides."""
        facets = CELLS[self.kind].facets
        last = np.array([facet.nodes[-1] for facet in facets])
        middles: Floats = self.points[self.cells[self.sides[rows, 0], last[self.sides[rows, 2]]]]
        return middles


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One bore's cell of a section: where its centre [m] lies, and its number, or ``WALL`` where the bore is filled."""

    centre: tuple[float, float]
    zone: int


def cell_section(array: CellArray, fine: Fineness, cells: Sequence[Placed]) -> Section:
    """The section of whole cells of a matrix."""
    pieces = sector_pieces(array, fine)
    turns = [
        rotation(12 // array.neighbours * k) @ np.diag([1.0, mirror])
        for k in range(array.neighbours)
        for mirror in (1.0, -1.0)
    ]
    copies = [(turn, np.array(placed.centre), placed.zone) for placed in cells for turn in turns]
    return _joined(array.bore, pieces, copies)


def triangle_section(array: CellArray, fine: Fineness) -> Section:
    """The section of the fundamental triangle of a matrix alone: bore 0."""
    return _joined(array.bore, sector_pieces(array, fine), [(np.eye(2), np.zeros(2), 0)])


def _joined(
    unit: float, pieces: Sequence[Piece], copies: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], int]]
) -> Section:
    points, cells, zones, insets, outward, ease = [], [], [], [], [], []
    count = 0
    for turn, shift, zone in copies:
        mirrored = np.linalg.det(turn) < 0
        for piece in pieces:
            points.append(piece.points @ turn.T + shift)
            cells.append((piece.cells[:, MIRRORED] if mirrored else piece.cells) + count)
            zones.append(np.full(len(piece.cells), zone if piece.in_bore else WALL))
            insets.append(piece.inset if zone >= 0 else np.zeros(len(piece.inset)))
            outward.append(piece.outward @ turn.T if zone >= 0 else np.zeros_like(piece.outward))
            ease.append(piece.ease @ turn.T if zone >= 0 else np.zeros_like(piece.ease))
            count += len(piece.points)
    everywhere = np.concatenate(points)
    first, group = coincident(everywhere / unit)
    joined = group[np.concatenate(cells)]
    return Section(
        points=everywhere[first],
        kind="triangle6",
        cells=joined,
        zone=np.concatenate(zones),
        inset=np.concatenate(insets)[first],
        outward=np.concatenate(outward)[first],
        ease=np.concatenate(ease)[first],
        sides=sides_of(joined, 3, len(first)),
    )


def sides_of(cells: Ints, corners: int, nodes: int) -> Ints:
    """The sides (s, 3) of plane cells: cell, the cell beyond or -1, local number of the side in the first."""
    around = cells[:, :corners]
    pairs = np.sort(np.stack((around, np.roll(around, -1, axis=1)), axis=2).reshape(-1, 2), axis=1)
    key = pairs[:, 0] * np.int64(nodes) + pairs[:, 1]
    order = np.argsort(key, kind="stable")
    same = np.append(key[order][1:] == key[order][:-1], False)
    second = np.concatenate(([False], same[:-1]))
    ours = order[~second]
    beyond = np.where(same[~second], np.roll(order, -1)[~second] // corners, -1)
    return np.column_stack((ours // corners, beyond, ours % corners))
