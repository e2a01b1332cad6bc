"""Energy released when the crack in the mesh itself is moved a little: the virtual crack extension."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.assemble_body import assemble
from tubewall.fem.elements import Floats
from tubewall.fem.loads import BodyForce, Eigenstrain, LineLoad, Pressure, TemperatureChange, Traction
from tubewall.fem.model import Model
from tubewall.geometry.mesh_part import mesh_part

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
    part, nodes = mesh_part(mesh, elements)
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
