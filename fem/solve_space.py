"""The matrix-free way through a body in space: for many unknowns, supports that hold single unknowns, one load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.hold import Held
from tubewall.fem.mixed_spaces import mixed_regions
from tubewall.fem.model import Model
from tubewall.fem.region_laws import region_law, varies

if TYPE_CHECKING:
    from tubewall.fem.multigrid import Method

# below this many unknowns a factorisation is as fast, and waits for no compilation
LEAST: Final = 30_000


def suits(model: Model, held: Held) -> bool:
    """Whether a model can go the matrix-free way: in space, nothing but single unknowns held, no mixed elements."""
    if model.kinematics != "3d" or not held.plain or model.periodic is not None or not len(held.free) < model.size:
        return False
    if len(model.discrete.nodes) < len(model.discrete.mesh.points):
        return False
    return not mixed_regions(model)


@dataclass(frozen=True, kw_only=True, eq=False)
class SpaceAnswer:
    """Displacements (N, k) [m], what the stress leaves of the loads (N, k) [N], and how they came about.

    ``rounding`` is what rounding of each displacement may leave of the balance [N].
    """

    displacement: Floats
    left: Floats
    rounding: tuple[float, ...]
    residual: float
    solver: str
    seconds: Mapping[str, float]


def solve_in_space(model: Model, held: Held, forces: Floats, method: Method) -> SpaceAnswer:
    """Displacements under k load cases.

    Parameters
    ----------
    model, held
    forces : (N, k)
        Nodal forces of k load cases.
    method : str

    Raises
    ------
    ResourceError
        When memory does not suffice.
    ConvergenceError
        When the residual does not come below 1e-10.
    """
    from tubewall.fem.multigrid import SolidSolver

    discrete = model.discrete
    fixed = np.ones(model.size, dtype=np.bool_)
    fixed[held.free] = False
    blocks = list(zip(discrete.kinds, discrete.cells, strict=True))
    stiffness, region = _laws(model)
    with SolidSolver(discrete.points, blocks, stiffness, region, fixed, method=method) as solver:
        solved = solver.solve(forces, held.offset)
        left, rounding = -forces, []
        for column, displacement in enumerate(solved.displacement.T):
            left[:, column] += solver.product(displacement)
            rounding.append(solver.rounding(displacement))
        seconds = dict(solver.seconds)
        name = solver.name if solved.iterations == 0 else f"{solver.name}, {solved.iterations} iterations"
    return SpaceAnswer(
        displacement=solved.displacement, left=left, rounding=tuple(rounding), residual=solved.residual, solver=name,
        seconds=seconds,
    )  # fmt: skip


def _laws(model: Model) -> tuple[Floats | list[Floats], Ints | None]:
    """Stiffness by region, or by element and point of the rule where the axes of a region turn."""
    mesh = model.discrete.mesh
    if not any(varies(model, name) for name in mesh.region_names):
        laws = [region_law(model, name) for name in mesh.region_names]
        return np.array(laws), mesh.region_index
    from tubewall.fem.multigrid_groups import RULE_ORDER
    from tubewall.fem.reference_elements import rule, shape_table

    tables = []
    for number, block in enumerate(mesh.blocks):
        local, _ = rule(block.kind, RULE_ORDER[block.kind])
        values, _ = shape_table(block.kind, local)
        points = np.einsum("qk,mkd->mqd", values, mesh.points[block.cells])
        table = np.empty((*points.shape[:2], 6, 6))
        region = mesh.region_index[mesh.starts[number] : mesh.starts[number + 1]]
        for index in np.unique(region):
            mine = region == index
            law = region_law(model, mesh.region_names[index])
            table[mine] = law(points[mine].reshape(-1, 3)).reshape(-1, len(local), 6, 6) if callable(law) else law
        tables.append(table)
    return tables, None
