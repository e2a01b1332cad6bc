"""Shape functions and quadrature of scikit-fem's elements, in the node order of the mesh."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from skfem.element import Element

    from tubewall.geometry.solid_mesh import FacetGroup

_ELEMENT: Final = {
    "line": "ElementLineP1",
    "line3": "ElementLineP2",
    "triangle": "ElementTriP1",
    "triangle6": "ElementTriP2",
    "quad": "ElementQuad1",
    "quad9": "ElementQuad2",
    "tetra": "ElementTetP1",
    "tetra10": "ElementTetP2",
    "hexahedron": "ElementHex1",
    "hexahedron27": "ElementHex2",
    "wedge": "ElementWedge1",
}
_DOMAIN: Final = {"line": "RefLine", "triangle": "RefTri", "quad": "RefQuad", "tetra": "RefTet", "hexahedron": "RefHex"}


def element_of(kind: str) -> Element:
    """scikit-fem's element of a kind of cell; wedge18 has none (it is a product, see ``shape_table``)."""
    import skfem.element

    return getattr(skfem.element, _ELEMENT[kind])()


@functools.lru_cache(maxsize=32)
def node_order(kind: str) -> Ints:
    """Which of scikit-fem's local degrees of freedom is the function of each node of the mesh's cell, (k,)."""
    values, _ = _table(element_of(kind), np.array(CELLS[kind].nodes))
    order: Ints = np.argmax(values, axis=1).astype(np.int64)
    if not np.allclose(values[:, order], np.eye(len(order)), atol=1e-12):
        raise AssertionError(f"scikit-fem's element for {kind} is not nodal")
    order.setflags(write=False)
    return order


def _table(element: Any, local: Floats) -> tuple[Floats, Floats]:
    x = np.ascontiguousarray(local.T)
    count = len(element.doflocs)
    values = np.empty((len(local), count))
    gradients = np.empty((len(local), count, local.shape[1]))
    for i in range(count):
        phi, dphi = element.lbasis(x, i)
        values[:, i] = phi
        gradients[:, i] = np.broadcast_to(np.asarray(dphi, dtype=np.float64), x.shape).T
    return values, gradients


def shape_table(kind: str, local: Floats) -> tuple[Floats, Floats]:
    """Shape functions of a kind of cell at local points.

    Parameters
    ----------
    kind : str
        A key of ``CELLS``.
    local : (q, dim)
        Reference coordinates.

    Returns
    -------
    values : (q, k)
    gradients : (q, k, dim)
        By the reference coordinates.
    """
    points = np.atleast_2d(np.asarray(local, dtype=np.float64))
    if kind == "wedge18":
        return _quadratic_wedge(points)
    order = node_order(kind)
    values, gradients = _table(element_of(kind), points)
    return values[:, order], gradients[:, order]


def _quadratic_wedge(local: Floats) -> tuple[Floats, Floats]:
    """scikit-fem's quadratic triangle times its quadratic line."""
    flat, flat_gradients = shape_table("triangle6", local[:, :2])
    line, line_gradients = shape_table("line3", local[:, 2:])
    nodes = CELLS["wedge18"].nodes
    across = nearest_nodes(CELLS["triangle6"].nodes, nodes[:, :2])
    along = nearest_nodes(CELLS["line3"].nodes, nodes[:, 2:])
    gradients = np.empty((len(local), len(nodes), 3))
    gradients[:, :, :2] = flat_gradients[:, across] * line[:, along, None]
    gradients[:, :, 2] = flat[:, across] * line_gradients[:, along, 0]
    return flat[:, across] * line[:, along], gradients


def nearest_nodes(places: Floats, points: Floats) -> Ints:
    """Which of ``places`` (k, d) each of ``points`` (n, d) is nearest to, (n,)."""
    found: Ints = np.argmin(np.linalg.norm(points[:, None] - places[None], axis=2), axis=1)
    return found


def into_cell(group: FacetGroup, on: Floats) -> Floats:
    """Points (q, d) of the facets of a group in the reference coordinates (q, dim) of their cells."""
    cell = CELLS[group.cell_kind]
    values, _ = shape_table(group.kind, on)
    inside: Floats = values @ cell.nodes[list(cell.facets[group.local].nodes)]
    return inside


@functools.lru_cache(maxsize=64)
def rule(kind: str, order: int) -> tuple[Floats, Floats]:
    """scikit-fem's quadrature of polynomial degree ``order``: points (q, dim) and weights (q,) that sum to the volume."""
    first = CELLS[kind].first
    if first == "wedge":
        flat, flat_weights = rule("triangle", order)
        line, line_weights = rule("line", order)
        local = np.column_stack((np.repeat(flat, len(line), axis=0), np.tile(line, (len(flat), 1))))
        weights = np.outer(flat_weights, line_weights).ravel()
    else:
        import skfem.refdom
        from skfem.quadrature import get_quadrature

        points, given = get_quadrature(getattr(skfem.refdom, _DOMAIN[first]), order)
        local, weights = np.ascontiguousarray(points.T), np.ascontiguousarray(given)
    local.setflags(write=False)
    weights.setflags(write=False)
    return local, weights
