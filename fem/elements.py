"""Six-node curved triangles: shape functions, Jacobians, strain matrices and what lies on their edges.

Everything here is a pure function of a mesh (points, cells, regions, boundaries). Degrees of freedom are numbered node
by node: ``2 * node + component``. In-plane component arrays have the order (xx, yy, zz, xy), engineering shear strain.
Macroscopic strains have the order ``MACRO`` = (xx, yy, xy, zz).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, unknown_name

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MACRO: Final = ("xx", "yy", "xy", "zz")
KINEMATICS: Final = ("plane strain", "generalised plane strain", "axisymmetric")
# where the macroscopic strains sit among the components
MACRO_SLOTS: Final = (0, 1, 3, 2)
# a 4 degree rule integrates the patch test exactly on every curved element; u_r / r wants one degree more
_ORDER: Final[dict[str, int]] = {"plane strain": 4, "generalised plane strain": 4, "axisymmetric": 5}
_EDGE_NODES: Final = np.array([[0, 1, 3], [1, 2, 4], [2, 0, 5]])


class MeshLike(Protocol):
    """What fem reads of a ``geometry.NamedMesh``."""

    @property
    def points(self) -> Floats:
        """Node coordinates (n, 2) [m]."""
        ...

    @property
    def cells(self) -> Ints:
        """Six nodes of each triangle (m, 6): vertices, then mid-sides 01, 12, 20."""
        ...

    @property
    def regions(self) -> Mapping[str, Ints]:
        """Cell indices by region name."""
        ...

    @property
    def boundaries(self) -> Mapping[str, Ints]:
        """Facets (k, 3) as nodes (end, end, mid) by boundary name."""
        ...


def check_kinematics(kinematics: str) -> None:
    """Raise for a kinematics that does not exist.

    Raises
    ------
    UnknownNameError
        With the nearest of ``KINEMATICS``.
    """
    if kinematics not in KINEMATICS:
        raise unknown_name("kinematics", kinematics, KINEMATICS)


def shape(local: Floats) -> tuple[Floats, Floats]:
    """Values (p, 6) and local gradients (p, 6, 2) of scikit-fem's ElementTriP2 at local points (p, 2)."""
    from skfem.element import ElementTriP2

    element = ElementTriP2()
    x = np.ascontiguousarray(local.T)
    values = np.empty((len(local), 6))
    gradients = np.empty((len(local), 6, 2))
    for i in range(6):
        phi, dphi = element.lbasis(x, i)
        values[:, i] = phi
        gradients[:, i, :] = dphi.T
    return values, gradients


@functools.lru_cache(maxsize=8)
def triangle_rule(order: int) -> tuple[Floats, Floats]:
    """Local points (q, 2) and weights (q,) of scikit-fem's rule of polynomial degree ``order`` on the triangle."""
    from skfem.quadrature import get_quadrature
    from skfem.refdom import RefTri

    points, weights = get_quadrature(RefTri, order)
    local, w = np.ascontiguousarray(points.T), np.ascontiguousarray(weights)
    local.setflags(write=False)
    w.setflags(write=False)
    return local, w


def stiffness_rule(kinematics: str) -> tuple[Floats, Floats]:
    """The rule that the stiffness is integrated with: local points (q, 2), weights (q,)."""
    return triangle_rule(_ORDER[kinematics])


def quadrature_points(mesh: MeshLike, kinematics: str = "plane strain") -> Floats:
    """Coordinates (m, q, 2) [m] of the quadrature points that the stiffness is integrated with."""
    values, _ = shape(stiffness_rule(kinematics)[0])
    mapped: Floats = np.einsum("qi,mid->mqd", values, mesh.points[mesh.cells])
    return mapped


def map_gradients(corners: Floats, gradients: Floats) -> tuple[Floats, Floats]:
    """Global gradients (..., 6, 2) and Jacobian determinants (...) of the isoparametric map.

    Parameters
    ----------
    corners : (..., 6, 2)
        Node coordinates of the elements [m].
    gradients : (..., 6, 2)
        Local gradients, broadcast against ``corners``.

    Raises
    ------
    InputError
        When an element is degenerate or inverted there.
    """
    # J[a, b] = d x_a / d xi_b
    jacobian = np.matmul(np.swapaxes(corners, -1, -2), gradients)
    a, b = jacobian[..., 0, 0], jacobian[..., 0, 1]
    c, d = jacobian[..., 1, 0], jacobian[..., 1, 1]
    determinant = a * d - b * c
    if not np.all(determinant > 0):
        bad = int(np.argmin(determinant.reshape(determinant.shape[0], -1).min(axis=1)))
        raise InputError(f"element {bad} of the mesh is inverted or degenerate: its Jacobian is not positive")
    inverse = np.empty_like(jacobian)
    inverse[..., 0, 0], inverse[..., 0, 1] = d / determinant, -b / determinant
    inverse[..., 1, 0], inverse[..., 1, 1] = -c / determinant, a / determinant
    return np.matmul(gradients, inverse), determinant


