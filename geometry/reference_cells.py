"""The cells that a mesh may be made of: their nodes, facets and edges in the order of meshio (and VTK).

Every cell is mapped from a reference cell: the simplex x, y, z >= 0 with sum <= 1, the unit square or cube, or the unit
triangle times the unit interval, as in scikit-fem. Second-order cells are complete Lagrange cells; the serendipity kinds
quad8, hexahedron20 and wedge15 are raised to them when a mesh is read, which keeps their geometry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Facet:
    """One side of a cell: its kind and its local nodes in that kind's own order, turned so that the normal points out."""

    kind: str
    nodes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ReferenceCell:
    """A kind of cell.

    Attributes
    ----------
    kind : str
        meshio's name.
    dim, order : int
    vertices : int
        How many of the nodes, the first ones, are vertices.
    nodes : (k, dim)
        Reference coordinates.
    facets : tuple of Facet
    edges : (e, 3) or (e, 2)
        Local nodes (end, end, middle) of the edges; without the middle in first-order cells.
    faces : mapping of a node to the nodes it is the centre of
        The face and cell centres of second-order cells: the corner nodes of that face or cell.
    first, second : str
        The kinds of the same shape of first and second order.
    """

    kind: str
    dim: int
    order: int
    vertices: int
    nodes: Floats
    facets: tuple[Facet, ...]
    edges: Ints
    faces: Mapping[int, tuple[int, ...]]
    first: str
    second: str


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """What both orders of a shape share: corners, edges, and faces as loops of corners with the normal outward."""

    first: str
    second: str
    corners: tuple[tuple[float, ...], ...]
    edges: tuple[tuple[int, int], ...]
    faces: tuple[tuple[int, ...], ...] = ()
    # nodes of the second order that are centres, as loops of corners, in meshio's order
    centres: tuple[tuple[int, ...], ...] = ()


_CUBE = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))
_CUBE_FACES = ((0, 4, 7, 3), (1, 2, 6, 5), (0, 1, 5, 4), (3, 7, 6, 2), (0, 3, 2, 1), (4, 5, 6, 7))
_SHAPES: Final = (
    _Shape(first="line", second="line3", corners=((0,), (1,)), edges=((0, 1),)),
    _Shape(
        first="triangle",
        second="triangle6",
        corners=((0, 0), (1, 0), (0, 1)),
        edges=((0, 1), (1, 2), (2, 0)),
    ),
    _Shape(
        first="quad",
        second="quad9",
        corners=((0, 0), (1, 0), (1, 1), (0, 1)),
        edges=((0, 1), (1, 2), (2, 3), (3, 0)),
        centres=((0, 1, 2, 3),),
    ),
    _Shape(
        first="tetra",
        second="tetra10",
        corners=((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)),
        edges=((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)),
        faces=((0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)),
    ),
    _Shape(
        first="hexahedron",
        second="hexahedron27",
        corners=_CUBE,
        edges=tuple(zip((0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3), (1, 2, 3, 0, 5, 6, 7, 4, 4, 5, 6, 7), strict=True)),
        faces=_CUBE_FACES,
        centres=(*_CUBE_FACES, (0, 1, 2, 3, 4, 5, 6, 7)),
    ),
    _Shape(
        first="wedge",
        second="wedge18",
        corners=((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 1)),
        edges=((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)),
        faces=((0, 2, 1), (3, 4, 5), (0, 1, 4, 3), (1, 2, 5, 4), (2, 0, 3, 5)),
        centres=((0, 1, 4, 3), (1, 2, 5, 4), (2, 0, 3, 5)),
    ),
)
_FACE_KIND: Final = {(1, 1): "vertex", (2, 1): "line", (3, 1): "triangle", (4, 1): "quad"}
_FACE_KIND_2: Final = {1: "vertex", 2: "line3", 3: "triangle6", 4: "quad9"}


def _loops(shape: _Shape) -> tuple[tuple[int, ...], ...]:
    """The facets of a shape as loops of corners."""
    if shape.faces:
        return shape.faces
    if len(shape.corners[0]) == 1:
        return ((0,), (1,))
    return shape.edges


