"""The surfaces of a section: which element sides lie on them, and the holes they close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.view.field import Chamber, Field2D
from tubewall.view.subdivision import edge_functions, flat_areas

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SIDES = np.array([[0, 1, 3], [1, 2, 4], [2, 0, 5]])


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Surface:
    """Element sides on the surface, solid on the left: shape (k, splits + 1) along each side.

    Parameters
    ----------
    points, displacement : (k, splits + 1, 2) float
        Undeformed places and displacements [m].
    values : (k, splits + 1) float
        The scalar of the element that the side belongs to [Pa].
    loops : tuple of (p,) int
        Sides of each closed line in the order of travel; holes run clockwise.
    """

    points: Floats
    displacement: Floats
    values: Floats
    loops: tuple[Ints, ...]

    def line(self, loop: Ints, scale: float) -> Floats:
        """The closed line of ``loop`` with the displacement drawn ``scale`` times; (q, 2) [m]."""
        sides = self.points[loop, :-1] + scale * self.displacement[loop, :-1]
        return sides.reshape(-1, 2)


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Hole:
    """A closed hole of the section, with the chamber in it.

    Parameters
    ----------
    chamber : Chamber
        What is in the hole.
    points, displacement : (q, 2) float
        Its outline, undeformed, and how it moves [m].
    """

    chamber: Chamber
    points: Floats
    displacement: Floats

    @property
    def width(self) -> float:
        """Square root of the undeformed area [m]."""
        return float(np.sqrt(abs(signed_area(self.points))))

    def deformed(self, scale: float) -> Floats:
        """The outline with the displacement drawn ``scale`` times; (q, 2) [m]."""
        return self.points + scale * self.displacement


def surface(field: Field2D, *, splits: int = 4) -> Surface:
    """The sides that belong to one triangle only, cut into ``splits`` parts by the quadratic shape functions.

    Nodes of different tiles that lie at the same place count as one.
    """
    numbers = merged_nodes(field)
    sides = numbers[field.cells][:, _SIDES].reshape(-1, 3)
    owners, local = np.divmod(np.arange(len(sides)), 3)
    keys = np.sort(sides[:, :2], axis=1)
    _, first, count = np.unique(keys, axis=0, return_index=True, return_counts=True)
    free = first[count == 1]
    nodes = field.cells[owners[free][:, None], _SIDES[local[free]]]
    functions = edge_functions(np.linspace(0, 1, splits + 1))
    values = field.values[owners[free][:, None], _SIDES[local[free]]]
    return Surface(
        points=np.einsum("ki,mid->mkd", functions, field.points[nodes]),
        displacement=np.einsum("ki,mid->mkd", functions, field.displacement[nodes]),
        values=values @ functions.T,
        loops=_loops(sides[free, 0], sides[free, 1]),
    )


def holes(field: Field2D, lines: Surface) -> tuple[Hole, ...]:
    """The closed hole of every chamber; a chamber that the patch's border cuts open has none and is left out.

    Raises
    ------
    InputError
        When a chamber's point lies in the solid or outside the section.
    """
    found = []
    closed = [loop for loop in lines.loops if signed_area(lines.line(loop, 0.0)) < 0]
    corners = field.points[field.cells[:, :3]]
    low, high = field.points.min(axis=0), field.points.max(axis=0)
    slack = 0.5 * (high - low)
    for chamber in field.chambers:
        at = np.array(chamber.at)
        inside = [loop for loop in closed if _contains(lines.line(loop, 0.0), at)]
        if inside:
            points, moves = lines.points[inside[0], :-1], lines.displacement[inside[0], :-1]
            found.append(Hole(chamber=chamber, points=points.reshape(-1, 2), displacement=moves.reshape(-1, 2)))
        elif np.any(at < low - slack) or np.any(at > high + slack):
            raise InputError(
                f"{chamber.name} at ({at[0]:.4g}, {at[1]:.4g}) m is outside the section, which ends at "
                f"({low[0]:.4g}, {low[1]:.4g}) and ({high[0]:.4g}, {high[1]:.4g}) m: give its place in metres"
            )
        elif _in_solid(corners, at):
            raise InputError(
                f"{chamber.name} at ({at[0]:.4g}, {at[1]:.4g}) m lies in the wall: give a point in its hole"
            )
    return tuple(found)


def signed_area(line: Floats) -> float:
    """Area inside a closed line (q, 2) [m2]; positive when it runs counter-clockwise (shoelace formula)."""
    x, y = line[:, 0], line[:, 1]
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def merged_nodes(field: Field2D) -> Ints:
    """For each node the lowest number of a node at the same place."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    tolerance = 1e-8 * field.size
    pairs = cKDTree(field.points).query_pairs(tolerance, output_type="ndarray")
    count = len(field.points)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels = connected_components(links, directed=False)[1]
    return np.asarray(labels, dtype=np.int64)


def _loops(starts: Ints, ends: Ints) -> tuple[Ints, ...]:
    """Closed chains of directed sides, each side used once."""
    leaving: dict[int, list[int]] = {}
    for side, start in enumerate(starts.tolist()):
        leaving.setdefault(start, []).append(side)
    loops = []
    tips = ends.tolist()
    for first in range(len(tips)):
        node, chain = int(starts[first]), []
        while leaving.get(node):
            side = leaving[node].pop()
            chain.append(side)
            node = tips[side]
        if chain:
            loops.append(np.array(chain, dtype=np.int64))
    return tuple(loops)


def _contains(line: Floats, at: Floats) -> bool:
    """Whether the closed line goes round ``at`` (crossings of a ray to the right)."""
    x, y = line[:, 0] - at[0], line[:, 1] - at[1]
    nx, ny = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > 0) != (ny > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = x + (nx - x) * y / (y - ny) > 0
    return bool(np.count_nonzero(crosses & right) % 2)


def _in_solid(corners: Floats, at: Floats) -> bool:
    near = corners[((corners.min(axis=1) <= at) & (corners.max(axis=1) >= at)).all(axis=1)]
    turns = [
        flat_areas(np.stack([near[:, i], near[:, (i + 1) % 3], np.broadcast_to(at, (len(near), 2))], axis=1))
        for i in range(3)
    ]
    return bool(np.any(np.all(np.array(turns) >= 0, axis=0)))
