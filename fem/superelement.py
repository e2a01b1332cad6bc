"""The periodic superelement: a cell condensed onto its cut nodes, with stress and deflection as functions of its state.

One factorisation serves every size of supercell, every confinement and every setting of the ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.fem.array_sections import of_state, section_outputs
from tubewall.fem.assembly import Stiffness, assemble_stiffness, pressure_load, strain_load, stress_operator
from tubewall.fem.cut_cell import CutCell, condense
from tubewall.fem.elements import Floats, Ints, MeshLike, surface_points
from tubewall.fem.linearise import LineRule

# the nodes of a facet and the points between: a peak over the nodes alone errs to the unsafe side
PER_FACET = 5


class ArcLike(Protocol):
    """What fem reads of a ``geometry.Arc``: a piece of a chamber's surface inside the cell."""

    @property
    def boundary(self) -> str:
        """Name of the boundary in the mesh."""
        ...

    @property
    def kind(self) -> int:
        """Kind of the chamber: 0 for bores, 1 and on for interstices."""
        ...

    @property
    def offset(self) -> tuple[int, int]:
        """Lattice offset of the chamber."""
        ...


class LineLike(Protocol):
    """What fem reads of a ``geometry.Section``."""

    @property
    def start(self) -> ArrayLike:
        """End (2,) on the surface of chamber (0, 0) [m]."""
        ...

    @property
    def end(self) -> ArrayLike:
        """End (2,) on the other face [m]."""
        ...


class CellLike(Protocol):
    """What fem reads of a ``geometry.PeriodicCell``."""

    @property
    def mesh(self) -> MeshLike:
        """The solid inside the parallelogram between four bore centres."""
        ...

    @property
    def lattice(self) -> Floats:
        """Rows a1, a2 [m]."""
        ...

    @property
    def arcs(self) -> Sequence[ArcLike]:
        """Pieces of surface."""
        ...

    @property
    def pairs(self) -> Sequence[Ints]:
        """Nodes (k, 2): high = low + a1, and high = low + a2."""
        ...

    @property
    def sections(self) -> Mapping[str, LineLike]:
        """Stress classification lines."""
        ...

    @property
    def wall_nodes(self) -> Sequence[int]:
        """Nodes at the middle of the wall's two faces."""
        ...


class LawLike(Protocol):
    """What fem reads of an elastic law of ``materials``."""

    def stiffness_at(self, points: Floats, /) -> Floats:
        """Stiffness (n, 6, 6) [Pa] at points (n, 2) [m]."""
        ...


@dataclass(frozen=True, kw_only=True)
class SurfaceOutput:
    """Surface points of a cell and their stress as a function of the state.

    ``points``, ``normals`` (p, 2); ``arc`` (p,) the arc each lies on; ``stress`` (p, 4, s) per unit of the state.
    """

    points: Floats
    normals: Floats
    arc: Ints
    stress: Floats


@dataclass(frozen=True, kw_only=True)
class DeflectionOutput:
    """Deflection of the middle of the wall, towards the second chamber, relative to the mean of its two roots.

    A sum of terms, each a function (s,) of the state of the cell at the lattice offset ``cells`` (t, 2), and what the
    mean strain (xx, yy, zz, engineering xy) moves those cells apart, ``strain`` (4,).
    """

    cells: Ints
    rows: Floats
    strain: Floats


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ArrayCell:
    """The superelement.

    ``cut`` is the condensed cell; ``surface``, ``sections`` (rule and sums (4, 4, s)) and ``deflection`` are what is
    asked of it; ``cell`` and ``elastic`` where it came from.
    """

    cell: CellLike
    elastic: LawLike
    cut: CutCell
    surface: SurfaceOutput
    sections: Mapping[str, tuple[LineRule, Floats]]
    deflection: DeflectionOutput

    def __repr__(self) -> str:
        return f"ArrayCell({len(self.cell.mesh.points)} nodes, {len(self.cut.positions)} of them on the cut)"


def array_cell(cell: CellLike, elastic: LawLike) -> ArrayCell:
    """Condense a periodic cell onto the nodes where it is cut.

    Parameters
    ----------
    cell : geometry.PeriodicCell
        Cut across ligaments only.
    elastic : materials.ElasticLaw
        Of the solid. Axes that turn about a point turn about the nearest bore centre.

    Raises
    ------
    InputError
        When a pair of cut nodes is not one lattice step apart.
    ConvergenceError
        When the solve leaves a residual over 1e-10.
    """
    mesh, lattice = cell.mesh, np.asarray(cell.lattice, dtype=np.float64)
    low, high, steps = _cut_pairs(cell, lattice)
    law = _periodic_law(elastic, lattice)
    load, mean = strain_load(mesh, law)
    arcs = [pressure_load(mesh, mesh.boundaries[arc.boundary], name=arc.boundary) for arc in cell.arcs]
    cut = condense(
        stiffness=assemble_stiffness(mesh, law),
        axial_load=load[:, 3],
        axial_stiffness=float(mean[3, 3]),
        arc_loads=np.stack(arcs, axis=1),
        points=mesh.points,
        low=low,
        high=high,
        steps=steps,
        lattice=lattice,
        offsets=np.array([arc.offset for arc in cell.arcs], dtype=np.int64),
        kinds=np.array([arc.kind for arc in cell.arcs], dtype=np.int64),
    )
    return ArrayCell(
        cell=cell,
        elastic=elastic,
        cut=cut,
        surface=_surface_output(cell, law, cut),
        sections=section_outputs(cell, law, cut),
        deflection=_deflection_output(cell, cut),
    )


