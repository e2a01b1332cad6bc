"""Triangles and lines on a mesh as places in its elements: whatever is drawn there is evaluated, not interpolated."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS
from tubewall.view.scene_split import split_cell

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import FacetGroup, SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]

# two facets that meet at more than this angle [degrees] have an edge drawn between them
_SHARP: Final = 30.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """Triangles (m, 3) or segments (m, 2) whose corners are places in elements.

    Attributes
    ----------
    elements : (n,)
    local : (n, dim)
        In the element's reference cell.
    normals : (n, 3)
        Out of the undeformed body; zero where nothing is known.
    simplices : (m, 3) or (m, 2)
    """

    elements: Ints
    local: Floats
    normals: Floats
    simplices: Ints

    @classmethod
    def joined(cls, parts: list[Places], dim: int, corners: int = 3) -> Places:
        """Several as one."""
        if not parts:
            return cls(
                elements=np.zeros(0, dtype=np.int64),
                local=np.zeros((0, dim)),
                normals=np.zeros((0, 3)),
                simplices=np.zeros((0, corners), dtype=np.int64),
            )
        starts = np.cumsum([0, *(len(part.elements) for part in parts)])
        return cls(
            elements=np.concatenate([part.elements for part in parts]),
            local=np.concatenate([part.local for part in parts]),
            normals=np.concatenate([part.normals for part in parts]),
            simplices=np.concatenate([p.simplices + s for p, s in zip(parts, starts, strict=False)]),
        )

    def used(self, keep: Marks) -> Places:
        """Only the simplices that are marked (m,), with the places they need."""
        corners, index = np.unique(self.simplices[keep], return_inverse=True)
        return Places(
            elements=self.elements[corners],
            local=self.local[corners],
            normals=self.normals[corners],
            simplices=np.asarray(index, dtype=np.int64).reshape(-1, self.simplices.shape[1]),
        )


def located(mesh: SolidMesh, nodal: Floats, elements: Ints, local: Floats) -> Floats:
    """Values (p, c) at places from values (n, c) at the nodes, by the shape functions of the geometry."""
    result = np.empty((len(elements), nodal.shape[1]))
    block = mesh.block_of(elements)
    for number in np.unique(block):
        mine = np.flatnonzero(block == number)
        cells = mesh.blocks[number].cells
        for start in range(0, len(mine), 100_000):
            rows = mine[start : start + 100_000]
            weights = weights_at(mesh.blocks[number].kind, local[rows])
            here = nodal[cells[elements[rows] - mesh.starts[number]]]
            result[rows] = np.matmul(weights[:, None, :], here)[:, 0]
    return result


def weights_at(kind: str, local: Floats) -> Floats:
    """The shape functions (p, k) of a kind of cell at places (p, dim) of their own, from powers of the coordinates."""
    powers, inverse = _monomials(kind)
    table = [np.ones_like(local), local, local * local]
    product = np.stack([table[power][:, 0] for power in powers[:, 0]], axis=1)
    for axis in range(1, local.shape[1]):
        product *= np.stack([table[power][:, axis] for power in powers[:, axis]], axis=1)
    weights: Floats = product @ inverse
    return weights


@functools.cache
def _monomials(kind: str) -> tuple[Ints, Floats]:
    """Powers (k, dim) of the monomials that span the shape functions, and what makes these of those (k, k)."""
    cell = CELLS[kind]
    grid = np.stack(np.meshgrid(*[np.arange(cell.order + 1)] * cell.dim, indexing="ij"), axis=-1).reshape(-1, cell.dim)
    total = {"triangle": cell.dim, "tetra": cell.dim, "wedge": 2}.get(cell.first, 1)
    powers = np.asarray(grid[grid[:, :total].sum(axis=1) <= cell.order], dtype=np.int64)
    return powers, np.linalg.inv(np.prod(cell.nodes[:, None, :] ** powers[None], axis=2))


def surface_pairs(mesh: SolidMesh, kept: Marks) -> Ints:
    """Facets (k, 2) of the kept elements (e,) that no other kept element has."""
    if kept.all():
        return mesh.outer_facets
    pairs, face = mesh.all_facets
    inside = kept[pairs[:, 0]]
    pairs, face = pairs[inside], face[inside]
    alone: Ints = pairs[np.bincount(face)[face] == 1]
    return alone


def facet_places(mesh: SolidMesh, pairs: Ints, splits: int) -> Places:
    """Facets (k, 2) of a mesh in space, each cut ``splits`` times a side, with the normals of the curved facet."""
    parts = []
    for group in mesh.facet_groups(pairs):
        local, simplices = split_cell(CELLS[group.kind].first, splits)
        cell = CELLS[group.cell_kind]
        inner = [node for node in cell.facets[group.local].nodes if node < cell.vertices]
        weights, _ = shape_table(CELLS[group.kind].first, local)
        count = len(group.elements)
        parts.append(
            Places(
                elements=np.repeat(group.elements, len(local)),
                local=np.tile(weights @ np.array(cell.nodes[inner]), (count, 1)),
                normals=_normals(mesh, group, local).reshape(-1, 3),
                simplices=_repeated(simplices, len(local), count),
            )
        )
    return Places.joined(parts, mesh.dim)


def plane_places(mesh: SolidMesh, kept: Marks, splits: int) -> Places:
    """All kept elements (e,) of a plane mesh."""
    parts = []
    for number, block in enumerate(mesh.blocks):
        elements = np.arange(mesh.starts[number], mesh.starts[number + 1])
        elements = elements[kept[elements]]
        local, simplices = split_cell(CELLS[block.kind].first, splits)
        parts.append(
            Places(
                elements=np.repeat(elements, len(local)),
                local=np.tile(local, (len(elements), 1)),
                normals=np.tile([0.0, 0.0, 1.0], (len(elements) * len(local), 1)),
                simplices=_repeated(simplices, len(local), len(elements)),
            )
        )
    return Places.joined(parts, mesh.dim)


def edge_places(mesh: SolidMesh, pairs: Ints, splits: int) -> Places:
    """Segments along the edges of a surface (facets (k, 2)) where it turns sharply, ends, or another region begins."""
    keys, normals, regions, elements, ends = [], [], [], [], []
    for group in mesh.facet_groups(pairs):
        facet, cell = CELLS[group.kind], CELLS[group.cell_kind]
        nodes = np.array(cell.facets[group.local].nodes)
        for edge in facet.edges:
            middle = 0.5 * (facet.nodes[edge[0]] + facet.nodes[edge[1]])
            keys.append(np.sort(group.nodes[:, edge[:2]], axis=1))
            normals.append(_normals(mesh, group, middle[None])[:, 0])
            regions.append(mesh.region_index[group.elements])
            elements.append(group.elements)
            ends.append(np.broadcast_to(cell.nodes[nodes[edge[:2]]], (len(group.elements), 2, 3)))
    if not keys:
        return Places.joined([], mesh.dim, 2)
    key, normal, region, element, end = (np.concatenate(part) for part in (keys, normals, regions, elements, ends))
    first, index, count = np.unique(
        key[:, 0] * len(mesh.points) + key[:, 1], return_index=True, return_inverse=True, return_counts=True
    )[1:]
    drawn = count != 2
    low, high = np.full(len(first), np.iinfo(np.int64).max), np.full(len(first), -1)
    np.minimum.at(low, index, region)
    np.maximum.at(high, index, region)
    total = np.zeros((len(first), 3))
    np.add.at(total, index, normal)
    # two unit normals at an angle t add up to 2 cos(t / 2)
    drawn |= (low != high) | (np.linalg.norm(total, axis=1) < 2 * np.cos(np.radians(_SHARP / 2)))
    return _along(mesh.dim, element[first[drawn]], end[first[drawn]], splits)


def outline_places(mesh: SolidMesh, kept: Marks, splits: int) -> Places:
    """Segments along the outline of the kept elements (e,) of a plane mesh, and between its regions."""
    pairs, face = mesh.all_facets
    inside = kept[pairs[:, 0]]
    pairs, face = pairs[inside], face[inside]
    region = mesh.region_index[pairs[:, 0]]
    low = np.full(face.max() + 1, np.iinfo(np.int64).max)
    high = np.full(face.max() + 1, -1)
    np.minimum.at(low, face, region)
    np.maximum.at(high, face, region)
    drawn = (np.bincount(face)[face] == 1) | ((low != high)[face] & (region == low[face]))
    parts = []
    for group in mesh.facet_groups(pairs[drawn]):
        cell = CELLS[group.cell_kind]
        ends = cell.nodes[list(cell.facets[group.local].nodes[:2])]
        shape = (len(group.elements), 2, mesh.dim)
        parts.append(_along(mesh.dim, group.elements, np.broadcast_to(ends, shape), splits))
    return Places.joined(parts, mesh.dim, 2)


def _along(dim: int, elements: Ints, ends: Floats, splits: int) -> Places:
    """Edges, straight in the reference cell between ``ends`` (k, 2, dim), as ``splits`` segments each."""
    share = np.linspace(0.0, 1.0, splits + 1)[None, :, None]
    local = ends[:, None, 0] * (1 - share) + ends[:, None, 1] * share
    steps = np.stack([np.arange(splits), np.arange(1, splits + 1)], axis=1)
    return Places(
        elements=np.repeat(elements, splits + 1),
        local=local.reshape(-1, dim),
        normals=np.zeros((len(elements) * (splits + 1), 3)),
        simplices=_repeated(steps, splits + 1, len(elements)),
    )


def _normals(mesh: SolidMesh, group: FacetGroup, local: Floats) -> Floats:
    """Unit normals (k, q, 3) of facets at local places (q, 2) on them; zero where the map is singular."""
    _, slopes = shape_table(group.kind, local)
    tangents = np.einsum("kjd,qje->kqed", mesh.points[group.nodes], slopes, optimize=True)
    normal = np.cross(tangents[..., 0, :], tangents[..., 1, :])
    size = np.linalg.norm(normal, axis=-1, keepdims=True)
    unit: Floats = normal / np.where(size > 0, size, 1.0)
    return unit


def _repeated(simplices: Ints, corners: int, count: int) -> Ints:
    starts = corners * np.arange(count)
    return np.asarray((starts[:, None, None] + simplices[None]).reshape(-1, simplices.shape[1]), dtype=np.int64)
