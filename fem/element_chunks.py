"""The elements of a model in pieces that fit into memory, mapped at the points of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Discretisation, Model
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.fem.region_laws import plane_stress_stiffness, region_law
from tubewall.fem.strain import Mapped, Table, map_rule
from tubewall.geometry.reference_cells import CELLS

# numbers held at a time by the arrays of one chunk of elements
_CHUNK: Final = 4_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Chunk:
    """Some elements of one region and block, mapped at the points of a rule.

    ``weights`` (m, q) hold the volume [m3] per point (the full circle where axisymmetric), ``dofs`` (m, dim k).
    """

    region: str
    block: int
    rows: Ints
    mapped: Mapped
    weights: Floats
    dofs: Ints


def rule_order(discrete: Discretisation, block: int, *, load: bool = False) -> int:
    """Degree of the rule for a block: exact for the patch test on every curved cell."""
    simplex = CELLS[discrete.kinds[block]].first in ("triangle", "tetra")
    order = CELLS[discrete.kinds[block]].order
    curved = CELLS[discrete.mesh.blocks[block].kind].order == 2
    if load:
        return 2 * order + 2
    if simplex and not curved:
        return 2 * order - 2 if order == 2 else 1
    return 2 * order if order == 2 else (4 if curved else 2)


def chunks(
    model: Model,
    *,
    load: bool = False,
    regions: Sequence[str] | None = None,
    order_of: Callable[[Discretisation, int], int] | None = None,
    table: Table = shape_table,
) -> Iterator[Chunk]:
    """All elements, in pieces that fit into memory.

    Parameters
    ----------
    load : bool
        With the richer rule for loads.
    regions : sequence of str, optional
        Only their elements.
    order_of, table : callable, optional
        Degree of the rule of a block, and the functions of the displacement, where it has more than those of the nodes.
    """
    discrete = model.discrete
    mesh = discrete.mesh
    wanted = mesh.region_names if regions is None else regions
    for block in range(len(mesh.blocks)):
        order = rule_order(discrete, block, load=load) if order_of is None else order_of(discrete, block)
        local, weights = rule(mesh.blocks[block].kind, order + (model.kinematics == "axisymmetric"))
        cells = discrete.cells[block]
        step = max(1, _CHUNK // (len(weights) * 6 * cells.shape[1] * mesh.dim))
        region = mesh.region_index[mesh.starts[block] : mesh.starts[block + 1]]
        for name in wanted:
            mine = np.flatnonzero(region == mesh.region_names.index(name))
            for start in range(0, len(mine), step):
                rows = mine[start : start + step]
                mapped = map_rule(discrete, block, rows, local, table)
                volume = mapped.determinant * weights
                if model.kinematics == "axisymmetric":
                    volume = volume * (2 * np.pi * mapped.points[..., 0])
                dofs = (mesh.dim * cells[rows][:, :, None] + np.arange(mesh.dim)).reshape(len(rows), -1)
                yield Chunk(region=name, block=block, rows=rows, mapped=mapped, weights=volume, dofs=dofs)


def laws_at(model: Model, region: str, points: Floats) -> Floats:
    """Stiffness of a region at points (m, q, dim): (6, 6), or (m, q, 6, 6) where its axes turn; condensed in plane stress."""
    law = region_law(model, region)
    values = law(points.reshape(-1, points.shape[-1])).reshape(*points.shape[:-1], 6, 6) if callable(law) else law
    return plane_stress_stiffness(values) if model.kinematics == "plane stress" else values
