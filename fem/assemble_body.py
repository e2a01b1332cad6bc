"""Stiffness and nodal forces of a model, block by block, for every kind of cell and kinematics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Discretisation, Model
from tubewall.fem.reference_elements import rule
from tubewall.fem.region_laws import free_strain, plane_stress_stiffness, region_law
from tubewall.fem.strain import Mapped, map_rule, strain_matrix
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_ZZ: Final = 2
# numbers held at a time by the arrays of one chunk of elements
_CHUNK: Final = 4_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Assembled:
    """The equations of a body before anything is held.

    Attributes
    ----------
    stiffness : (N, N)
        [N/m] per length in the plane, for the full circle in the axisymmetric case. With generalised plane strain the last
        unknown is the uniform strain along z.
    forces : (N,)
        Of all loads.
    """

    stiffness: csr_array
    forces: Floats


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


def chunks(model: Model, *, load: bool = False) -> Iterator[Chunk]:
    """All elements, in pieces that fit into memory."""
    discrete = model.discrete
    mesh = discrete.mesh
    for block in range(len(mesh.blocks)):
        order = rule_order(discrete, block, load=load) + (1 if model.kinematics == "axisymmetric" else 0)
        local, weights = rule(mesh.blocks[block].kind, order)
        cells = discrete.cells[block]
        step = max(1, _CHUNK // (len(weights) * 6 * cells.shape[1] * mesh.dim))
        region = mesh.region_index[mesh.starts[block] : mesh.starts[block + 1]]
        for number, name in enumerate(mesh.region_names):
            mine = np.flatnonzero(region == number)
            for start in range(0, len(mine), step):
                rows = mine[start : start + step]
                mapped = map_rule(discrete, block, rows, local)
                volume = mapped.determinant * weights
                if model.kinematics == "axisymmetric":
                    volume = volume * (2 * np.pi * mapped.points[..., 0])
                dofs = (mesh.dim * cells[rows][:, :, None] + np.arange(mesh.dim)).reshape(len(rows), -1)
                yield Chunk(region=name, block=block, rows=rows, mapped=mapped, weights=volume, dofs=dofs)


def assemble(model: Model) -> Assembled:
    """Stiffness matrix and forces of a model.

    Raises
    ------
    InputError
        For inverted elements, unknown names, or a load that acts on nothing.
    """
    from scipy.sparse import coo_array

    from tubewall.fem.surface_loads import add_loads

    size = model.size
    rows, columns, values = [], [], []
    forces = np.zeros(size)
    for chunk in chunks(model):
        matrix, dofs, force = _element(model, chunk)
        k = dofs.shape[1]
        rows.append(np.repeat(dofs, k, axis=1).ravel())
        columns.append(np.tile(dofs, (1, k)).ravel())
        values.append(matrix.ravel())
        if force is not None:
            np.add.at(forces, dofs.ravel(), force.ravel())
    entries = (np.concatenate(rows), np.concatenate(columns))
    stiffness = coo_array((np.concatenate(values), entries), shape=(size, size)).tocsr()
    add_loads(model, forces)
    return Assembled(stiffness=stiffness, forces=forces)


def laws_at(model: Model, region: str, points: Floats) -> Floats:
    """Stiffness of a region at points (m, q, dim): (6, 6), or (m, q, 6, 6) where its axes turn; condensed in plane stress."""
    law = region_law(model, region)
    values = law(points.reshape(-1, points.shape[-1])).reshape(*points.shape[:-1], 6, 6) if callable(law) else law
    return plane_stress_stiffness(values) if model.kinematics == "plane stress" else values


def _element(model: Model, chunk: Chunk) -> tuple[Floats, Ints, Floats | None]:
    """Element matrices (m, k, k), their unknowns (m, k) and the forces (m, k) of strain that comes without stress."""
    points = chunk.mapped.points
    m, q = chunk.weights.shape
    strain = strain_matrix(chunk.mapped, model.kinematics)
    dofs = chunk.dofs
    if model.kinematics == "generalised plane strain":
        uniform = np.zeros((m, q, 6, 1))
        uniform[:, :, _ZZ] = 1.0
        strain = np.concatenate([strain, uniform], axis=3)
        dofs = np.column_stack([dofs, np.full(m, model.discrete.size)])
    stress = np.matmul(laws_at(model, chunk.region, points), strain) * chunk.weights[..., None, None]
    k = dofs.shape[1]
    flat = strain.reshape(m, 6 * q, k)
    matrix = np.matmul(np.swapaxes(flat, 1, 2), stress.reshape(m, 6 * q, k))
    free = free_strain(model, chunk.region, points.reshape(m * q, -1))
    if free is None:
        return matrix, dofs, None
    return matrix, dofs, np.einsum("mqck,mqc->mk", stress, free.reshape(m, q, 6))
