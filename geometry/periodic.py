"""The periodic cell of an endless array, and supercells tiled from it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.array import CellArray
from tubewall.geometry.checks import whole_number
from tubewall.geometry.mesh import NamedMesh
from tubewall.geometry.mesher import refuse_size
from tubewall.geometry.sector import Sector, mesh_sector
from tubewall.geometry.tiling import TOLERANCE, Copy, join, matched, rotation
from tubewall.geometry.triangles import outer_sides

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Arc:
    """A boundary of the cell: which chamber of the lattice it belongs to.

    ``kind`` is 0 for bores, 1 and on for the kinds of interstices; ``offset`` counts lattice vectors (a1, a2).
    """

    boundary: str
    kind: int
    offset: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A straight line [m] through a wall: from the surface of chamber (0, 0), ``start``, to the other face, ``end``."""

    start: tuple[float, float]
    end: tuple[float, float]

    @property
    def length(self) -> float:
        """Thickness of the wall along the line [m]."""
        return math.dist(self.start, self.end)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PeriodicCell:
    """The solid inside the parallelogram whose corners are four bore centres: 0, n a1, n a2, n (a1 + a2).

    It is cut only across walls at mid-span. ``pairs[k]`` (shape (p, 2)) names nodes (low, high) of opposite cuts:
    high = low + n a_k in space; pairs[0] joins the side 0 .. a2 to the opposite one, pairs[1] the side 0 .. a1.
    ``sections`` holds the stress classification lines 'middle' and 'root' of the wall between chambers (0, 0) and
    (1, 0); of separate tubes, radial lines through the tube's wall halfway between necks and at the neck's edge.
    ``wall_nodes`` are the nodes at the two ends of the line 'middle'.
    """

    mesh: NamedMesh
    lattice: Matrix
    array: CellArray
    repeats: int
    arcs: tuple[Arc, ...]
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]]
    sections: Mapping[str, Section]
    wall_nodes: tuple[int, int]

    def __repr__(self) -> str:
        n = self.repeats
        return f"PeriodicCell({n} x {n} cells, {len(self.arcs)} arcs, {self.mesh!r})"


def periodic_cell(array: CellArray, *, elements_through_wall: int = 4) -> PeriodicCell:
    """Mesh one cell of the endless array.

    The cell consists of 12 (hexagonal packing) or 8 (square) mirror images of one meshed sector, and so has all the
    symmetry of the array. Boundaries are named 'chamber i j' (arc of the bore at i a1 + j a2), 'interstice k i j'
    (k = 1, 2) and 'cut 1 low', 'cut 1 high', 'cut 2 low', 'cut 2 high'; the region is 'wall'.

    Parameters
    ----------
    array : CellArray
    elements_through_wall : int
        Elements through the thickness of a wall, rounded up to an even number; all sizes go with it.

    Raises
    ------
    InputError
        When separate tubes have no neck.
    MeshingError
        When gmsh fails.

    Examples
    --------
    >>> from tubewall.geometry import CellArray, periodic_cell
    >>> cell = periodic_cell(CellArray(bore=100e-9, wall=10e-9, fillet=2e-9))
    >>> [arc.boundary for arc in cell.arcs]
    ['chamber 0 0', 'chamber 0 1', 'chamber 1 0', 'chamber 1 1']
    """
    return supercell_mesh(array, 1, elements_through_wall=elements_through_wall)


