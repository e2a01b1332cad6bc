"""A debond that runs from the bore between the tubule's foot and the electrolyte: its mesh and its energy release rate."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.cracks import CrackResult, crack
from tubewall.fem.loads import Pressure
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.studies.tubule_body import radial, radial_mesh, solved, study_loads
from tubewall.units import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.tubule_study import TubuleStudy

    Ints = NDArray[np.int64]

FACES: Final = ("debond upper", "debond lower")
# elements along a debond, and most through the wall
_ALONG: Final = 8
_MOST: Final = 64
_GROWTH: Final = 1.35


@dataclass(frozen=True, kw_only=True, eq=False)
class Debond:
    """Energy release rates [J/m2] of a debond [m], empty and with lithium pressing on its faces, and the latter's solution."""

    length: float
    dry: CrackResult
    wet: CrackResult
    solution: FieldSolution


def foot(study: TubuleStudy) -> str:
    """The region that stands on the electrolyte at the mouth.

    Raises
    ------
    InputError
        When that is a film, which has no edge there.
    """
    if study.stack().is_film:
        raise InputError(
            "[drawing] insulator_form: a film has no edge at the mouth from which a debond could run: pass 'ring', or "
            "insulator_thickness = '0 nm'"
        )
    return "insulator" if study.insulator_thickness > 0 else "wall"


def debond_mesh(study: TubuleStudy, length: float, *, along: float = _ALONG) -> SolidMesh:
    """The radial mesh with a slit of this length [m] between foot and electrolyte, its rim without a fillet.

    Boundaries 'debond upper' (of the foot), 'debond lower' and the named point 'debond tip' are added.

    Raises
    ------
    InputError
        When the debond is as long as the wall is thick, or too short to mesh.
    """
    upper = foot(study)
    if length > 0.9 * study.wall:
        raise InputError(
            f"[interface] debond: {show(length, 'm')} frees the foot of a wall of {show(study.wall, 'm')}: pass at most "
            f"{show(0.9 * study.wall, 'm')}"
        )
    shorter = min(length, study.wall - length)
    elements = 2 * math.ceil(along * study.wall / shorter / 2)
    if elements > _MOST:
        raise InputError(
            f"[interface] debond: {show(length, 'm')} is too near to an end of a wall of {show(study.wall, 'm')}: pass between "
            f"{show(along * study.wall / _MOST, 'm')} and {show((1 - along / _MOST) * study.wall, 'm')}"
        )
    drawn = radial(study, elements=elements, neighbours=study.neighbours, sharp=True)
    mesh = radial_mesh(replace(drawn, growth=_GROWTH))
    return slit(_with_column(mesh, study, length), study.bore / 2, study.bore / 2 + length, upper)


def _with_column(mesh: SolidMesh, study: TubuleStudy, length: float) -> SolidMesh:
    """The mesh with a column of nodes moved to the tip of the debond."""
    inner = study.bore / 2
    corners = mesh.points[mesh.vertex_nodes]
    # elsewhere columns may lean towards a fillet
    vertices = corners[np.abs(corners[:, 1]) < 1e-9 * study.bore, 0]
    columns: NDArray[np.float64] = np.unique(np.round(vertices[vertices > inner * (1 - 1e-9)], 15))
    nearest = float(columns[1:-1][np.argmin(np.abs(columns[1:-1] - inner - length))])
    beyond = columns[columns > nearest]
    after = float(beyond[min(3, len(beyond) - 1)])
    points = mesh.points.copy()
    points[:, 0] = np.interp(points[:, 0], [0.0, inner, nearest, after, 1.0], [0.0, inner, inner + length, after, 1.0])
    return SolidMesh(
        points=points, blocks=mesh.blocks, regions=mesh.regions, boundaries=mesh.boundaries, nodes=mesh.nodes
    )


def slit(mesh: SolidMesh, start: float, tip: float, upper: str) -> SolidMesh:
    """A radial mesh cut open along z = 0 from one radius to another [m], below the region ``upper``."""
    tiny = 1e-7 * tip
    r, z = mesh.points[:, 0], mesh.points[:, 1]
    doubled = np.flatnonzero((np.abs(z) < tiny) & (r > start - tiny) & (r < tip - tiny))
    cells = mesh.blocks[0].cells.copy()
    rows = mesh.region(upper)
    new = np.full(len(mesh.points), -1, dtype=np.int64)
    new[doubled] = len(mesh.points) + np.arange(len(doubled))
    part = cells[rows]
    cells[rows] = np.where(new[part] >= 0, new[part], part)
    inside = (r[mesh.blocks[0].cells] > start - tiny).all(axis=1) & (r[mesh.blocks[0].cells] < tip + tiny).all(axis=1)
    low, high = z[mesh.blocks[0].cells].min(axis=1), z[mesh.blocks[0].cells].max(axis=1)
    above = np.flatnonzero(inside & (np.abs(low) < tiny))
    below = np.flatnonzero(inside & (np.abs(high) < tiny))
    found = np.flatnonzero((np.abs(z) < tiny) & (np.abs(r - tip) < tiny))
    return SolidMesh(
        points=np.concatenate((mesh.points, mesh.points[doubled])),
        blocks=(Block(kind=mesh.blocks[0].kind, cells=cells),),
        regions=mesh.regions,
        boundaries={
            **mesh.boundaries,
            FACES[0]: np.column_stack((above, np.zeros(len(above), dtype=np.int64))),
            FACES[1]: np.column_stack((below, np.full(len(below), 2))),
        },
        nodes={**mesh.nodes, "debond tip": found},
    )


def debond(study: TubuleStudy, length: float, *, along: float = _ALONG) -> Debond:
    """The energy release rate of a debond [m] under everything that presses in the study."""
    mesh = debond_mesh(study, length, along=along)
    loads = study_loads(study, mesh)
    over = study.pressure - study.initial_pressure
    wet = (*loads, *(Pressure(boundary=name, pressure=over) for name in FACES))
    solutions = solved(study, mesh, [loads, wet])
    dry, pressed = (crack(one, tip="debond tip", direction=(1.0, 0.0), faces=FACES) for one in solutions)
    return Debond(length=length, dry=dry, wet=pressed, solution=solutions[1])
