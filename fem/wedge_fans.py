"""The elements around a vertex or an edge of a mesh, in the order of their angles, and the runs that share faces."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One element at the corner, from its face at the angle ``start`` [rad] on over ``width`` [rad].

    ``sides`` are the local numbers of the two faces at the corner, the second further round than the first, ``keys`` their
    vertices.
    """

    element: int
    sides: tuple[int, int]
    keys: tuple[frozenset[int], frozenset[int]]
    start: float
    width: float


def edges_at(mesh: SolidMesh, nodes: Ints) -> Iterator[tuple[int, int | None]]:
    """Each node in the plane; in space each node with the other end of each mesh edge that starts there."""
    if mesh.dim == 2:
        for node in nodes:
            yield int(node), None
        return
    found = set()
    for block in mesh.blocks:
        cell = CELLS[block.kind]
        ends = block.cells[:, cell.edges[:, :2]].reshape(-1, 2)
        for a, b in ends[np.isin(ends, nodes).any(axis=1)]:
            found |= {(int(p), int(q)) for p, q in ((a, b), (b, a)) if p in nodes}
    yield from sorted(found)


def _tangents(mesh: SolidMesh, block: int, row: int, side: int, node: int, other: int | None) -> tuple[Floats, Floats]:
    """At ``node``: the direction into a facet from its corner, and along its edge to ``other`` (zero in the plane)."""
    cell = CELLS[mesh.blocks[block].kind]
    facet = cell.facets[side]
    nodes = mesh.blocks[block].cells[row, list(facet.nodes)]
    kind = CELLS[facet.kind]
    here = kind.nodes[int(np.flatnonzero(nodes == node)[0])]
    _, slopes = shape_table(facet.kind, here[None])
    map_ = mesh.points[nodes].T @ slopes[0]
    centre = kind.nodes[: kind.vertices].mean(axis=0)
    into = map_ @ (centre - here)
    if np.linalg.norm(into) < 1e-9 * np.ptp(mesh.points[nodes], axis=0).max():
        # a quarter-point side: its map has no slope at the tip
        into = mesh.points[nodes[: kind.vertices]].mean(axis=0) - mesh.points[node]
    if other is None:
        return into, np.zeros(mesh.dim)
    there = kind.nodes[int(np.flatnonzero(nodes == other)[0])]
    return into, map_ @ (there - here)


def frame_at(mesh: SolidMesh, node: int, other: int | None) -> Floats:
    """Rows: two directions that span the plane of the corner, and its normal."""
    if other is None:
        return np.eye(3)
    block, row, side = next((b, r, s) for b, r, s in _facets(mesh, node, other))
    _, along = _tangents(mesh, block, row, side, node, other)
    along = along / np.linalg.norm(along)
    first = np.eye(3)[int(np.argmin(np.abs(along)))]
    first = first - along * (first @ along)
    first /= np.linalg.norm(first)
    rows: Floats = np.array([first, np.cross(along, first), along], dtype=np.float64)
    return rows


def _facets(mesh: SolidMesh, node: int, other: int | None) -> Iterator[tuple[int, int, int]]:
    """Block, row and side of all facets with the vertex ``node`` (and ``other``), element by element."""
    for number, block in enumerate(mesh.blocks):
        cell = CELLS[block.kind]
        vertices = block.cells[:, : cell.vertices]
        touching = (vertices == node).any(axis=1)
        if other is not None:
            touching &= (vertices == other).any(axis=1)
        for row in np.flatnonzero(touching):
            for side, facet in enumerate(cell.facets):
                nodes = block.cells[row, list(facet.nodes)]
                if node in nodes and (other is None or other in nodes):
                    yield number, int(row), side


def slices_at(mesh: SolidMesh, node: int, other: int | None, frame: Floats) -> list[Slice]:
    """All elements with the vertex ``node`` (and, in space, ``other``) as they lie in the plane of ``frame`` (3, 3)."""
    sides: dict[int, list[tuple[int, frozenset[int], float]]] = {}
    for block, row, side in _facets(mesh, node, other):
        cell = CELLS[mesh.blocks[block].kind]
        facet = cell.facets[side]
        into, _ = _tangents(mesh, block, row, side, node, other)
        x, y = frame[:2, : mesh.dim] @ into
        key = frozenset(int(mesh.blocks[block].cells[row, n]) for n in facet.nodes if n < cell.vertices)
        sides.setdefault(int(mesh.starts[block]) + row, []).append((side, key, math.atan2(y, x)))
    slices = []
    for element, (one, two) in sides.items():
        width = (two[2] - one[2]) % (2 * math.pi)
        first, second = (one, two) if width < math.pi else (two, one)
        slices.append(
            Slice(
                element=element,
                sides=(first[0], second[0]),
                keys=(first[1], second[1]),
                start=first[2],
                width=min(width, 2 * math.pi - width),
            )
        )
    return slices


def fans_of(slices: list[Slice]) -> Iterator[tuple[list[Slice], bool]]:
    """Runs of elements that share faces, and whether each closes upon itself."""
    begin = {piece.keys[0]: piece for piece in slices}
    ends = {piece.keys[1] for piece in slices}
    left = dict(begin)
    starts = [piece for key, piece in begin.items() if key not in ends]
    while left:
        closed = not starts
        piece: Slice | None = next(iter(left.values())) if closed else starts.pop()
        fan = []
        while piece is not None and piece.keys[0] in left:
            fan.append(left.pop(piece.keys[0]))
            piece = begin.get(piece.keys[1])
        yield fan, closed
