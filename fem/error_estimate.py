"""How far a mesh is from converged: recovered stress, and two meshes extrapolated.

The recovery is that of superconvergent patches (Zienkiewicz and Zhu, Int. J. Numer. Meth. Engng 33, 1331 and 1365, 1992):
around each vertex a quadratic is fitted to the stress at the three interior points of each triangle of the patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.constraints import boundary_facets
from tubewall.fem.elements import Floats, Ints, MeshLike, map_gradients, shape, stiffness_rule, surface_points
from tubewall.fem.loads import Load, Pressure, Support, SupportLike, Traction, scalar_at, vector_at
from tubewall.fem.stiffness import Stiffness, stiffness_at
from tubewall.fem.stress import extreme_index, quantity, traction

# where the stress of a quadratic triangle is most accurate
_SAMPLES = np.array([[1 / 6, 1 / 6], [2 / 3, 1 / 6], [1 / 6, 2 / 3]])
# a quadratic has six coefficients: two triangles of three samples determine it barely, so they borrow their neighbours'
_SMALL_PATCH = 3


class Solved(Protocol):
    """What the estimates read of a ``Solution``."""

    @property
    def mesh(self) -> MeshLike:
        """The mesh."""
        ...

    @property
    def stiffness(self) -> Stiffness:
        """Voigt stiffness by region [Pa]."""
        ...

    @property
    def kinematics(self) -> str:
        """The kinematics."""
        ...

    @property
    def loads(self) -> Sequence[Load]:
        """What presses on the body."""
        ...

    @property
    def supports(self) -> Sequence[SupportLike]:
        """What holds it."""
        ...

    def stress_in(self, elements: Ints, local: Floats) -> tuple[Floats, Floats]:
        """Stress (p, 4) [Pa] and coordinates (p, 2) [m] at local points (p, 2) of elements (p,)."""
        ...


@dataclass(frozen=True, kw_only=True)
class EnergyError:
    """Estimated error in the energy norm.

    ``elements`` (m,) are the squares of the element errors [J/m, or J for the full circle]; ``relative`` the norm of all of
    them over that of the solution.
    """

    elements: Floats
    relative: float


@dataclass(frozen=True, kw_only=True)
class SurfaceEstimate:
    """The extreme ``value`` [Pa] of a quantity on a boundary, where (2,) [m], and its estimated ``mesh_error`` [Pa]."""

    value: float
    at: Floats
    quantity: str
    mesh_error: float


@dataclass(frozen=True, kw_only=True)
class MeshEstimate:
    """A quantity extrapolated from two meshes: ``value`` of the fine one, ``extrapolated``, and the stated ``error``."""

    value: float
    extrapolated: float
    error: float


def richardson(
    coarse: float, fine: float, *, order: float = 2.0, ratio: float = 2.0, safety: float = 3.0
) -> MeshEstimate:
    """Discretisation error of ``fine`` from the same quantity on a mesh ``ratio`` times coarser.

    Parameters
    ----------
    coarse, fine : float
        The quantity on the two meshes, in one unit.
    order : float
        Of convergence: 2 for the stress of quadratic elements.
    ratio : float
        Of the element sizes, above 1.
    safety : float
        Factor on |fine - coarse| / (ratio^order - 1); 3 for two meshes (Roache, J. Fluids Eng. 116, 405, 1994).

    Examples
    --------
    >>> richardson(1.25, 1.0625)
    MeshEstimate(value=1.0625, extrapolated=1.0, error=0.1875)
    """
    for name, number, bound in (("order", order, 0.0), ("ratio", ratio, 1.0), ("safety", safety, 0.0)):
        if not np.isfinite(number) or number <= bound:
            raise InputError(f"richardson: {name} must exceed {bound:g}, got {number!r}")
    if not (np.isfinite(coarse) and np.isfinite(fine)):
        raise InputError(f"richardson: both values must be finite, got {coarse!r} and {fine!r}")
    step = (fine - coarse) / (ratio**order - 1)
    return MeshEstimate(value=fine, extrapolated=fine + step, error=safety * abs(step))


def recovered_stress(solution: Solved) -> Floats:
    """Recovered stress (m, 6, 4) [Pa] at the nodes of each element, continuous within each region."""
    mesh = solution.mesh
    result = np.empty((len(mesh.cells), 6, 4))
    for cells in mesh.regions.values():
        k = len(cells)
        sampled, points = solution.stress_in(np.repeat(cells, 3), np.tile(_SAMPLES, (k, 1)))
        result[cells] = _fit_patches(mesh, cells, sampled.reshape(k, 3, 4), points.reshape(k, 3, 2))
    return result


def _fit_patches(mesh: MeshLike, cells: Ints, sampled: Floats, points: Floats) -> Floats:
    """Recovered stress (k, 6, 4) at the nodes of ``cells`` from samples (k, 3, 4) at points (k, 3, 2)."""
    vertices, corner = np.unique(mesh.cells[cells, :3], return_inverse=True)
    corner = corner.reshape(-1, 3)
    vertex, element = _patches(corner, len(vertices))
    origin = mesh.points[vertices]
    reach = np.zeros(len(vertices))
    np.maximum.at(reach, vertex, np.linalg.norm(points[element] - origin[vertex, None], axis=-1).max(axis=1))
    basis = _quadratic((points[element] - origin[vertex, None]) / reach[vertex, None, None])
    gram = np.zeros((len(vertices), 6, 6))
    right = np.zeros((len(vertices), 6, 4))
    np.add.at(gram, vertex, np.einsum("esa,esb->eab", basis, basis))
    np.add.at(right, vertex, np.einsum("esa,esc->eac", basis, sampled[element]))
    # a trace of damping keeps a patch in one line solvable without moving the others
    trace = np.einsum("vaa->v", gram)[:, None, None]
    coefficients = np.linalg.solve(gram + 1e-10 * trace * np.eye(6), right)
    result = np.empty((len(cells), 6, 4))
    result[:, :3] = coefficients[corner, 0]
    for side, (a, b) in enumerate(((0, 1), (1, 2), (2, 0))):
        middle = mesh.points[mesh.cells[cells, 3 + side]]
        both = [
            np.einsum("ka,kac->kc", _quadratic((middle - origin[v]) / reach[v, None]), coefficients[v])
            for v in (corner[:, a], corner[:, b])
        ]
        result[:, 3 + side] = 0.5 * (both[0] + both[1])
    return result


def _patches(corner: Ints, n_vertices: int) -> tuple[Ints, Ints]:
    """Pairs (vertex, element): the elements around each vertex, and around its neighbours where these are few."""
    from scipy.sparse import coo_array, diags_array

    k = len(corner)
    around = coo_array((np.ones(3 * k), (corner.ravel(), np.repeat(np.arange(k), 3))), shape=(n_vertices, k)).tocsr()
    few = (np.asarray(around.sum(axis=1)).ravel() < _SMALL_PATCH).astype(np.float64)
    wider = diags_array(few) @ (around @ around.T @ around)
    pairs = (around + wider).tocoo()
    keep = pairs.data > 0
    return pairs.row[keep].astype(np.int64), pairs.col[keep].astype(np.int64)


def _quadratic(x: Floats) -> Floats:
    a, b = x[..., 0], x[..., 1]
    return np.stack([np.ones_like(a), a, b, a * a, a * b, b * b], axis=-1)


def energy_error(solution: Solved) -> EnergyError:
    """Estimated error in the energy norm: that of recovered less computed stress (Zienkiewicz and Zhu, 1987)."""
    mesh = solution.mesh
    recovered = recovered_stress(solution)
    local, rule = stiffness_rule(solution.kinematics)
    values, gradients = shape(local)
    m, q = len(mesh.cells), len(rule)
    _, determinant = map_gradients(mesh.points[mesh.cells][:, None], gradients[None])
    weights = determinant * rule
    elements = np.repeat(np.arange(m), q)
    stress, points = solution.stress_in(elements, np.tile(local, (m, 1)))
    if solution.kinematics == "axisymmetric":
        weights = weights * 2 * np.pi * points[:, 0].reshape(m, q)
    difference = np.einsum("qi,mic->mqc", values, recovered).reshape(-1, 4) - stress
    compliance = np.linalg.inv(stiffness_at(mesh, solution.stiffness, elements, points))

    def energy(field: Floats) -> Floats:
        density = np.einsum("pc,pcd,pd->p", field, compliance, field, optimize=True).reshape(m, q)
        summed: Floats = (density * weights).sum(axis=1)
        return summed

    squares, total = energy(difference), float(energy(stress).sum())
    norm = float(np.sqrt(squares.sum() / (total + squares.sum()))) if total > 0 else 0.0
    return EnergyError(elements=squares, relative=norm)


def surface_estimate(solution: Solved, boundary: str, quantity_name: str = "max principal") -> SurfaceEstimate:
    """The extreme of a quantity on a boundary and its estimated discretisation error.

    On a boundary that is not held the force per area is known, and what the computed stress misses of it is the error of
    one principal stress, which stands for that of the others. On a held one the recovered stress takes its place. The jump
    of the quantity between the two elements that meet at a node counts too. The largest on the facet of the extreme is taken.
    """
    at = surface_points(solution.mesh, boundary_facets(solution.mesh, boundary), 5, boundary)
    stress, points = solution.stress_in(at.elements, at.local)
    measure = quantity(quantity_name)
    values = measure(stress)
    index = extreme_index(values, quantity_name)
    if any(isinstance(support, Support) and support.boundary == boundary for support in solution.supports):
        recovered = np.einsum("pi,pic->pc", shape(at.local)[0], recovered_stress(solution)[at.elements])
        missed = np.abs(values - measure(recovered))
    else:
        missed = np.linalg.norm(traction(stress, at.normals) - _applied(solution, boundary, points, at.normals), axis=1)
    # a node has one value from each of the two elements that meet there
    _, node = np.unique(np.round(points / np.ptp(points, axis=0).max(), 12), axis=0, return_inverse=True)
    node = node.ravel()
    low = np.full(node.max() + 1, np.inf)
    high = np.full(node.max() + 1, -np.inf)
    np.minimum.at(low, node, values)
    np.maximum.at(high, node, values)
    mine = at.facets == at.facets[index]
    error = max(float(missed[mine].max()), float((high - low)[node[mine]].max()))
    return SurfaceEstimate(value=float(values[index]), at=points[index], quantity=quantity_name, mesh_error=error)


def _applied(solution: Solved, boundary: str, points: Floats, normals: Floats) -> Floats:
    total = np.zeros_like(points)
    for load in solution.loads:
        if isinstance(load, Pressure) and load.boundary == boundary:
            total -= scalar_at(load.pressure, points)[:, None] * normals
        elif isinstance(load, Traction) and load.boundary == boundary:
            total += vector_at(load.traction, points)
    return total
