"""The pressure of nearly incompressible elements and the displacement of their bubbles, once the model is solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.mixed_elements import Recovery, face_normals, pressure_functions, split
from tubewall.fem.mixed_spaces import bubbles, enriched_table
from tubewall.fem.model import Model
from tubewall.fem.region_laws import free_strain
from tubewall.fem.strain import Mapped, map_points, strain_matrix


@dataclass(frozen=True, kw_only=True, eq=False)
class _BlockFields:
    """``row_of`` (cells,) the row of a cell below or -1; ``moved`` (m, f + b, dim) bubbles; ``pressure`` (m, s) [Pa]."""

    row_of: Ints
    moved: Floats
    pressure: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedFields:
    """What nearly incompressible elements know beside the displacement of their nodes."""

    model: Model
    blocks: Mapping[int, _BlockFields]

    def correct(self, elements: Ints, local: Floats, strain: Floats, stress: Floats) -> tuple[Floats, Floats]:
        """Strain with the bubbles and stress with the pressure of the element.

        Parameters
        ----------
        elements, local : (p,), (p, dim)
        strain, stress : (p, 6)
            Of the displacement of the nodes; kept where elements are plain ones.
        """
        model, mesh = self.model, self.model.discrete.mesh
        strain, stress = strain.copy(), stress.copy()
        block = mesh.block_of(elements)
        for number, fields in self.blocks.items():
            mine = np.flatnonzero(block == number)
            rows = elements[mine] - mesh.starts[number]
            mine, rows = mine[fields.row_of[rows] >= 0], rows[fields.row_of[rows] >= 0]
            if len(mine) == 0:
                continue
            mapped = map_points(model.discrete, number, rows, local[mine], table=enriched_table)
            at = fields.row_of[rows]
            extra = fields.moved.shape[1]
            if extra:
                bubbling = Mapped(
                    points=mapped.points,
                    values=mapped.values[:, -extra:],
                    gradients=mapped.gradients[:, -extra:],
                    determinant=mapped.determinant,
                )
                matrix = strain_matrix(bubbling, model.kinematics)
                strain[mine] += np.einsum("pcj,pj->pc", matrix, fields.moved[at].reshape(len(mine), -1))
            psi = pressure_functions(model, number, rows, mapped.points)
            pressure = np.einsum("ps,ps->p", psi, fields.pressure[at])
            region = mesh.region_index[elements[mine]]
            for index in np.unique(region):
                some = region == index
                name = mesh.region_names[index]
                stress[mine[some]] = _stress(model, name, mapped.points[some], strain[mine[some]], pressure[some])
        return strain, stress


def _stress(model: Model, region: str, points: Floats, strain: Floats, pressure: Floats) -> Floats:
    _, shear = split(model.solids[region].elastic.stiffness())
    free = free_strain(model, region, points)
    stress: Floats = (strain if free is None else strain - free) @ shear
    stress[:, :3] += pressure[:, None]
    return stress


def recover(model: Model, parts: Sequence[Recovery], unknowns: Floats) -> MixedFields:
    """Pressures and bubbles of the solved model from all its unknowns (N,)."""
    return collect(model, parts, unknowns, *eliminated(parts, unknowns))


def eliminated(parts: Sequence[Recovery], unknowns: Floats) -> tuple[list[Floats], list[Floats]]:
    """Bubbles (m, b) [m] and pressures (m, s) [Pa] of each part from all unknowns (N,)."""
    inner = [np.einsum("mbn,mn->mb", part.inner, unknowns[part.dofs]) + part.inner_load for part in parts]
    pressure = [np.einsum("msn,mn->ms", part.pressure, unknowns[part.dofs]) + part.pressure_load for part in parts]
    return inner, pressure


def collect(
    model: Model, parts: Sequence[Recovery], unknowns: Floats, inner: Sequence[Floats], pressure: Sequence[Floats]
) -> MixedFields:
    """The fields of bubbles (m, b) [m] and pressures (m, s) [Pa] of each part, and all unknowns (N,)."""
    blocks = {}
    for number in sorted({part.block for part in parts}):
        mine = [i for i, part in enumerate(parts) if part.block == number]
        on_faces, _ = bubbles(model.discrete.kinds[number])
        moved = []
        for i in mine:
            u = unknowns[parts[i].dofs]
            shifts = inner[i].reshape(len(u), -1, model.discrete.dim)
            if on_faces:
                start = model.discrete.cells[number].shape[1] * model.discrete.dim
                along = face_normals(model, number, parts[i].rows) * u[:, start : start + on_faces, None]
                shifts = np.concatenate([along, shifts], axis=1)
            moved.append(shifts)
        rows = np.concatenate([parts[i].rows for i in mine])
        row_of = np.full(len(model.discrete.mesh.blocks[number].cells), -1, dtype=np.int64)
        row_of[rows] = np.arange(len(rows))
        blocks[number] = _BlockFields(
            row_of=row_of, moved=np.concatenate(moved), pressure=np.concatenate([pressure[i] for i in mine])
        )
    return MixedFields(model=model, blocks=blocks)
