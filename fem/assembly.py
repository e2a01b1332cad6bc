"""Stiffness, loads and stress of curved quadratic triangles, in a few array operations.

The kernel equals scikit-fem's own form (``tubewall.fem.reference_form``) to round-off; it is here because it takes
a fifth of the time. Forces are per length [N/m] in the plane, for the full circle [N] in the axisymmetric case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.bubble import condense_elements, stress_matrix
from tubewall.fem.elements import (
    MACRO_SLOTS,
    Floats,
    Ints,
    MeshLike,
    edge_shape,
    element_dofs,
    facet_owners,
    map_gradients,
    shape,
    stiffness_rule,
    strain_matrix,
    triangle_rule,
)
from tubewall.fem.stiffness import Stiffness, section_stiffness, soft_elements, stiffness_at

if TYPE_CHECKING:
    from scipy.sparse import csc_array

__all__ = [
    "PointwiseVector",
    "Stiffness",
    "StressOperator",
    "assemble_stiffness",
    "body_load",
    "edge_load",
    "pressure_load",
    "strain_load",
    "stress_operator",
]

PointwiseVector = Callable[[Floats], Floats]

_CHUNK: Final = 4096


@dataclass(frozen=True, kw_only=True)
class _Block:
    """B (k, q, 4, 12), C (k, q, 4, 4) and weights (k, q) [m2, or m3 for the full circle] of a run of elements."""

    rows: slice
    strain: Floats
    stiffness: Floats
    weights: Floats


def _blocks(mesh: MeshLike, stiffness: Stiffness, kinematics: str) -> Iterator[_Block]:
    local, rule = stiffness_rule(kinematics)
    values, gradients = shape(local)
    q = len(rule)
    pointwise = None if isinstance(stiffness, Mapping) or callable(stiffness) else np.asarray(stiffness)
    if pointwise is not None and pointwise.ndim == 4 and pointwise.shape[:2] != (len(mesh.cells), q):
        raise InputError(
            f"a stiffness by quadrature point has the shape ({len(mesh.cells)}, {q}, 6, 6), got {pointwise.shape}"
        )
    for start in range(0, len(mesh.cells), _CHUNK):
        rows = slice(start, min(start + _CHUNK, len(mesh.cells)))
        corners = mesh.points[mesh.cells[rows]]
        grads, determinant = map_gradients(corners[:, None], gradients[None])
        weights = determinant * rule
        points = np.einsum("qi,mid->mqd", values, corners)
        if kinematics == "axisymmetric":
            b = strain_matrix(grads, np.broadcast_to(values, grads.shape[:-1]), points[..., 0])
            weights = weights * 2 * np.pi * points[..., 0]
        else:
            b = strain_matrix(grads)
        if pointwise is not None and pointwise.ndim == 4:
            c = section_stiffness(pointwise[rows])
        elif pointwise is not None and pointwise.ndim == 2:
            c = section_stiffness(pointwise)[None, None]
        else:
            elements = np.repeat(np.arange(rows.start, rows.stop), q)
            c = stiffness_at(mesh, stiffness, elements, points.reshape(-1, 2)).reshape(-1, q, 4, 4)
        yield _Block(rows=rows, strain=b, stiffness=c, weights=weights)


def assemble_stiffness(mesh: MeshLike, stiffness: Stiffness, kinematics: str = "plane strain") -> csc_array:
    """The stiffness matrix int B^T C B [N/m2 per displacement; x length for the full circle], (2 n, 2 n) CSC.

    Parameters
    ----------
    mesh : NamedMesh
    stiffness : array or function or mapping
        Voigt stiffness [Pa]: (6, 6), (m, 6, 6) by element, (m, q, 6, 6) by quadrature point (``quadrature_points``), a
        function of points (p, 2) giving (p, 6, 6), or a mapping from region to (6, 6) or function.
    kinematics : str
        "plane strain" or "axisymmetric"; the axial strain of generalised plane strain is a load (``strain_load``).
    """
    from scipy.sparse import coo_array

    dofs = element_dofs(mesh.cells).astype(np.int32)
    entries = np.empty((len(dofs), 12, 12))
    for block in _blocks(mesh, stiffness, kinematics):
        k, q = block.weights.shape
        stress = np.matmul(block.stiffness, block.strain) * block.weights[..., None, None]
        entries[block.rows] = np.matmul(block.strain.reshape(k, 4 * q, 12).swapaxes(1, 2), stress.reshape(k, 4 * q, 12))
    soft, soft_stiffness = soft_elements(mesh, stiffness)
    for start in range(0, len(soft), _CHUNK):
        some = slice(start, start + _CHUNK)
        corners = mesh.points[mesh.cells[soft[some]]]
        entries[soft[some]] = condense_elements(corners, soft_stiffness[some], kinematics).stiffness
    n = 2 * len(mesh.points)
    rows = np.broadcast_to(dofs[:, :, None], entries.shape).ravel()
    columns = np.broadcast_to(dofs[:, None, :], entries.shape).ravel()
    matrix: csc_array = coo_array((entries.ravel(), (rows, columns)), shape=(n, n)).tocsc()
    return matrix


def strain_load(mesh: MeshLike, stiffness: Stiffness, kinematics: str = "plane strain") -> tuple[Floats, Floats]:
    """Nodal forces int B^T C e (2 n, 4) of the unit macroscopic strains e = xx, yy, xy, zz and int e^T C e (4, 4).

    A mesh under the macroscopic strain E in addition to nodal displacements u has the internal forces
    ``K u + load @ E`` and the conjugate mean forces ``load.T @ u + mean @ E`` [Pa x area].
    """
    dofs = element_dofs(mesh.cells)
    load = np.zeros((2 * len(mesh.points), 4))
    mean = np.zeros((4, 4))
    slots = np.array(MACRO_SLOTS)
    for block in _blocks(mesh, stiffness, kinematics):
        weighted = block.stiffness[..., :, slots] * block.weights[..., None, None]
        forces = np.einsum("kqcd,kqce->kde", block.strain, weighted, optimize=True)
        for e in range(4):
            load[:, e] += np.bincount(dofs[block.rows].ravel(), forces[..., e].ravel(), minlength=len(load))
        mean += weighted[..., slots, :].sum(axis=(0, 1))
    return load, mean


def edge_load(
    mesh: MeshLike,
    facets: Ints,
    density: Callable[[Floats, Floats], Floats],
    *,
    kinematics: str = "plane strain",
    order: int = 3,
    name: str = "",
) -> Floats:
    """Nodal forces (2 n,) of a traction on facets.

    Parameters
    ----------
    mesh : NamedMesh
    facets : (k, 3)
    density : callable
        From points (k, q, 2) [m] and outward normals times edge length per parameter (k, q, 2) [m] to the force per
        parameter (k, q, 2): a pressure p is ``-p * normals``.
    kinematics, order, name
        ``order`` is the number of Gauss points an edge: 3 is exact for a constant pressure, also around the circle.
    """
    owners = facet_owners(mesh, facets, name)
    x, w = np.polynomial.legendre.leggauss(order)
    values, slopes = edge_shape((x + 1) / 2)
    corners = mesh.points[owners.nodes]
    points = np.einsum("qi,kid->kqd", values, corners)
    tangents = np.einsum("qi,kid->kqd", slopes, corners)
    normals = np.stack([tangents[..., 1], -tangents[..., 0]], axis=-1)
    force = density(points, normals) * (w / 2)[:, None]
    if kinematics == "axisymmetric":
        force = force * (2 * np.pi * points[..., :1])
    nodal = np.einsum("qi,kqd->kid", values, force)
    result = np.zeros(2 * len(mesh.points))
    dofs = 2 * owners.nodes[..., None] + np.arange(2)
    np.add.at(result, dofs.ravel(), nodal.ravel())
    return result


def pressure_load(mesh: MeshLike, facets: Ints, kinematics: str = "plane strain", name: str = "") -> Floats:
    """Nodal forces (2 n,) of a unit pressure that pushes on the facets, into the solid; exact on curved edges."""
    return edge_load(mesh, facets, lambda _, normals: -normals, kinematics=kinematics, name=name)


def body_load(
    mesh: MeshLike, force: PointwiseVector, cells: Ints | None = None, kinematics: str = "plane strain"
) -> Floats:
    """Nodal forces (2 n,) of a body force [N/m3] given as a function of points (p, 2) -> (p, 2)."""
    local, rule = triangle_rule(8)
    values, gradients = shape(local)
    chosen = np.arange(len(mesh.cells)) if cells is None else cells
    corners = mesh.points[mesh.cells[chosen]]
    _, determinant = map_gradients(corners[:, None], gradients[None])
    points = np.einsum("qi,mid->mqd", values, corners)
    weights = determinant * rule
    if kinematics == "axisymmetric":
        weights = weights * 2 * np.pi * points[..., 0]
    density = force(points.reshape(-1, 2)).reshape(points.shape)
    nodal = np.einsum("qi,mqd,mq->mid", values, density, weights, optimize=True)
    result = np.zeros(2 * len(mesh.points))
    np.add.at(result, element_dofs(mesh.cells[chosen]).ravel(), nodal.ravel())
    return result


@dataclass(frozen=True, kw_only=True)
class StressOperator:
    """The linear map from nodal displacements and macroscopic strains to stress at points, element by element.

    ``points`` (p, 2) [m]; ``dofs`` (p, 12); ``matrix`` (p, 4, 12) [Pa/m]; ``stiffness`` (p, 4, 4) [Pa]; ``strain``
    (p, 4, 12) [1/m]; ``values`` (p, 6) shape functions.
    """

    points: Floats
    dofs: Ints
    matrix: Floats
    stiffness: Floats
    strain: Floats
    values: Floats

    def stress(self, displacement: Floats, macro: Floats | None = None) -> Floats:
        """Stress (p, 4) or (p, 4, k) [Pa], components (xx, yy, zz, xy).

        Parameters
        ----------
        displacement : (2 n,) or (2 n, k)
            [m].
        macro : (4,) or (4, k), optional
            Macroscopic strains (xx, yy, xy, zz) added to those of the displacement.
        """
        several = displacement.ndim == 2
        u = displacement[self.dofs] if several else displacement[self.dofs][..., None]
        stress: Floats = np.matmul(self.matrix, u)
        if macro is not None:
            e = np.asarray(macro, dtype=np.float64).reshape(4, -1)
            stress = stress + np.matmul(self.stiffness[..., np.array(MACRO_SLOTS)], e)
        return stress if several else stress[..., 0]

    def displacement(self, displacement: Floats) -> Floats:
        """Displacement (p, 2) [m] at the points."""
        nodal = displacement[self.dofs].reshape(len(self.dofs), 6, 2)
        at: NDArray[np.float64] = np.einsum("pi,pid->pd", self.values, nodal)
        return at


def stress_operator(
    mesh: MeshLike, stiffness: Stiffness, elements: Ints, local: Floats, kinematics: str = "plane strain"
) -> StressOperator:
    """Stress from the elements' own shape functions, unaveraged, at local points of given elements.

    Parameters
    ----------
    mesh : NamedMesh
    stiffness : as in ``assemble_stiffness``, except by quadrature point
    elements : (p,)
    local : (p, 2)
        Local coordinates; ``surface_points`` gives those of facets.
    """
    values, gradients = shape(local)
    corners = mesh.points[mesh.cells[elements]]
    grads, _ = map_gradients(corners, gradients)
    points = np.einsum("pi,pid->pd", values, corners)
    if kinematics == "axisymmetric":
        strain = strain_matrix(grads, values, points[:, 0])
    else:
        strain = strain_matrix(grads)
    c = stiffness_at(mesh, stiffness, elements, points)
    matrix = np.matmul(c, strain)
    soft = np.flatnonzero(np.isin(elements, soft_elements(mesh, stiffness)[0]))
    if len(soft):
        matrix[soft] = stress_matrix(corners[soft], c[soft], elements[soft], local[soft], kinematics)
    return StressOperator(
        points=points,
        dofs=element_dofs(mesh.cells[elements]),
        matrix=matrix,
        stiffness=c,
        strain=strain,
        values=values,
    )
