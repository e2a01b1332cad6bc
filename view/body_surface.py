"""What a picture of a solved body is drawn from: its surface cut into small triangles, with values from the basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.quantities import parse_quantity
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# triangles of a picture, about: more take a software renderer seconds
_MOST: Final = 400_000
# two facets that meet at more than this angle [degrees] have an edge drawn between them
_SHARP: Final = 30.0


@dataclass(frozen=True, kw_only=True, eq=False)
class BodySurface:
    """The surface of a body (a plane body: all of it) as straight triangles.

    Attributes
    ----------
    points, displacement : (n, dim)
        [m]
    values : (n,)
        The quantity; it may jump from element to element.
    triangles : (m, 3)
    lines : tuple of (points (k, dim), displacement (k, dim))
        Outlines, sharp edges and interfaces between regions.
    normals : (n, dim)
        Out of the body; zero in a plane body.
    """

    points: Floats
    displacement: Floats
    values: Floats
    triangles: Ints
    lines: tuple[tuple[Floats, Floats], ...]
    normals: Floats


def body_surface(solution: FieldSolution, quantity: str) -> BodySurface:
    """The surface of a solved body with the values of a quantity such as "von mises".

    Raises
    ------
    UnknownNameError
        For a quantity that does not exist.
    """
    wanted = parse_quantity(quantity)
    mesh = solution.model.discrete.mesh
    faces = _faces(mesh)
    count = sum(len(elements) for elements, *_ in faces)
    splits = int(np.clip(np.sqrt(_MOST / (2 * max(count, 1))), 1, 4 if mesh.order == 2 else 2))
    points, moved, values, triangles, normals, start = [], [], [], [], [], 0
    for elements, kind, corners in faces:
        local, cut = _cut(CELLS[kind].first, splits)
        weights, _ = shape_table(CELLS[kind].first, local)
        places = weights @ corners
        fields = solution.evaluate(np.repeat(elements, len(places)), np.tile(places, (len(elements), 1)))
        points.append(fields.points)
        moved.append(fields.displacement)
        values.append(wanted.values(fields, solution.model.kinematics))
        offsets = start + len(places) * np.arange(len(elements))
        triangles.append((offsets[:, None, None] + cut[None]).reshape(-1, 3))
        normals.append(_normals(fields.points.reshape(len(elements), len(places), -1), cut))
        start += len(elements) * len(places)
    return BodySurface(
        points=np.concatenate(points),
        displacement=np.concatenate(moved),
        values=np.concatenate(values),
        triangles=np.concatenate(triangles),
        lines=_lines(solution),
        normals=np.concatenate(normals),
    )


def _faces(mesh: SolidMesh) -> list[tuple[Ints, str, Floats]]:
    """What is drawn: elements (k,), the kind of the face, and the local places (v, dim) of its corners in the element."""
    if mesh.dim == 2:
        found = []
        for number, block in enumerate(mesh.blocks):
            cell = CELLS[block.kind]
            elements = np.arange(mesh.starts[number], mesh.starts[number + 1])
            found.append((elements, block.kind, np.array(cell.nodes[: cell.vertices])))
        return found
    result = []
    for group in mesh.facet_groups(mesh.outer_facets):
        cell = CELLS[group.cell_kind]
        corners = [node for node in cell.facets[group.local].nodes if node < cell.vertices]
        result.append((group.elements, group.kind, np.array(cell.nodes[corners])))
    return result


def _cut(first: str, splits: int) -> tuple[Floats, Ints]:
    """Local corners (c, 2) and triangles (t, 3) of a triangle or square cut ``splits`` times a side."""
    n = splits + 1
    grid = np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), axis=-1).reshape(-1, 2)
    a = (np.arange(splits)[:, None] * n + np.arange(splits)).ravel()
    lower, upper = np.stack([a, a + n, a + 1], axis=1), np.stack([a + n, a + n + 1, a + 1], axis=1)
    if first == "quad":
        return grid / splits, np.concatenate([lower, upper])
    keep = grid.sum(axis=1) <= splits
    where = np.cumsum(keep) - 1
    triangles = np.concatenate([lower, upper])
    inside = keep[triangles].all(axis=1)
    return grid[keep] / splits, where[triangles[inside]]


def _normals(points: Floats, cut: Ints) -> Floats:
    """One mean normal for all corners (k, c, dim) of each face cut into triangles (t, 3), repeated (k c, dim)."""
    k, c, dim = points.shape
    if dim == 2:
        return np.zeros((k * c, 2))
    a, b, d = (points[:, cut[:, i]] for i in range(3))
    normal = np.cross(b - a, d - a).sum(axis=1)
    size = np.linalg.norm(normal, axis=1, keepdims=True)
    return np.repeat(normal / np.where(size > 0, size, 1.0), c, axis=0)


def _lines(solution: FieldSolution) -> tuple[tuple[Floats, Floats], ...]:
    mesh = solution.model.discrete.mesh
    edges = _outlines(mesh) if mesh.dim == 2 else _sharp_edges(mesh)
    if not len(edges):
        return ()
    kind = "line" if edges.shape[1] == 2 else "line3"
    local = np.linspace(0.0, 1.0, 2 if kind == "line" else 7)[:, None]
    weights, _ = shape_table(kind, local)
    points = np.einsum("qj,kjd->kqd", weights, mesh.points[edges])
    moved = np.einsum("qj,kjd->kqd", weights, solution.displacement[edges])
    return tuple(zip(points, moved, strict=True))


def _outlines(mesh: SolidMesh) -> Ints:
    """Outer facets of a plane mesh and those between regions, as nodes (k, 2) or (k, 3)."""
    pairs, face = mesh.all_facets
    region = mesh.region_index[pairs[:, 0]]
    low = np.full(face.max() + 1, np.iinfo(np.int64).max)
    high = np.full(face.max() + 1, -1)
    np.minimum.at(low, face, region)
    np.maximum.at(high, face, region)
    drawn = (np.bincount(face)[face] == 1) | ((low != high)[face] & (region == low[face]))
    return np.concatenate([group.nodes for group in mesh.facet_groups(pairs[drawn])])


def _sharp_edges(mesh: SolidMesh) -> Ints:
    """Edges of the surface of a body in space where it turns sharply or another region begins, as nodes (k, 2 or 3)."""
    ends, middles, normals, regions = [], [], [], []
    for group in mesh.facet_groups(mesh.outer_facets):
        cell = CELLS[group.kind]
        corners = mesh.points[group.nodes[:, : cell.vertices]]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, -1] - corners[:, 0])
        normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
        for edge in cell.edges:
            nodes = group.nodes[:, edge]
            ends.append(np.sort(nodes[:, :2], axis=1))
            middles.append(nodes)
            normals.append(normal)
            regions.append(mesh.region_index[group.elements])
    pairs, nodes, normal, region = (np.concatenate(part) for part in (ends, middles, normals, regions))
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    pairs, nodes, normal, region = pairs[order], nodes[order], normal[order], region[order]
    same = np.flatnonzero((pairs[1:] == pairs[:-1]).all(axis=1))
    turn = np.einsum("ki,ki->k", normal[same], normal[same + 1])
    sharp = (turn < np.cos(np.radians(_SHARP))) | (region[same] != region[same + 1])
    drawn: Ints = nodes[same[sharp]]
    return drawn
