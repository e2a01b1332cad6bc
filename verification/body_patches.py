"""The faces of a body that the eye sees, in the plane of the picture: smooth patches from the farthest to the nearest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.loads import Eigenstrain, TemperatureChange
from tubewall.fem.quantities import parse_quantity
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.verification.figure import Body

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# two faces that meet at more than this angle [degrees] belong to different patches
_SHARP: Final = 30.0
# small triangles of a picture, about
_MOST: Final = 6000
# a bent body is drawn with its largest displacement as this part of its size
_BENT: Final = 0.12


@dataclass(frozen=True, kw_only=True, eq=False)
class Patch:
    """A smooth face.

    Attributes
    ----------
    points : (n, 2)
        In the plane of the picture [m].
    triangles : (m, 3)
    values : (n,)
        The quantity, continuous within the patch; zero without one.
    edges : tuple of (k, 2)
        The edges of the elements, as lines.
    tone : int
        The number of its medium.
    """

    points: Array
    triangles: Ints
    values: Array
    edges: tuple[Array, ...]
    tone: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A body as it is seen.

    Attributes
    ----------
    patches : tuple of Patch
        From the farthest to the nearest.
    project : (dim, 2)
        Points times this are in the plane of the picture.
    nodes : (n,) bool
        Which nodes of the mesh the eye sees.
    points : (n, dim)
        Of the nodes, bent where the body is drawn bent [m].
    """

    patches: tuple[Patch, ...]
    project: Array
    nodes: NDArray[np.bool_]
    points: Array


def seen(body: Body) -> Seen:
    """Cut what is seen of a body into patches."""
    mesh = body.model.discrete.mesh
    points = mesh.points
    if body.shape is not None:
        points = points + body.shape * (_BENT * mesh.size / np.linalg.norm(body.shape, axis=1).max())
    project, towards = _projection(mesh.dim, body.view, body.turn)
    elements, corners, kinds = _faces(mesh, body)
    numbers = _media(body)
    media = numbers[mesh.region_index[elements]]
    group = _groups(mesh, corners, kinds, media)
    values = _nodal(body, elements, media, int(numbers.max()) + 1)
    splits = int(np.clip(np.sqrt(_MOST / (2 * max(len(elements), 1))), 2, 4)) if mesh.order == 2 else 1
    patches, depths, nodes = [], [], np.zeros(len(points), dtype=bool)
    for number in range(group.max() + 1):
        chosen = np.flatnonzero(group == number)
        tone = int(media[chosen[0]])
        made = _patch(points, corners, kinds, chosen, values[tone], tone, splits, project, towards)
        if made is None:
            continue
        patch, depth, faces = made
        patches.append(patch)
        depths.append(depth)
        for face in faces:
            nodes[corners[face]] = True
    order = np.argsort(depths, kind="stable")
    return Seen(patches=tuple(patches[i] for i in order), project=project, nodes=nodes, points=points)


def _projection(dim: int, view: tuple[float, float, float], turn: float) -> tuple[Array, Array | None]:
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    about = np.array([[c, s], [-s, c]])
    if dim == 2:
        return about, None
    towards = np.array(view) / np.linalg.norm(view)
    right = np.cross([0.0, 0.0, 1.0], towards)
    right /= np.linalg.norm(right)
    return np.column_stack([right, np.cross(towards, right)]) @ about, towards


def _faces(mesh: SolidMesh, body: Body) -> tuple[Ints, list[Ints], list[str]]:
    """The faces that may be seen: elements (f,), their nodes, and their kinds."""
    elements: list[Ints] = []
    corners: list[Ints] = []
    kinds: list[str] = []
    if mesh.dim == 3:
        for group in mesh.facet_groups(mesh.outer_facets if body.window is None else _cut_facets(mesh, body.window)):
            elements.append(group.elements)
            corners.extend(group.nodes)
            kinds.extend([group.kind] * len(group.nodes))
        return np.concatenate(elements), corners, kinds
    for block, start in zip(mesh.blocks, mesh.starts[:-1], strict=True):
        rows = np.arange(len(block.cells))
        if body.window is not None:
            rows = rows[body.window(mesh.points[block.cells].mean(axis=1))]
        elements.append(start + rows)
        corners.extend(block.cells[rows])
        kinds.extend([block.kind] * len(rows))
    return np.concatenate(elements), corners, kinds


def _cut_facets(mesh: SolidMesh, window: Callable[[Array], NDArray[np.bool_]]) -> Ints:
    """The outer facets of the part of a body in space whose elements lie in a window."""
    inside = np.concatenate([window(mesh.points[block.cells].mean(axis=1)) for block in mesh.blocks])
    pairs, face = mesh.all_facets
    kept = inside[pairs[:, 0]]
    pairs, face = pairs[kept], face[kept]
    outer: Ints = pairs[np.bincount(face)[face] == 1]
    return outer


def _media(body: Body) -> Ints:
    """A number for each region: the same for those of the same solid with the same loads of their own."""
    found: list[tuple[object, ...]] = []
    numbers = []
    own = [load for load in body.model.loads if isinstance(load, (Eigenstrain, TemperatureChange)) and load.region]
    for name in body.model.discrete.mesh.region_names:
        loads = (type(load).__name__ for load in own if load.region == name)
        key = (repr(body.model.solids[name].elastic), *loads)
        if key not in found:
            found.append(key)
        numbers.append(found.index(key))
    return np.array(numbers)


