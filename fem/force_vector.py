"""The nodal forces of all loads of a model, without its stiffness."""

from __future__ import annotations

import numpy as np

from tubewall.fem.elements import Floats
from tubewall.fem.loads import Eigenstrain, TemperatureChange
from tubewall.fem.model import Model
from tubewall.fem.surface_loads import add_loads


def force_vector(model: Model) -> Floats:
    """Forces (size,) of surface, line, point and body loads and of strain that comes without stress.

    Nearly incompressible elements condense some of their forces: of models that have such, ``assemble`` gives them.

    Raises
    ------
    InputError
        For a load that acts on nothing.
    """
    from tubewall.fem.assemble_body import add_strains

    forces = np.zeros(model.size)
    add_loads(model, forces)
    if any(isinstance(load, (Eigenstrain, TemperatureChange)) for load in model.loads):
        add_strains(model, list(model.mesh.region_names), forces)
    return forces
