"""Stiffness and nodal forces of a model, block by block, for every kind of cell and kinematics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.element_chunks import Chunk, chunks, laws_at
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import Eigenstrain, TemperatureChange
from tubewall.fem.model import Model
from tubewall.fem.region_laws import free_strain
from tubewall.fem.strain import strain_matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from tubewall.fem.mixed_elements import Recovery
    from tubewall.fem.mixed_fields import MixedFields

_ZZ: Final = 2
# entries of all element matrices (20 000 quadratic triangles): below, NumPy has done before a compiler had begun
_COMPILED: Final = 3_000_000


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
    recoveries : sequence of Recovery
        What it does so with.
    notes : tuple of str
        What to tell the user.
    """

    stiffness: csr_array
    forces: Floats
    recover: Callable[[Floats], MixedFields] | None = None
    recoveries: Sequence[Recovery] = ()
    notes: tuple[str, ...] = ()


def assemble(model: Model, *, compiled: bool | None = None) -> Assembled:
    """Stiffness matrix and forces of a model.

    Parameters
    ----------
    model : Model
    compiled : bool, optional
        Whether compiled kernels fill the matrix; by default where it is large enough to be worth the wait for the compiler.

    Raises
    ------
    InputError
        For inverted elements, unknown names, a load that acts on nothing, or first-order cells that lock.
    """
    from tubewall.fem.mixed_spaces import mixed_regions, notes
    from tubewall.fem.surface_loads import add_loads

    said = notes(model)
    forces = np.zeros(model.size)
    soft = mixed_regions(model)
    plain = [name for name in model.discrete.mesh.region_names if name not in soft]
    recoveries: list[Recovery] = []
    mixed = _mixed(model, forces, recoveries) if soft else iter(())
    if compiled if compiled is not None else entries(model) > _COMPILED:
        from tubewall.fem.compiled import Crew
        from tubewall.fem.sparse_assembly import assemble_matrix

        with Crew() as crew:
            stiffness = assemble_matrix(model, plain, mixed, crew)
        add_strains(model, plain, forces)
    else:
        stiffness = summed(chain(plain_elements(model, plain, forces), mixed), model.size)
    add_loads(model, forces)
    return Assembled(
        stiffness=stiffness, forces=forces, recover=_recovery(model, recoveries), recoveries=recoveries, notes=said
    )


def entries(model: Model) -> int:
    """How many numbers the matrices of all elements hold."""
    dim = model.discrete.dim
    return sum(len(cells) * (dim * cells.shape[1]) ** 2 for cells in model.discrete.cells)


def _recovery(model: Model, parts: list[Recovery]) -> Callable[[Floats], MixedFields] | None:
    if not parts:
        return None
    from tubewall.fem.mixed_fields import recover

    return partial(recover, model, parts)


def _mixed(model: Model, forces: Floats, recoveries: list[Recovery]) -> Iterator[tuple[Floats, Ints]]:
    """Matrices and unknowns of nearly incompressible elements; their forces and what recovers them are kept by the way."""
    from tubewall.fem.mixed_elements import mixed_chunks

    for chunk in mixed_chunks(model):
        np.add.at(forces, chunk.recovery.dofs.ravel(), chunk.forces.ravel())
        recoveries.append(chunk.recovery)
        yield chunk.matrix, chunk.recovery.dofs


def plain_elements(model: Model, regions: list[str], forces: Floats) -> Iterator[tuple[Floats, Ints]]:
    """Matrices and unknowns of the elements of ``regions``; forces of strain without stress are added to ``forces``."""
    for chunk in chunks(model, regions=regions):
        matrix, dofs, force = _element(model, chunk)
        if force is not None:
            np.add.at(forces, dofs.ravel(), force.ravel())
        yield matrix, dofs


def add_strains(model: Model, regions: list[str], forces: Floats) -> None:
    """Forces of strain that comes without stress, without the matrices."""
    loads = [load for load in model.loads if isinstance(load, (Eigenstrain, TemperatureChange))]
    felt = [name for name in regions if any(load.region in (None, name) for load in loads)]
    for chunk in chunks(model, regions=felt):
        m, q = chunk.weights.shape
        free = free_strain(model, chunk.region, chunk.mapped.points.reshape(m * q, -1))
        if free is not None:
            strain, dofs = _strain(model, chunk)
            stress = np.matmul(laws_at(model, chunk.region, chunk.mapped.points), free.reshape(m, q, 6, 1))[..., 0]
            force = np.einsum("mqck,mqc->mk", strain, stress * chunk.weights[..., None], optimize=True)
            np.add.at(forces, dofs.ravel(), force.ravel())


def summed(parts: Iterable[tuple[Floats, Ints]], size: int) -> csr_array:
    """The matrix (size, size) of matrices (m, k, k) and their unknowns (m, k)."""
    from scipy.sparse import coo_array, csr_array

    rows, columns, values = [], [], []
    for matrix, dofs in parts:
        short = dofs.astype(np.int32)
        k = short.shape[1]
        rows.append(np.repeat(short, k, axis=1).ravel())
        columns.append(np.tile(short, (1, k)).ravel())
        values.append(matrix.ravel())
    if not values:
        return csr_array((size, size))
    places = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.concatenate(values), places), shape=(size, size)).tocsr()


def _strain(model: Model, chunk: Chunk) -> tuple[Floats, Ints]:
    """Strain (m, q, 6, k) by the unknowns (m, k)."""
    strain, dofs = strain_matrix(chunk.mapped, model.kinematics), chunk.dofs
    if model.kinematics == "generalised plane strain":
        uniform = np.zeros((*strain.shape[:3], 1))
        uniform[:, :, _ZZ] = 1.0
        strain = np.concatenate([strain, uniform], axis=3)
        dofs = np.column_stack([dofs, np.full(len(dofs), model.discrete.size)])
    return strain, dofs


def _element(model: Model, chunk: Chunk) -> tuple[Floats, Ints, Floats | None]:
    """Element matrices (m, k, k), their unknowns (m, k) and the forces (m, k) of strain that comes without stress."""
    points = chunk.mapped.points
    m, q = chunk.weights.shape
    strain, dofs = _strain(model, chunk)
    stress = np.matmul(laws_at(model, chunk.region, points), strain) * chunk.weights[..., None, None]
    k = dofs.shape[1]
    flat = strain.reshape(m, 6 * q, k)
    matrix = np.matmul(np.swapaxes(flat, 1, 2), stress.reshape(m, 6 * q, k))
    free = free_strain(model, chunk.region, points.reshape(m * q, -1))
    if free is None:
        return matrix, dofs, None
    return matrix, dofs, np.einsum("mqck,mqc->mk", stress, free.reshape(m, q, 6))
