"""Elements of nearly incompressible regions: displacement with bubbles, and a pressure that is eliminated in the element.

Pressure times bulk modulus belongs to the volume change projected on the functions psi = 1, x, y, z of the element
(psi = 1 alone for a displacement of first order): p = K psi M^-1 int psi tr(e - e0), with M = int psi psi^T. What is left has
the unknowns of the plain element and those of the bubbles on its faces, and is positive definite for every nu < 1/2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tubewall.fem.element_chunks import Chunk, chunks, rule_order
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import BodyForce, vector_at
from tubewall.fem.mixed_spaces import bubbles, enriched_table, mixed_regions
from tubewall.fem.model import Discretisation, Model
from tubewall.fem.reference_elements import shape_table
from tubewall.fem.region_laws import free_strain
from tubewall.fem.strain import Mapped, strain_matrix
from tubewall.geometry.reference_cells import CELLS

_ZZ = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Recovery:
    """How the bubbles and pressure of a chunk follow from its unknowns.

    Attributes
    ----------
    block : int
    rows : (m,)
        Cells of the block.
    dofs : (m, n)
        Unknowns of the elements.
    inner, inner_load : (m, b, n), (m, b)
        Bubble displacement = ``inner`` times the unknowns + ``inner_load``.
    pressure, pressure_load : (m, s, n), (m, s)
        Likewise the coefficients [Pa] of the pressure.
    """

    block: int
    rows: Ints
    dofs: Ints
    inner: Floats
    inner_load: Floats
    pressure: Floats
    pressure_load: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedChunk:
    """Matrices (m, n, n) and forces (m, n) of some elements, and how to recover what was eliminated."""

    matrix: Floats
    forces: Floats
    recovery: Recovery


def mixed_rule_order(discrete: Discretisation, block: int) -> int:
    """Degree of the rule: exact for the gradient of a bubble on curved cells, so that uniform stress does no work on it."""
    return 6 if bubbles(discrete.kinds[block])[1] else rule_order(discrete, block)


def split(stiffness: Floats) -> tuple[float, Floats]:
    """Bulk modulus of an isotropic stiffness (6, 6), and what of the stiffness resists a change of shape."""
    bulk = float(stiffness[0, 1] + 2 * stiffness[3, 3] / 3)
    shear = stiffness.copy()
    shear[:3, :3] -= bulk
    return bulk, shear


def pressure_functions(model: Model, block: int, rows: Ints, points: Floats) -> Floats:
    """The functions psi (m, ..., s) of the cells ``rows`` at points (m, ..., dim) of them."""
    lead = points.shape[:-1]
    if model.order == 1:
        return np.ones((*lead, 1))
    cells = model.discrete.mesh.blocks[block]
    centre = CELLS[cells.kind].nodes[: CELLS[cells.kind].vertices].mean(axis=0)[None]
    values, along = shape_table(cells.kind, centre)
    corners = model.discrete.mesh.points[cells.cells[rows]]
    # coordinates in which the cell has about unit size, however thin it is
    frame = np.linalg.inv(np.einsum("mkd,ke->mde", corners, along[0]))
    arm = points - np.einsum("k,mkd->md", values[0], corners).reshape(len(rows), *[1] * (len(lead) - 1), -1)
    linear = np.einsum("mde,m...e->m...d", frame, arm)
    return np.concatenate([np.ones((*lead, 1)), linear], axis=-1)


def mixed_strain(model: Model, chunk: Chunk, mapped: Mapped) -> tuple[Floats, Floats]:
    """Strain (m, ..., 6, n) by the unknowns of the elements and (m, ..., 6, b) by the bubbles inside them."""
    discrete = model.discrete
    on_faces, inside = bubbles(discrete.kinds[chunk.block])
    matrix = strain_matrix(mapped, model.kinematics)
    dim = discrete.dim
    nodal = matrix.shape[-1] - dim * (on_faces + inside)
    parts = [matrix[..., :nodal]]
    if on_faces:
        normals = face_normals(model, chunk.block, chunk.rows)
        faces = matrix[..., nodal : nodal + dim * on_faces].reshape(*matrix.shape[:-1], on_faces, dim)
        parts.append(np.einsum("m...fd,mfd->m...f", faces, normals))
    if model.kinematics == "generalised plane strain":
        uniform = np.zeros((*matrix.shape[:-1], 1))
        uniform[..., _ZZ, :] = 1.0
        parts.append(uniform)
    return np.concatenate(parts, axis=-1), matrix[..., matrix.shape[-1] - dim * inside :]


def face_normals(model: Model, block: int, rows: Ints) -> Floats:
    """Directions (m, f, 3) of the bubbles on the faces of cells; zero where a face has none."""
    normals: Floats = model.mixed_faces.normals[model.mixed_faces.of[block][rows]]
    return normals


def _dofs(model: Model, chunk: Chunk) -> Ints:
    parts = [chunk.dofs]
    if bubbles(model.discrete.kinds[chunk.block])[0]:
        faces = model.mixed_faces.of[chunk.block][chunk.rows]
        # a face without a bubble has a column of zeros, wherever that is added
        parts.append(np.where(faces >= 0, model.size - model.mixed_faces.count + faces, chunk.dofs[:, :1]))
    if model.kinematics == "generalised plane strain":
        parts.append(np.full((len(chunk.rows), 1), model.discrete.size))
    return np.concatenate(parts, axis=1)


def mixed_chunks(model: Model) -> Iterator[MixedChunk]:
    """The elements of all nearly incompressible regions, chunk by chunk."""
    for parts in mixed_part_chunks(model):
        yield _condensed(parts)


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedParts:
    """What the equations of some elements are made of, before anything is eliminated.

    With u their unknowns and after them those of the bubbles: shear u + volume^T p = forces,
    and volume u = mass (p / bulk + swelling).

    Attributes
    ----------
    block, rows : int, (m,)
        The cells.
    dofs : (m, n)
    bulk : float
        [Pa]
    shear : (m, n + b, n + b)
    volume : (m, s, n + b)
    mass : (m, s, s)
    swelling : (m, s)
        Volume change that comes without stress.
    forces : (m, n + b)
    """

    block: int
    rows: Ints
    dofs: Ints
    bulk: float
    shear: Floats
    volume: Floats
    mass: Floats
    swelling: Floats
    forces: Floats


def mixed_parts(model: Model, chunk: Chunk) -> MixedParts:
    """The equations of some nearly incompressible elements."""
    bulk, shear = split(model.solids[chunk.region].elastic.stiffness())
    m, q = chunk.weights.shape
    by_unknowns, by_bubbles = mixed_strain(model, chunk, chunk.mapped)
    strain = np.concatenate([by_unknowns, by_bubbles], axis=-1)
    total = strain.shape[-1]
    stress = np.matmul(shear, strain) * chunk.weights[..., None, None]
    matrix = np.matmul(strain.reshape(m, 6 * q, total).swapaxes(1, 2), stress.reshape(m, 6 * q, total))
    psi = pressure_functions(model, chunk.block, chunk.rows, chunk.mapped.points)
    weighted = psi * chunk.weights[..., None]
    mass = np.matmul(weighted.swapaxes(1, 2), psi)
    volume = np.matmul(weighted.swapaxes(1, 2), strain[:, :, :3].sum(axis=2))
    forces = _body_force(model, chunk, total)
    swelling = np.zeros(volume.shape[:2])
    free = free_strain(model, chunk.region, chunk.mapped.points.reshape(m * q, -1))
    if free is not None:
        free = free.reshape(m, q, 6)
        swelling = np.linalg.solve(mass, np.einsum("mqs,mq->ms", weighted, free[..., :3].sum(axis=2))[..., None])[
            ..., 0
        ]
        forces += np.einsum("mqck,mqc->mk", stress, free)
    return MixedParts(
        block=chunk.block,
        rows=chunk.rows,
        dofs=_dofs(model, chunk),
        bulk=bulk,
        shear=matrix,
        volume=volume,
        mass=mass,
        swelling=swelling,
        forces=forces,
    )


def mixed_part_chunks(model: Model) -> Iterator[MixedParts]:
    """The equations of all nearly incompressible elements, in the order of ``mixed_chunks``."""
    regions = tuple(mixed_regions(model))
    for chunk in chunks(model, regions=regions, order_of=mixed_rule_order, table=enriched_table):
        yield mixed_parts(model, chunk)


def _condensed(parts: MixedParts) -> MixedChunk:
    bulk, volume, m, n = parts.bulk, parts.volume, len(parts.dofs), parts.dofs.shape[1]
    change = np.linalg.solve(parts.mass, volume)
    full = parts.shear + bulk * np.matmul(volume.swapaxes(1, 2), change)
    forces = parts.forces + bulk * np.einsum("msk,ms->mk", volume, parts.swelling)
    if full.shape[1] == n:
        inner, inner_load = np.zeros((m, 0, n)), np.zeros((m, 0))
    else:
        solved = np.linalg.solve(full[:, n:, n:], np.concatenate([-full[:, n:, :n], forces[:, n:, None]], axis=2))
        inner, inner_load = solved[..., :n], solved[..., n]
    recovery = Recovery(
        block=parts.block,
        rows=parts.rows,
        dofs=parts.dofs,
        inner=inner,
        inner_load=inner_load,
        pressure=bulk * (change[..., :n] + np.matmul(change[..., n:], inner)),
        pressure_load=bulk * (np.einsum("msb,mb->ms", change[..., n:], inner_load) - parts.swelling),
    )
    return MixedChunk(
        matrix=full[:, :n, :n] + np.matmul(full[:, :n, n:], inner),
        forces=forces[:, :n] - np.einsum("mnb,mb->mn", full[:, :n, n:], inner_load),
        recovery=recovery,
    )


def _body_force(model: Model, chunk: Chunk, total: int) -> Floats:
    """Forces (m, n + b) of the body forces on the bubbles alone: those on nodes are added with all other loads."""
    m = len(chunk.rows)
    forces = np.zeros((m, total))
    on_faces, inside = bubbles(model.discrete.kinds[chunk.block])
    if on_faces + inside == 0:
        return forces
    points = chunk.mapped.points
    k = chunk.mapped.values.shape[-1] - on_faces - inside
    for load in model.loads:
        if not isinstance(load, BodyForce) or load.region not in (None, chunk.region):
            continue
        density = vector_at(load.force, points.reshape(-1, points.shape[-1])).reshape(points.shape)
        felt = np.einsum("mqk,mq,mqd->mkd", chunk.mapped.values[..., k:], chunk.weights, density, optimize=True)
        if on_faces:
            start = k * model.discrete.dim
            forces[:, start : start + on_faces] += np.einsum(
                "mfd,mfd->mf", felt[:, :on_faces], face_normals(model, chunk.block, chunk.rows)
            )
        if inside:
            forces[:, total - inside * model.discrete.dim :] += felt[:, on_faces:].reshape(m, -1)
    return forces
