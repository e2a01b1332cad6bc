"""Stiffness and nodal forces of a model, block by block, for every kind of cell and kinematics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.element_chunks import Chunk, chunks, rule_order
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Model
from tubewall.fem.region_laws import free_strain, plane_stress_stiffness, region_law
from tubewall.fem.strain import strain_matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from tubewall.fem.mixed_fields import MixedFields

__all__ = ["Assembled", "Chunk", "assemble", "chunks", "laws_at", "rule_order"]

_ZZ: Final = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Assembled:
    """The equations of a body before anything is held.

    Attributes
    ----------
    stiffness : (N, N)
        [N/m] per length in the plane, for the full circle in the axisymmetric case. After the displacements come the uniform
        strain along z of generalised plane strain, the mean strains of a period (whose rows are zero here) and the bubbles on
        faces inside nearly incompressible regions.
    forces : (N,)
        Of all loads.
    recover : callable, optional
        From all unknowns (N,) to the fields that nearly incompressible elements keep for themselves.
    notes : tuple of str
        What to tell the user.
    """

    stiffness: csr_array
    forces: Floats
    recover: Callable[[Floats], MixedFields] | None = None
    notes: tuple[str, ...] = ()


def assemble(model: Model) -> Assembled:
    """Stiffness matrix and forces of a model.

    Raises
    ------
    InputError
        For inverted elements, unknown names, a load that acts on nothing, or first-order simplices that lock.
    """
    from tubewall.fem.mixed_spaces import mixed_regions, notes
    from tubewall.fem.surface_loads import add_loads

    said = notes(model)
    forces = np.zeros(model.size)
    soft = mixed_regions(model)
    rows, columns, values = [], [], []

    def add(matrix: Floats, dofs: Ints, force: Floats | None) -> None:
        k = dofs.shape[1]
        rows.append(np.repeat(dofs, k, axis=1).ravel())
        columns.append(np.tile(dofs, (1, k)).ravel())
        values.append(matrix.ravel())
        if force is not None:
            np.add.at(forces, dofs.ravel(), force.ravel())

    for chunk in chunks(model, regions=[name for name in model.discrete.mesh.region_names if name not in soft]):
        add(*_element(model, chunk))
    recover = None
    if soft:
        recover = _add_mixed(model, add)
    stiffness = _summed(rows, columns, values, model.size)
    add_loads(model, forces)
    return Assembled(stiffness=stiffness, forces=forces, recover=recover, notes=said)


def _add_mixed(model: Model, add: Callable[[Floats, Ints, Floats | None], None]) -> Callable[[Floats], MixedFields]:
    from tubewall.fem.mixed_elements import Recovery, mixed_chunks
    from tubewall.fem.mixed_fields import recover

    parts: list[Recovery] = []
    for chunk in mixed_chunks(model):
        add(chunk.matrix, chunk.recovery.dofs, chunk.forces)
        parts.append(chunk.recovery)
    return partial(recover, model, parts)


def _summed(rows: list[Ints], columns: list[Ints], values: list[Floats], size: int) -> csr_array:
    from scipy.sparse import coo_array

    entries = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.concatenate(values), entries), shape=(size, size)).tocsr()


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
