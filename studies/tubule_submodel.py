"""A fine local model that takes its displacements, where it is cut, from a coarse one of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.loads import Load, Support
from tubewall.fem.locate_point import locate
from tubewall.fem.model import Model
from tubewall.fem.model_solver import solve_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh


def submodel(whole: FieldSolution, mesh: SolidMesh, loads: Sequence[Load], *, cut: str = "cut") -> FieldSolution:
    """The part of a body that ``mesh`` covers, held on its boundary ``cut`` as ``whole`` moves there.

    Materials, kinematics and the supports of boundaries that the part still has are those of the whole.

    Parameters
    ----------
    whole : FieldSolution
        Of the coarse model.
    mesh : SolidMesh
        Of a window of it.
    loads : sequence of Load
        On the part.
    cut : str

    Raises
    ------
    InputError
        When the part does not lie in the whole.
    """
    coarse = whole.model.discrete.mesh

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        found = locate(coarse, points)
        values = whole.displacement_in(found.elements, found.local)
        total = np.zeros_like(points)
        np.add.at(total, found.point, values)
        mean: NDArray[np.float64] = total / np.bincount(found.point, minlength=len(points))[:, None]
        return mean

    kept = tuple(
        one
        for one in whole.model.supports
        if isinstance(one, Support)
        and one.boundary is not None
        and one.boundary != cut
        and one.boundary in mesh.boundaries
    )
    body: Model = replace(
        whole.model,
        mesh=mesh,
        solids={name: whole.model.solids[name] for name in mesh.region_names},
        loads=tuple(loads),
        supports=(*kept, Support(boundary=cut, displacement=moved)),
    )
    return solve_model(body)
