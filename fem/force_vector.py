"""The nodal forces of all loads of a model, without its stiffness."""

from __future__ import annotations

import numpy as np

from tubewall.fem.elements import Floats
from tubewall.fem.loads import Eigenstrain, TemperatureChange
from tubewall.fem.model import Model
from tubewall.fem.region_laws import free_strain
from tubewall.fem.strain import strain_matrix
from tubewall.fem.surface_loads import add_loads


def force_vector(model: Model) -> Floats:
    """Forces (size,) of surface, line, point and body loads and of strain that comes without stress.

    Raises
    ------
    InputError
        For a load that acts on nothing.
    """
    forces = np.zeros(model.size)
    add_loads(model, forces)
    if any(isinstance(load, (Eigenstrain, TemperatureChange)) for load in model.loads):
        _add_strains(model, forces)
    return forces


def _add_strains(model: Model, forces: Floats) -> None:
    from tubewall.fem.assemble_body import chunks, laws_at

    for chunk in chunks(model):
        points = chunk.mapped.points
        m, q = chunk.weights.shape
        free = free_strain(model, chunk.region, points.reshape(m * q, -1))
        if free is None:
            continue
        law = laws_at(model, chunk.region, points)
        stress = np.matmul(law, free.reshape(m, q, 6, 1))[..., 0] * chunk.weights[..., None]
        matrix = strain_matrix(chunk.mapped, model.kinematics)
        np.add.at(forces, chunk.dofs, np.einsum("mqck,mqc->mk", matrix, stress))