def supercell_mesh(array: CellArray, n: int, *, elements_through_wall: int = 4) -> PeriodicCell:
    """Mesh ``n`` x ``n`` cells of the endless array: :func:`periodic_cell` tiled, with the same fields.

    Arcs of bores at both ends, 0 and n, belong to the same chamber of a periodic supercell.
    """
    n = whole_number("n", n, 1, 1000)
    sector = mesh_sector(array, elements_through_wall)
    refuse_size(2 * array.neighbours * n * n * len(sector.mesh.cells))
    parts = [(sector.mesh, copy) for i in range(n) for j in range(n) for copy in cell_copies(array, i, j)]
    unit = array.lattice / array.bore
    joined = join(parts)
    lows, highs, pairs = [], [], []
    for k in (0, 1):
        low, high = _on_side(joined.points, unit, k, 0.0), _on_side(joined.points, unit, k, float(n))
        partner = high[matched(joined.points[low] + n * unit[k], joined.points[high])]
        pairs.append(np.column_stack((low, partner)))
        lows.append(low)
        highs.append(high)
    facets = dict(sorted(joined.facets.items()))
    sides = outer_sides(joined.cells, len(joined.points))
    for k in (0, 1):
        facets[f"cut {k + 1} low"] = sides[np.isin(sides, lows[k]).all(axis=1)]
        facets[f"cut {k + 1} high"] = sides[np.isin(sides, highs[k]).all(axis=1)]
    mesh = NamedMesh(points=joined.points * array.bore, cells=joined.cells, regions=joined.regions, boundaries=facets)
    for pair in pairs:
        pair.setflags(write=False)
    return PeriodicCell(
        mesh=mesh,
        lattice=array.lattice,
        array=array,
        repeats=n,
        arcs=tuple(_arc(name) for name in facets if not name.startswith("cut")),
        pairs=(pairs[0], pairs[1]),
        sections=_sections(sector, array.bore),
        wall_nodes=_wall_nodes(sector, joined.points),
    )


def cell_copies(array: CellArray, i: int, j: int) -> Iterator[Copy]:
    """The copies of the sector that fill the cell at i a1 + j a2, lengths in units of the bore."""
    for kind in (1, 2) if array.packing == "hexagonal" else (1,):
        yield from junction_copies(array, kind, i, j)


def junction_copies(array: CellArray, kind: int, i: int, j: int) -> Iterator[Copy]:
    """The copies of the sector around one junction of walls: a triangle of bore centres, or a square of them.

    The junction of ``kind`` 1 of cell (i, j) has its corners at (i, j), (i + 1, j), (i, j + 1) (and (i + 1, j + 1) in
    square packing); kind 2, of hexagonal packing, is its image under half a turn about (a1 + a2) / 2.
    """
    unit = array.lattice / array.bore
    origin = i * unit[0] + j * unit[1]
    corners = 3 if array.packing == "hexagonal" else 4
    junction = 0.5 * unit[0] + np.array([0.0, 0.5 * unit[0, 0] * math.tan(array.half_angle)])
    for k in range(corners):
        for mirror in (False, True):
            turn, centre = rotation(12 // corners * k), junction
            shift = centre - turn @ centre
            if mirror:
                # first x to pitch - x
                shift = turn @ unit[0] + shift
                turn = turn @ np.diag([-1.0, 1.0])
            if kind == 2:
                turn, shift = -turn, unit[0] + unit[1] - shift
            across, up = np.rint(np.linalg.solve(unit.T, shift)).astype(int)
            names = {"bore": f"chamber {i + across} {j + up}", "interstice": f"interstice {kind} {i} {j}"}
            yield Copy(turn=turn, shift=shift + origin, names=names)


def _on_side(points: Matrix, unit: Matrix, k: int, at: float) -> NDArray[np.int64]:
    """Nodes on the side of the parallelogram where the lattice coordinate ``k`` is ``at``."""
    coordinate = points @ np.linalg.inv(unit)[:, k]
    return np.flatnonzero(np.abs(coordinate - at) < TOLERANCE)


def _arc(name: str) -> Arc:
    words = name.split()
    kind = 0 if words[0] == "chamber" else int(words[1])
    return Arc(boundary=name, kind=kind, offset=(int(words[-2]), int(words[-1])))


def _sections(sector: Sector, bore: float) -> dict[str, Section]:
    lines = {"middle": sector.middle, "root": sector.root}
    return {
        name: Section(start=(a[0] * bore, a[1] * bore), end=(b[0] * bore, b[1] * bore))
        for name, (a, b) in lines.items()
    }


def _wall_nodes(sector: Sector, points: Matrix) -> tuple[int, int]:
    at = [int(np.argmin(np.hypot(*(points - np.array(end)).T))) for end in sector.middle]
    return at[0], at[1]
