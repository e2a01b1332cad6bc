"""The line along which a crack in space ends: its vertices in order, its directions, and places beside it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.crack_fields import TipFrame
from tubewall.fem.crack_tip import facet_normals, upper_normal
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.surface_points import among, nodes_of
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A front: its vertices (f,), the middle nodes behind each (f - 1 or f,) or none, and lengths [m]."""

    vertices: Ints
    middles: Ints | None
    closed: bool
    along: Floats
    length: float


def front_edges(mesh: SolidMesh, faces: tuple[str, ...], front: str | None, symmetric: bool) -> Ints:
    """Edges (e, 2) or (e, 3) of the front."""
    if front is not None:
        mesh.edge_nodes(front)
        return mesh.edges[front]
    first, *others = faces
    own = mesh.boundary(first)
    rim = _rim_edges(mesh, own)
    if others and not symmetric:
        shared = np.intersect1d(mesh.boundary_nodes(first), mesh.boundary_nodes(others[0]))
        return rim[np.isin(rim, shared).all(axis=1)]
    # the face goes on in the plane of symmetry: the same edge is at the rim of what else lies in that plane
    outer = mesh.outer_facets
    normal: Floats = facet_normals(mesh, own).sum(axis=0)
    normal = normal / np.linalg.norm(normal)
    rest = outer[~among(outer, own)]
    plane = rest[facet_normals(mesh, rest) @ normal > 1 - 1e-6]
    if len(plane) == 0:
        return rim[:0]
    return rim[np.isin(rim, nodes_of(mesh, plane)).all(axis=1)]


def _rim_edges(mesh: SolidMesh, pairs: Ints) -> Ints:
    """Edges (e, 2 or 3), with their middle nodes last, that only one of the facets has."""
    found = [
        group.nodes[:, CELLS[group.kind].edges].reshape(-1, CELLS[group.kind].edges.shape[1])
        for group in mesh.facet_groups(pairs)
    ]
    edges = np.concatenate(found)
    _, first, count = np.unique(np.sort(edges[:, :2], axis=1), axis=0, return_index=True, return_counts=True)
    rim: Ints = edges[first[count == 1]]
    return rim


def front_line(mesh: SolidMesh, edges: Ints, faces: tuple[str, ...]) -> Line:
    """The edges in their order."""
    names = ", ".join(map(repr, faces))
    if len(edges) == 0:
        raise InputError(f"no front was found where the faces {names} end: name the edge of the mesh that is the front")
    touching: dict[int, list[int]] = {}
    for number, edge in enumerate(edges):
        for node in edge[:2]:
            touching.setdefault(int(node), []).append(number)
    ends = sorted(node for node, found in touching.items() if len(found) == 1)
    if any(len(found) > 2 for found in touching.values()) or len(ends) not in (0, 2):
        raise InputError(f"the front of the faces {names} must be one line or one loop of edges without branches")
    at = ends[0] if ends else int(edges[0, 0])
    vertices, middles, left = [at], [], set(range(len(edges)))
    while True:
        following = [number for number in touching[at] if number in left]
        if not following:
            break
        left.discard(following[0])
        edge = edges[following[0]]
        at = int(edge[1] if edge[0] == at else edge[0])
        vertices.append(at)
        if len(edge) > 2:
            middles.append(int(edge[2]))
    if left:
        raise InputError(f"the front of the faces {names} is in several pieces: name each as a crack of its own")
    closed = not ends
    if closed:
        vertices.pop()
    line = Line(
        vertices=np.array(vertices), middles=np.array(middles) if middles else None, closed=closed,
        along=np.zeros(0), length=0.0,
    )  # fmt: skip
    steps = np.linalg.norm(np.diff(polyline_of(mesh, line), axis=0), axis=1)
    steps = steps.reshape(-1, 2).sum(axis=1) if middles else steps
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return Line(
        vertices=line.vertices,
        middles=line.middles,
        closed=closed,
        along=along[: len(line.vertices)],
        length=float(along[-1]),
    )


def polyline_of(mesh: SolidMesh, line: Line) -> Floats:
    """Points of the front in order, middle nodes included; a loop ends where it starts."""
    vertices = np.append(line.vertices, line.vertices[0]) if line.closed else line.vertices
    if line.middles is None:
        return mesh.points[vertices]
    both = np.empty(2 * len(vertices) - 1, dtype=np.int64)
    both[::2], both[1::2] = vertices, line.middles
    return mesh.points[both]


