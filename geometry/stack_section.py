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
from tubewall.geometry.stack_fineness import Fineness
from tubewall.geometry.stack_sector import Piece, sector_pieces
from tubewall.geometry.tiling import coincident, rotation
from tubewall.geometry.triangles import MIRRORED

#: What a cell of a section belongs to, besides the numbers of bores.
WALL: Final = -1
GAP: Final = -2
OUTSIDE: Final = -3
#: Kinds of the cells of plane sections.
KINDS: Final = ("quad9", "triangle6")

_WIDEST: Final = 9
# local nodes of a cell seen in a mirror: the same cell, counter-clockwise again
_MIRRORED: Final = {"quad9": np.array([0, 3, 2, 1, 7, 6, 5, 4, 8]), "triangle6": MIRRORED}


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """What is extruded: a line (one coordinate) or a plane mesh of second order.

    Attributes
    ----------
    points : (n, 1) or (n, 2)
        Nodes [m].
    kinds : tuple of str
        ("line3",) or ("quad9", "triangle6").
    kind : (m,)
        Which of these each cell is, ascending.
    cells : (m, k)
        In the order of their kind; rows of the smaller kind are filled up with their first node.
    zone : (m,)
        ``WALL``, ``GAP`` or the number of the bore that each cell lies in.
    inset : (n,)
        Distance [m] of a node inside the outline of its bore; 0 in walls and filled bores.
    outward : (n, dim)
        The way [m] from a bore's outline to the middle of the wall, fading to 0 there, for nodes of the bore as on the
        outline: along it nodes are moved so that the mesh under a fillet stays good.
    thickness : (n,)
        Of the wall's half there [m].
    ease : (n, dim)
        The way [m] from where a middle node lies on a fillet to half way between its neighbours.
    sides : (s, 4)
        The sides of cells: cell, cell beyond it (-1 outside), local number of the side in either.
    lines : (s, 1) or (s, 3)
        Nodes of the sides: a node of a line, or (end, end, middle).
    """

    points: Floats
    kinds: tuple[str, ...]
    kind: Ints
    cells: Ints
    zone: Ints
    inset: Floats
    outward: Floats
    thickness: Floats
    ease: Floats
    sides: Ints
    lines: Ints


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
    points, cells, kind, zones, insets, outward, thickness, ease = [], [], [], [], [], [], [], []
    count = 0
    for turn, shift, zone in copies:
        mirrored = np.linalg.det(turn) < 0
        for piece in pieces:
            points.append(piece.points @ turn.T + shift)
            rows = (piece.cells[:, _MIRRORED[piece.kind]] if mirrored else piece.cells) + count
            # filled up with the first node
            cells.append(np.hstack((rows, np.repeat(rows[:, :1], _WIDEST - rows.shape[1], axis=1))))
            kind.append(np.full(len(rows), KINDS.index(piece.kind)))
            zones.append(np.full(len(rows), {"bore": zone, "wall": WALL, "gap": GAP}[piece.part]))
            insets.append(piece.inset if zone >= 0 else np.zeros(len(piece.inset)))
            outward.append(piece.outward @ turn.T if zone >= 0 else np.zeros_like(piece.outward))
            thickness.append(piece.thickness)
            ease.append(piece.ease @ turn.T if zone >= 0 else np.zeros_like(piece.ease))
            count += len(piece.points)
    everywhere = np.concatenate(points)
    first, group = coincident(everywhere / unit)
    which = np.concatenate(kind)
    order = np.argsort(which, kind="stable")
    joined = group[np.concatenate(cells)[order]]
    sides, lines = _sides(joined, which[order], len(first))
    return Section(
        points=everywhere[first],
        kinds=KINDS,
        kind=which[order],
        cells=joined,
        zone=np.concatenate(zones)[order],
        inset=np.concatenate(insets)[first],
        outward=np.concatenate(outward)[first],
        thickness=np.concatenate(thickness)[first],
        ease=np.concatenate(ease)[first],
        sides=sides,
        lines=lines,
    )


def _sides(cells: Ints, kind: Ints, nodes: int) -> tuple[Ints, Ints]:
    """The sides (s, 4) of plane cells and their nodes (s, 3)."""
    found = []
    for number, name in enumerate(KINDS):
        mine = np.flatnonzero(kind == number)
        for local, facet in enumerate(CELLS[name].facets):
            found.append(np.column_stack((mine, np.full(len(mine), local), cells[mine][:, list(facet.nodes)])))
    every = np.concatenate(found)
    ends = np.sort(every[:, 2:4], axis=1)
    order = np.lexsort((every[:, 0], ends[:, 0] * np.int64(nodes) + ends[:, 1]))
    every, ends = every[order], ends[order]
    same = np.append((ends[1:] == ends[:-1]).all(axis=1), False)
    second = np.concatenate(([False], same[:-1]))
    after = np.roll(every, -1, axis=0)
    beyond, there = np.where(same, after[:, 0], -1), np.where(same, after[:, 1], 0)
    sides = np.column_stack((every[:, 0], beyond, every[:, 1], there))
    return sides[~second], every[~second, 2:]
