"""Energy released when the crack in the mesh itself is moved a little: the virtual crack extension."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.assemble_body import assemble
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import BodyForce, Eigenstrain, LineLoad, Pressure, TemperatureChange, Traction
from tubewall.fem.model import Model

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

# motion over the smallest size of the elements that are moved
_STEP: Final = 1e-3


def extension_energy(solution: FieldSolution, shift: Floats, size: float) -> float:
    """Energy [J] released per unit of the nodal motion ``shift`` (n, dim), by moving the nodes of the mesh.

    -dPi = f'u - u'K u / 2 between the nodes moved forward and back by a thousandth of ``size`` [m], u held (Parks, Int. J.
    Fract. 10, 487, 1974; Hellen 1975). Only elements that move are assembled.
    """
    model = solution.model
    mesh = model.discrete.mesh
    if any(solid.along for solid in model.solids.values()):
        # axes that follow boundaries need all of them
        elements = np.arange(mesh.elements)
    else:
        touched = np.any(shift, axis=1)
        elements = np.concatenate(
            [
                start + np.flatnonzero(touched[b.cells].any(axis=1))
                for start, b in zip(mesh.starts, mesh.blocks, strict=False)
            ]
        )
    part, nodes = _part(mesh, elements)
    body = _part_model(model, part)
    moved = solution.displacement[nodes][body.discrete.nodes].ravel()
    if model.kinematics == "generalised plane strain":
        moved = np.append(moved, solution.axial_strain)
    step = _STEP * size / float(np.abs(shift).max())
    energies = []
    for sign in (1, -1):
        points = part.points + sign * step * shift[nodes]
        assembled = assemble(replace(body, mesh=replace(part, points=points)))
        energies.append(float(assembled.forces @ moved - 0.5 * moved @ (assembled.stiffness @ moved)))
    return (energies[0] - energies[1]) / (2 * step)


def _part(mesh: SolidMesh, elements: Ints) -> tuple[SolidMesh, Ints]:
    """The mesh of some of the elements, and the numbers of its nodes in the whole."""
    chosen = np.zeros(mesh.elements, dtype=bool)
    chosen[elements] = True
    number = np.cumsum(chosen) - 1
    cells = [b.cells[chosen[start : start + len(b.cells)]] for start, b in zip(mesh.starts, mesh.blocks, strict=False)]
    nodes = np.unique(np.concatenate([part.ravel() for part in cells]))
    place = np.full(len(mesh.points), -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    regions = {name: number[part[chosen[part]]] for name, part in mesh.regions.items()}
    sides = {name: pairs[chosen[pairs[:, 0]]] for name, pairs in mesh.boundaries.items()}
    lines = {name: rows[(place[rows] >= 0).all(axis=1)] for name, rows in mesh.edges.items()}
    part = replace(
        mesh,
        points=mesh.points[nodes],
        blocks=tuple(replace(b, cells=place[rows]) for b, rows in zip(mesh.blocks, cells, strict=True) if len(rows)),
        regions={name: part for name, part in regions.items() if len(part)},
        boundaries={
            name: np.column_stack((number[pairs[:, 0]], pairs[:, 1])) for name, pairs in sides.items() if len(pairs)
        },
        edges={name: place[rows] for name, rows in lines.items() if len(rows)},
        nodes={},
    )
    return part, nodes


def _part_model(model: Model, part: SolidMesh) -> Model:
    loads = []
    for load in model.loads:
        if isinstance(load, (Pressure, Traction)):
            there = load.boundary in part.boundaries
        elif isinstance(load, LineLoad):
            there = load.edge in part.edges
        else:
            there = isinstance(load, (BodyForce, Eigenstrain, TemperatureChange)) and load.region in (
                None,
                *part.regions,
            )
        if there:
            loads.append(load)
    return replace(
        model,
        mesh=part,
        solids={name: model.solids[name] for name in part.regions},
        loads=tuple(loads),
        supports=(),
        ties=(),
        periodic=None,
        ends="held",
    )