def strain_matrix(gradients: Floats, values: Floats | None = None, radius: Floats | None = None) -> Floats:
    """The matrix B (..., 4, 12) from the 12 displacements of an element to its strains (xx, yy, zz, xy).

    Parameters
    ----------
    gradients : (..., 6, 2)
        Global gradients of the shape functions.
    values, radius : (..., 6) and (...), optional
        Shape functions and radius; with them zz is the hoop strain u_r / r of the axisymmetric case (x = r, y = z).
        On the axis its limit du_r/dr is taken.
    """
    b = np.zeros((*gradients.shape[:-2], 4, 12))
    b[..., 0, 0::2] = gradients[..., 0]
    b[..., 1, 1::2] = gradients[..., 1]
    b[..., 3, 0::2] = gradients[..., 1]
    b[..., 3, 1::2] = gradients[..., 0]
    if values is not None and radius is not None:
        size = 1.0 / np.abs(gradients).max(axis=(-1, -2))
        on_axis = radius <= 1e-9 * size
        safe = np.where(on_axis, 1.0, radius)
        b[..., 2, 0::2] = np.where(on_axis[..., None], gradients[..., 0], values / safe[..., None])
    return b


def element_dofs(cells: Ints) -> Ints:
    """The 12 degrees of freedom (m, 12) of each element."""
    dofs: Ints = (2 * cells[:, :, None] + np.arange(2)).reshape(len(cells), 12)
    return dofs


@dataclass(frozen=True, kw_only=True)
class FacetOwners:
    """The element behind each facet: ``elements`` (k,), its local edge ``edges`` (k,), counter-clockwise nodes (k, 3)."""

    elements: Ints
    edges: Ints
    nodes: Ints


def outer_facets(cells: Ints) -> Ints:
    """Facets (k, 3) that belong to one element only, as nodes (end, end, mid), counter-clockwise about the solid."""
    edges = cells[:, _EDGE_NODES].reshape(-1, 3)
    _, first, count = np.unique(edges[:, 2], return_index=True, return_counts=True)
    outer: Ints = edges[np.sort(first[count == 1])]
    return outer


def facet_owners(mesh: MeshLike, facets: Ints, name: str = "") -> FacetOwners:
    """The element that owns each facet of the outer surface.

    Raises
    ------
    InputError
        When there are no facets, or one is not an edge of an element, or lies between two elements.
    """
    label = f"boundary {name!r}" if name else "the boundary"
    facets = np.asarray(facets, dtype=np.int64).reshape(-1, 3)
    if len(facets) == 0:
        raise InputError(f"{label} has no facets: nothing would act there")
    edges = mesh.cells[:, _EDGE_NODES].reshape(-1, 3)
    edge_of = np.full(len(mesh.points), -1, dtype=np.int64)
    edge_of[edges[:, 2]] = np.arange(len(edges))
    count = np.bincount(edges[:, 2], minlength=len(mesh.points))[facets[:, 2]]
    if np.any(count == 0):
        raise InputError(f"{label}: facet {facets[np.argmin(count)].tolist()} is not an edge of any element")
    if np.any(count > 1):
        raise InputError(
            f"{label}: facet {facets[np.argmax(count)].tolist()} lies inside the solid, between two elements"
        )
    found = edge_of[facets[:, 2]]
    nodes = edges[found]
    if not np.array_equal(np.sort(nodes[:, :2], axis=1), np.sort(facets[:, :2], axis=1)):
        raise InputError(f"{label}: the ends of a facet are not those of the element edge with the same mid-side node")
    return FacetOwners(elements=found // 3, edges=found % 3, nodes=nodes)


def edge_shape(s: Floats) -> tuple[Floats, Floats]:
    """Values and derivatives (q, 3) of the quadratic shape functions (end, end, mid) along an edge, 0 <= s <= 1."""
    values = np.stack([(1 - s) * (1 - 2 * s), s * (2 * s - 1), 4 * s * (1 - s)], axis=-1)
    slopes = np.stack([4 * s - 3, 4 * s - 1, 4 - 8 * s], axis=-1)
    return values, slopes


def edge_to_local(edges: Ints, s: Floats) -> Floats:
    """Local coordinates (..., 2) of the points ``s`` along the local edges, counter-clockwise."""
    xi = np.choose(edges, [s, 1 - s, np.zeros_like(s)])
    eta = np.choose(edges, [np.zeros_like(s), s, 1 - s])
    return np.stack([xi, eta], axis=-1)


@dataclass(frozen=True, kw_only=True)
class SurfacePoints:
    """Points on facets, seen from the element behind: so a node between two facets appears twice.

    ``points`` (p, 2) [m], ``normals`` (p, 2) out of the solid, ``elements`` (p,), ``local`` (p, 2), ``facets`` (p,)
    index of the facet among those given.
    """

    points: Floats
    normals: Floats
    elements: Ints
    local: Floats
    facets: Ints


def surface_points(mesh: MeshLike, facets: Ints, per_facet: int = 3, name: str = "") -> SurfacePoints:
    """Evenly spaced points on facets, both ends included: 3 are the nodes, 5 the nodes and the points between.

    Parameters
    ----------
    mesh : NamedMesh
    facets : (k, 3)
    per_facet : int
        At least 2.
    """
    owners = facet_owners(mesh, facets, name)
    s = np.linspace(0.0, 1.0, per_facet)
    values, slopes = edge_shape(s)
    corners = mesh.points[owners.nodes]
    tangents = np.einsum("qi,kid->kqd", slopes, corners)
    tangents /= np.linalg.norm(tangents, axis=-1, keepdims=True)
    normals = np.stack([tangents[..., 1], -tangents[..., 0]], axis=-1)
    k = len(owners.elements)
    return SurfacePoints(
        points=np.einsum("qi,kid->kqd", values, corners).reshape(-1, 2),
        normals=normals.reshape(-1, 2),
        elements=np.repeat(owners.elements, per_facet),
        local=edge_to_local(owners.edges[:, None], np.broadcast_to(s, (k, per_facet))).reshape(-1, 2),
        facets=np.repeat(np.arange(k), per_facet),
    )