def _cut_pairs(cell: CellLike, lattice: Floats) -> tuple[Ints, Ints, Ints]:
    """Low nodes, high nodes and the lattice step between them, (c,), (c,), (c, 2)."""
    low = np.concatenate([np.asarray(pair, dtype=np.int64)[:, 0] for pair in cell.pairs])
    high = np.concatenate([np.asarray(pair, dtype=np.int64)[:, 1] for pair in cell.pairs])
    steps = np.repeat(np.eye(2, dtype=np.int64), [len(pair) for pair in cell.pairs], axis=0)
    apart = np.abs(cell.mesh.points[high] - cell.mesh.points[low] - steps @ lattice).max()
    if apart > 1e-9 * np.abs(lattice).max():
        raise InputError(
            f"the nodes of a pair on the cut are {apart:.3g} m off one lattice step: the cell is not periodic"
        )
    return low, high, steps


def _periodic_law(elastic: LawLike, lattice: Floats) -> Stiffness:
    """The law with its axes about the nearest bore centre; (6, 6) where they are the same everywhere."""
    if getattr(elastic, "axes", "fixed") == "fixed":
        constant: Floats = elastic.stiffness_at(np.zeros((1, 2)))[0]
        return constant
    corners = np.array([[i, j] for i in range(-1, 3) for j in range(-1, 3)]) @ lattice

    def at(points: Floats) -> Floats:
        nearest = np.argmin(((points[:, None] - corners) ** 2).sum(axis=-1), axis=1)
        return elastic.stiffness_at(points - corners[nearest])

    return at


def _surface_output(cell: CellLike, law: Stiffness, cut: CutCell) -> SurfaceOutput:
    mesh = cell.mesh
    pieces = [surface_points(mesh, mesh.boundaries[arc.boundary], PER_FACET, arc.boundary) for arc in cell.arcs]
    elements = np.concatenate([piece.elements for piece in pieces])
    local = np.concatenate([piece.local for piece in pieces])
    return SurfaceOutput(
        points=np.concatenate([piece.points for piece in pieces]),
        normals=np.concatenate([piece.normals for piece in pieces]),
        arc=np.repeat(np.arange(len(pieces)), [len(piece.points) for piece in pieces]),
        stress=of_state(stress_operator(mesh, law, elements, local), cut),
    )


def _deflection_output(cell: CellLike, cut: CutCell) -> DeflectionOutput:
    """Displacement of the middle of the wall minus that of its roots; the second root is the mirror image of the first.

    The mirror is the middle section, and lattice steps bring the image back into the cell.
    """
    points = cell.mesh.points
    root, middle = cell.sections["root"], cell.sections["middle"]
    foot = np.asarray(middle.start, dtype=np.float64)
    axis = np.asarray(middle.end, dtype=np.float64) - foot
    axis /= np.linalg.norm(axis)
    ends = np.stack([np.asarray(root.start, dtype=np.float64), np.asarray(root.end, dtype=np.float64)])
    images = foot + 2 * np.outer((ends - foot) @ axis, axis) - (ends - foot)
    terms = [((0, 0), int(node), 0.5) for node in cell.wall_nodes]
    terms += [(*_node_near(points, end, cut.lattice), -0.25) for end in np.concatenate([ends, images])]
    rows = [weight * (axis @ cut.recovery[2 * node : 2 * node + 2]) for _, node, weight in terms]
    cells = np.array([step for step, _, _ in terms], dtype=np.int64)
    x, y = np.array([weight for _, _, weight in terms]) @ (cells @ cut.lattice)
    strain = np.array([axis[0] * x, axis[1] * y, 0.0, 0.5 * (axis[0] * y + axis[1] * x)])
    return DeflectionOutput(cells=cells, rows=np.array(rows), strain=strain)


def _node_near(points: Floats, wanted: Floats, lattice: Floats) -> tuple[tuple[int, int], int]:
    """The lattice step and the node of the cell that lie at a place of the array."""
    best = (np.inf, (0, 0), 0)
    for step in ((0, 0), (0, -1), (-1, 0), (-1, -1), (0, 1), (1, 0), (1, 1), (1, -1), (-1, 1)):
        distance = np.linalg.norm(points + np.array(step) @ lattice - wanted, axis=1)
        node = int(np.argmin(distance))
        # a node on the cut exists twice: the cell itself comes first
        if distance[node] < best[0] - 1e-9 * np.abs(lattice).max():
            best = (float(distance[node]), step, node)
    return best[1], best[2]