def _groups(mesh: SolidMesh, corners: list[Ints], kinds: list[str], media: Ints) -> Ints:
    """For each face the number of its patch: a plane body has one a medium."""
    if mesh.dim == 2:
        return np.asarray(np.unique(media, return_inverse=True)[1], dtype=np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends, faces, normals = [], [], np.empty((len(corners), 3))
    for face, (nodes, kind) in enumerate(zip(corners, kinds, strict=True)):
        cell = CELLS[kind]
        p = mesh.points[nodes[: cell.vertices]]
        normal = np.cross(p[1] - p[0], p[-1] - p[0])
        normals[face] = normal / np.linalg.norm(normal)
        pairs = np.sort(nodes[cell.edges[:, :2]], axis=1)
        ends.append(pairs)
        faces.append(np.full(len(pairs), face))
    pair, face_of = np.concatenate(ends), np.concatenate(faces)
    order = np.lexsort((face_of, pair[:, 1], pair[:, 0]))
    pair, face_of = pair[order], face_of[order]
    same = np.flatnonzero((pair[1:] == pair[:-1]).all(axis=1))
    a, b = face_of[same], face_of[same + 1]
    smooth = (np.einsum("ki,ki->k", normals[a], normals[b]) > np.cos(np.radians(_SHARP))) & (media[a] == media[b])
    a, b = a[smooth], b[smooth]
    links = coo_array((np.ones(len(a)), (a, b)), shape=(len(corners), len(corners)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _nodal(body: Body, elements: Ints, media: Ints, count_of_media: int) -> list[Array]:
    """The quantity at the nodes for each medium, the mean of its elements there, zero without a quantity."""
    mesh = body.model.discrete.mesh
    result = []
    for number in range(count_of_media):
        total, count = np.zeros(len(mesh.points)), np.zeros(len(mesh.points))
        mine = np.unique(elements[media == number])
        if body.solution is not None and body.quantity is not None:
            wanted = parse_quantity(body.quantity)
            for index, block in enumerate(mesh.blocks):
                inside = mine[mesh.block_of(mine) == index]
                if len(inside) == 0:
                    continue
                local = CELLS[block.kind].nodes
                fields = body.solution.evaluate(np.repeat(inside, len(local)), np.tile(local, (len(inside), 1)))
                found = wanted.values(fields, body.model.kinematics)
                nodes = block.cells[inside - mesh.starts[index]].ravel()
                known = np.isfinite(found)
                np.add.at(total, nodes[known], found[known])
                np.add.at(count, nodes[known], 1.0)
        result.append(total / np.maximum(count, 1.0))
    return result


def _patch(
    points: Array, corners: list[Ints], kinds: list[str], chosen: Ints, values: Array, tone: int, splits: int, project: Array,
    towards: Array | None,
) -> tuple[Patch, float, list[int]] | None:  # fmt: skip
    """The parts of a patch that face the eye, its mean height towards the eye, and its faces that are seen."""
    places, numbers, triangles, faces, edges = [], [], [], [], {}
    start = 0
    for face in chosen:
        nodes, cell = corners[face], CELLS[kinds[face]]
        table, cut = _table(kinds[face], splits)
        at = table @ points[nodes]
        if towards is not None:
            a, b, c = (at[cut[:, i]] for i in range(3))
            normal = np.cross(b - a, c - a)
            cut = cut[normal @ towards > 0.02 * np.linalg.norm(normal, axis=1)]
        if len(cut) == 0:
            continue
        places.append(at)
        numbers.append(table @ values[nodes])
        triangles.append(start + cut)
        faces.append(int(face))
        start += len(at)
        for edge in cell.edges:
            ends = nodes[edge]
            edges[tuple(sorted(int(n) for n in ends[:2]))] = ends
    if not faces:
        return None
    at, value, cut = np.concatenate(places), np.concatenate(numbers), np.concatenate(triangles)
    # the same place of two faces is one point
    size = float(np.ptp(at, axis=0).max())
    _, first, back = np.unique(np.round(at / (1e-6 * size)), axis=0, return_index=True, return_inverse=True)
    cut = back.reshape(-1)[cut]
    drawn = Patch(
        points=at[first] @ project,
        triangles=cut[(cut[:, 0] != cut[:, 1]) & (cut[:, 1] != cut[:, 2]) & (cut[:, 2] != cut[:, 0])],
        values=value[first],
        edges=tuple(_line(points[ends]) @ project for ends in edges.values()),
        tone=tone,
    )
    return drawn, float((at @ towards).mean()) if towards is not None else 0.0, faces


def _line(ends: Array) -> Array:
    return ends if len(ends) == 2 else np.asarray(_curve() @ ends)


@cache
def _curve() -> Array:
    return np.asarray(shape_table("line3", np.linspace(0.0, 1.0, 5)[:, None])[0])


@cache
def _table(kind: str, splits: int) -> tuple[Array, Ints]:
    """Shape functions (c, k) at the corners of the triangles (t, 3) that a face is cut into."""
    local, cut = _cut(CELLS[kind].first, splits)
    return np.asarray(shape_table(kind, local)[0]), cut


def _cut(first: str, splits: int) -> tuple[Array, Ints]:
    """Local points (c, 2) and triangles (t, 3) of a triangle or square cut ``splits`` times a side."""
    n = splits + 1
    grid = np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), axis=-1).reshape(-1, 2)
    a = (np.arange(splits)[:, None] * n + np.arange(splits)).ravel()
    triangles = np.concatenate([np.stack([a, a + n, a + 1], axis=1), np.stack([a + n, a + n + 1, a + 1], axis=1)])
    if first == "quad":
        return grid / splits, triangles
    keep = grid.sum(axis=1) <= splits
    where = np.cumsum(keep) - 1
    return grid[keep] / splits, where[triangles[keep[triangles].all(axis=1)]]