def front_frame(mesh: SolidMesh, line: Line, i: int, face: str) -> TipFrame:
    """Directions and curvature at the vertex ``i``, from the circle through it and its neighbours.

    Raises
    ------
    InputError
        When the front does not touch ``face`` there.
    """
    n = len(line.vertices)
    if line.closed:
        around, here = [(i - 1) % n, i, (i + 1) % n], 1
    else:
        first = min(max(i - 1, 0), max(n - 3, 0))
        around = list(range(first, min(first + 3, n)))
        here = i - first
    points = mesh.points[line.vertices[around]]
    point = points[here]
    tangent, arm = _circle(points, here)
    up = upper_normal(mesh, face, int(line.vertices[i]))
    if up is None:
        raise InputError(f"the front at {point.tolist()} m does not touch the face {face!r} of the crack")
    up = up - tangent * (up @ tangent)
    up /= np.linalg.norm(up)
    ahead = np.cross(up, tangent)
    beside = [
        mesh.points[group.nodes[(group.nodes == line.vertices[i]).any(axis=1)]].reshape(-1, 3)
        for group in mesh.facet_groups(mesh.boundary(face))
    ]
    if (np.concatenate(beside).mean(axis=0) - point) @ ahead > 0:
        ahead, tangent = -ahead, -tangent
    return TipFrame(point=point, axes=np.array([ahead, up, tangent]), curvature=np.array([arm @ ahead, arm @ up]))


def _circle(points: Floats, here: int) -> tuple[Floats, Floats]:
    """Tangent of the circle through three points at one of them, and its arm over the square of the radius; two: straight."""
    if len(points) == 2:
        chord = points[1] - points[0]
        return chord / np.linalg.norm(chord), np.zeros(3)
    a, b = points[1] - points[0], points[2] - points[0]
    normal = np.cross(a, b)
    area = normal @ normal
    if area <= 1e-16 * (a @ a) * (b @ b):
        return b / np.linalg.norm(b), np.zeros(3)
    # the centre of the circle, from the first point
    centre = np.cross((a @ a) * b - (b @ b) * a, normal) / (2 * area)
    arm = points[here] - points[0] - centre
    tangent = np.cross(normal, arm)
    return tangent / np.linalg.norm(tangent), arm / (arm @ arm)


def project(points: Floats, polyline: Floats) -> tuple[Floats, Floats]:
    """Distance (n,) of points from the front, and where along it the nearest place is (n,)."""
    best, along = np.full(len(points), np.inf), np.zeros(len(points))
    passed = 0.0
    for start, end in itertools.pairwise(polyline):
        chord = end - start
        length = float(np.linalg.norm(chord))
        share = np.clip((points - start) @ chord / length**2, 0.0, 1.0)
        away = np.linalg.norm(points - start - share[:, None] * chord, axis=1)
        nearer = away < best
        best[nearer], along[nearer] = away[nearer], passed + share[nearer] * length
        passed += length
    return best, along


def apart(one: Floats, other: Floats, line: Line) -> Floats:
    """How far places along a front are from each other, the short way round a loop [m]."""
    away: Floats = np.abs(one - other)
    return np.minimum(away, line.length - away) if line.closed else away


def hat_at(line: Line, i: int, along: Floats) -> tuple[Floats, float]:
    """1 at the vertex ``i`` falling to 0 at its neighbours, at places along the front; and its integral [m]."""
    n, s = len(line.vertices), line.along
    back = s[i] - s[i - 1] if i > 0 else (line.length - s[-1] if line.closed else 0.0)
    ahead = s[i + 1] - s[i] if i < n - 1 else (line.length - s[i] if line.closed else 0.0)
    offset = along - s[i]
    if line.closed:
        offset = (offset + line.length / 2) % line.length - line.length / 2
    size = np.where(offset < 0, back, ahead)
    hat = np.where(
        size > 0,
        1 - np.abs(offset) / np.where(size > 0, size, 1.0),
        np.where(np.abs(offset) <= 1e-9 * line.length, 1.0, 0.0),
    )
    return np.clip(hat, 0.0, 1.0), float(back + ahead) / 2