def _first_order(shape: _Shape) -> ReferenceCell:
    return ReferenceCell(
        kind=shape.first,
        dim=len(shape.corners[0]),
        order=1,
        vertices=len(shape.corners),
        nodes=_frozen(np.array(shape.corners, dtype=np.float64)),
        facets=tuple(Facet(kind=_FACE_KIND[len(loop), 1], nodes=loop) for loop in _loops(shape)),
        edges=np.array(shape.edges, dtype=np.int64),
        faces=MappingProxyType({}),
        first=shape.first,
        second=shape.second,
    )


def _second_order(shape: _Shape) -> ReferenceCell:
    corners = np.array(shape.corners, dtype=np.float64)
    n = len(corners)
    middle = {frozenset(edge): n + i for i, edge in enumerate(shape.edges)}
    centre = {frozenset(loop): n + len(shape.edges) + i for i, loop in enumerate(shape.centres)}
    added = [corners[list(group)].mean(axis=0) for group in (*shape.edges, *shape.centres)]

    def nodes(loop: tuple[int, ...]) -> tuple[int, ...]:
        if len(loop) == 1:
            return loop
        sides = [middle[frozenset((loop[0], loop[1]))]] if len(loop) == 2 else []
        if len(loop) > 2:
            sides = [middle[frozenset((a, b))] for a, b in zip(loop, loop[1:] + loop[:1], strict=True)]
        return (*loop, *sides, *([centre[frozenset(loop)]] if len(loop) == 4 else []))

    edges = [(a, b, middle[frozenset((a, b))]) for a, b in shape.edges]
    return ReferenceCell(
        kind=shape.second,
        dim=corners.shape[1],
        order=2,
        vertices=n,
        nodes=_frozen(np.vstack([corners, *added])),
        facets=tuple(Facet(kind=_FACE_KIND_2[len(loop)], nodes=nodes(loop)) for loop in _loops(shape)),
        edges=np.array(edges, dtype=np.int64),
        faces=MappingProxyType({centre[frozenset(loop)]: loop for loop in shape.centres}),
        first=shape.first,
        second=shape.second,
    )


def _frozen(values: Floats) -> Floats:
    values.setflags(write=False)
    return values


#: Every kind of cell by meshio's name.
CELLS: Final[Mapping[str, ReferenceCell]] = MappingProxyType(
    {cell.kind: cell for shape in _SHAPES for cell in (_first_order(shape), _second_order(shape))}
)


def _exponents(cell: ReferenceCell) -> Ints:
    """Powers (k, dim) of the monomials that span the shape functions of a cell."""
    grid = np.stack(np.meshgrid(*[np.arange(cell.order + 1)] * cell.dim, indexing="ij"), axis=-1).reshape(-1, cell.dim)
    if cell.first in ("triangle", "tetra"):
        grid = grid[grid.sum(axis=1) <= cell.order]
    elif cell.first == "wedge":
        grid = grid[grid[:, :2].sum(axis=1) <= cell.order]
    powers: Ints = grid.astype(np.int64)
    return powers


def lagrange(kind: str, local: Floats) -> tuple[Floats, Floats]:
    """Values (q, k) and reference gradients (q, k, dim) of the Lagrange shape functions of a kind at ``local`` (q, dim)."""
    cell = CELLS[kind]
    powers = _exponents(cell)
    at = np.asarray(local, dtype=np.float64)

    def monomials(points: Floats, exponents: Ints) -> Floats:
        product: Floats = np.prod(points[:, None, :] ** exponents[None], axis=2)
        return product

    inverse = np.linalg.inv(monomials(cell.nodes, powers))
    gradients = np.empty((len(at), len(powers), cell.dim))
    for axis in range(cell.dim):
        lowered = powers.copy()
        lowered[:, axis] = np.maximum(lowered[:, axis] - 1, 0)
        gradients[:, :, axis] = (monomials(at, lowered) * powers[:, axis]) @ inverse
    return monomials(at, powers) @ inverse, gradients
