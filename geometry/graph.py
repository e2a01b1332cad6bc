"""ChamberGraph: which chambers share a wall, how wide and how thick, for gas that crosses it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.array import CellArray
from tubewall.geometry.checks import whole_number


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ChamberGraph:
    """Chambers and the walls they share.

    Parameters
    ----------
    kinds : n words
        "bore" or "interstice" of each chamber.
    areas : (n,) float
        Free section of each chamber [m2].
    edges : (m, 2) int
        The two chambers of each shared wall; two chambers of a small periodic supercell may share several.
    shared_widths : (m,) float
        Width of each wall in the section [m], so that its area for gas is this times the gas length.
    thicknesses : (m,) float
        Thickness of each wall [m].
    names : n words
        Name of each chamber.

    Notes
    -----
    A round bore's wall is not of one thickness: its width here is equivalent in conduction, width / thickness being the
    shape factor between the facing arcs of two bores. It is a bound from below, exact for thin walls and 6 % low at a
    wall of a tenth of the bore (see docs/verification/capacity.md). Walls between bores and interstices conduct
    radially, the width being the angle times the logarithmic mean radius. Bonded necks count with their own width and
    the thickness of two walls. A polygon's fillets are left out: each wall is as wide as the sharp polygon's side, so
    that sharp or not the width of all walls around a bore is its sharp perimeter.
    """

    kinds: tuple[str, ...]
    areas: NDArray[np.float64]
    edges: NDArray[np.int64]
    shared_widths: NDArray[np.float64]
    thicknesses: NDArray[np.float64]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        count, walls = len(self.kinds), len(self.edges)
        if len(self.areas) != count or len(self.names) != count or len(set(self.names)) != count:
            raise InputError(f"a graph of {count} chambers needs as many areas and different names")
        if len(self.shared_widths) != walls or len(self.thicknesses) != walls:
            raise InputError(f"a graph of {walls} walls needs as many shared widths and thicknesses")
        edges = np.array(self.edges, dtype=np.int64).reshape(-1, 2)
        if walls and (edges.min() < 0 or edges.max() >= count or (edges[:, 0] == edges[:, 1]).any()):
            raise InputError(f"walls must join two different chambers of 0 .. {count - 1}")
        object.__setattr__(self, "edges", edges)
        for name in ("areas", "shared_widths", "thicknesses"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if not (np.isfinite(values).all() and (values > 0).all()):
                raise InputError(f"ChamberGraph.{name} must be positive and finite")
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        edges.setflags(write=False)

    def __repr__(self) -> str:
        bores = self.kinds.count("bore")
        return f"ChamberGraph({bores} bores, {len(self.kinds) - bores} interstices, {len(self.edges)} walls)"

    @property
    def degrees(self) -> NDArray[np.int64]:
        """Walls around each chamber, shape (n,)."""
        return np.bincount(self.edges.ravel(), minlength=len(self.kinds))


def finite_graph(array: CellArray) -> ChamberGraph:
    """The graph of the finite array with its rings.

    Chambers are 'chamber 0', 'chamber 1' ... in the order of ``array.centres``, then, of separate tubes, the gaps that
    three (hexagonal packing) or four (square) tubes enclose, 'interstice 0' ... Gaps at the outside are not enclosed.
    """
    array.refuse_spacing("the graph of chambers")
    indices = [(int(i), int(j)) for i, j in array.indices]
    number = {index: k for k, index in enumerate(indices)}
    walls = [(k, number[n]) for k, index in enumerate(indices) for n in _neighbours(array, *index) if n in number]
    gaps = []
    if array.interstices_per_cell:
        gaps = [tuple(number[c] for c in junction_corners(array, *at)) for at in enclosed_junctions(array)]
    names = [f"chamber {k}" for k in range(len(indices))] + [f"interstice {k}" for k in range(len(gaps))]
    return _graph(array, len(indices), walls, gaps, names)


def periodic_graph(array: CellArray, n: int) -> ChamberGraph:
    """The graph of an ``n`` x ``n`` supercell of the endless array, opposite sides joined.

    Bore (i, j) has the index i n + j and the name 'chamber i j'; then follow the interstices, kind by kind, in the same
    order, 'interstice k i j'. Walls that join a bore to its own image (n = 1) carry nothing and are left out.
    """
    array.refuse_spacing("the graph of chambers")
    n = whole_number("n", n, 1, 1000)
    cells = [(i, j) for i in range(n) for j in range(n)]

    def index(cell: tuple[int, int]) -> int:
        return (cell[0] % n) * n + cell[1] % n

    walls = [(index(cell), index(other)) for cell in cells for other in _neighbours(array, *cell)]
    kinds = range(1, array.interstices_per_cell + 1)
    gaps = [tuple(index(c) for c in junction_corners(array, kind, *cell)) for kind in kinds for cell in cells]
    names = [f"chamber {i} {j}" for i, j in cells] + [f"interstice {k} {i} {j}" for k in kinds for i, j in cells]
    return _graph(array, n * n, [(a, b) for a, b in walls if a != b], gaps, names)


def _graph(
    array: CellArray,
    bores: int,
    walls: list[tuple[int, int]],
    gaps: Sequence[tuple[int, ...]],
    names: list[str],
) -> ChamberGraph:
    edges, widths, thicknesses = list[tuple[int, int]](), list[float](), list[float]()
    width, thickness = bore_wall(array)
    if width > 0:
        edges, widths, thicknesses = walls, [width] * len(walls), [thickness] * len(walls)
    for k, around in enumerate(gaps):
        for bore in around:
            edges.append((bore, bores + k))
            widths.append(interstice_width(array))
            thicknesses.append(array.wall)
    return ChamberGraph(
        kinds=("bore",) * bores + ("interstice",) * len(gaps),
        areas=np.array([array.bore_area] * bores + [array.interstice_area] * len(gaps)),
        edges=np.array(edges, dtype=np.int64).reshape(-1, 2),
        shared_widths=np.array(widths),
        thicknesses=np.array(thicknesses),
        names=tuple(names),
    )


def bore_wall(array: CellArray) -> tuple[float, float]:
    """Effective width and thickness [m] of the wall between two neighbouring bores; width 0 of tubes without a neck.

    Between round bores of radius R at pitch p the lines of flow are circles (bipolar coordinates, cosh(t) = p / 2 R).
    Those that leave the arc -a .. a facing the neighbour conduct 2 arctan(coth(t/2) tan(a/2)) / t, of pi / t in all.
    """
    if array.construction == "tubes":
        return array.neck, 2 * array.wall
    if array.bore_shape != "round":
        return array.clear_span, array.wall
    ratio, angle = array.pitch / array.bore, array.half_angle
    conducted = 2 * math.atan(math.sqrt((ratio + 1) / (ratio - 1)) * math.tan(angle / 2)) / math.acosh(ratio)
    return array.wall * conducted, array.wall


def interstice_width(array: CellArray) -> float:
    """Effective width [m] of the tube wall between a bore and one gap, from the edge of one neck to the next.

    Radial conduction through a tube over an angle a conducts a / ln(R_o / R_i) per length: width = a w / ln(R_o / R_i).
    """
    angle = 2 * (array.half_angle - array.meniscus.tangent_angle)
    return angle * array.wall / math.log(2 * array.outer_radius / array.bore)


def _neighbours(array: CellArray, i: int, j: int) -> tuple[tuple[int, int], ...]:
    """Half of a bore's neighbours, so that every wall is counted once."""
    ahead = ((i + 1, j), (i, j + 1))
    return (*ahead, (i - 1, j + 1)) if array.packing == "hexagonal" else ahead


def enclosed_junctions(array: CellArray) -> list[tuple[int, int, int]]:
    """Where walls meet between bores of the finite array: (kind, i, j), kind 1 upright and 2 inverted, by cell."""
    there = {(int(i), int(j)) for i, j in array.indices}
    reach = range(-array.rings - 1, array.rings + 1)
    kinds = (1, 2) if array.packing == "hexagonal" else (1,)
    every = ((kind, i, j) for i in reach for j in reach for kind in kinds)
    return [at for at in every if all(corner in there for corner in junction_corners(array, *at))]


def junction_corners(array: CellArray, kind: int, i: int, j: int) -> tuple[tuple[int, int], ...]:
    """The bores around a junction, and interstice, of cell (i, j)."""
    if array.packing == "square":
        return (i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)
    if kind == 1:
        return (i, j), (i + 1, j), (i, j + 1)
    return (i + 1, j + 1), (i, j + 1), (i + 1, j)
