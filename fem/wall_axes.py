"""Axes of a material that follow boundaries: along the wall, into the solid, and z."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

# facets that meet at less than this are pieces of one smooth wall, at more of an edge
_SMOOTH: Final = np.cos(np.radians(30.0))
# places of facets that a point is brought to (of curves, of surfaces), and steps from there to the nearest point of the facet
_PLACES: Final = (4, 12)
_STEPS: Final = 30
# points of a facet by which it is found, besides its nodes
_BETWEEN: Final = {"line": ((0.25,), (0.5,), (0.75,)), "triangle": ((1 / 3, 1 / 3),), "quad": ((0.5, 0.5),)}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Wall:
    """Facets of one kind: nodes (f, j, dim), normals into the solid at them (f, j, dim), and points to find them by."""

    kind: str
    corners: Floats
    normals: Floats
    found_by: Floats
    tree: Any


_WALLS: Final[weakref.WeakKeyDictionary[SolidMesh, dict[tuple[str, ...], tuple[_Wall, ...]]]] = (
    weakref.WeakKeyDictionary()
)


def axes_along(mesh: SolidMesh, boundaries: tuple[str, ...], points: Floats) -> Floats:
    """Axes 1, 2, 3 as the columns of (p, 3, 3) at points (p, dim) [m].

    Axis 1 runs along the nearest of the boundaries within the section, axis 2 from it into the solid, axis 3 is z. The normal
    is that of the curved facet at its point nearest to the given one, made continuous from facet to facet where these meet
    smoothly (Phong, Commun. ACM 18, 311, 1975).

    Raises
    ------
    InputError
        Where the nearest boundary lies across z, so that nothing runs along it within the section; for unknown names.
    """
    dim = points.shape[1]
    best = np.full(len(points), np.inf)
    inward = np.zeros((len(points), dim))
    for wall in _walls(mesh, boundaries):
        distance, normal = _nearest(wall, points)
        closer = distance < best
        best[closer], inward[closer] = distance[closer], normal[closer]
    section = inward[:, :2]
    length = np.linalg.norm(section, axis=1)
    if np.any(length < 1e-6):
        at = points[int(np.argmin(length))]
        raise InputError(
            f"no axis along {', '.join(map(repr, boundaries))} at {at.tolist()} m: the wall nearest to it lies across z"
        )
    frames = np.zeros((len(points), 3, 3))
    frames[:, :2, 1] = section / length[:, None]
    frames[:, 0, 0], frames[:, 1, 0] = -frames[:, 1, 1], frames[:, 0, 1]
    frames[:, 2, 2] = 1.0
    return frames


def _walls(mesh: SolidMesh, boundaries: tuple[str, ...]) -> tuple[_Wall, ...]:
    known = _WALLS.setdefault(mesh, {})
    if boundaries not in known:
        known[boundaries] = _build(mesh, boundaries)
    return known[boundaries]


def _build(mesh: SolidMesh, boundaries: tuple[str, ...]) -> tuple[_Wall, ...]:
    from scipy.spatial import cKDTree

    pairs = np.unique(np.concatenate([mesh.boundary(name) for name in boundaries]), axis=0)
    by_kind: dict[str, list[Ints]] = {}
    for group in mesh.facet_groups(pairs):
        by_kind.setdefault(group.kind, []).append(group.nodes)
    nodes, normals = {}, {}
    for kind, parts in by_kind.items():
        found = np.concatenate(parts)
        # a boundary inside the body has every facet from both sides: one will do
        _, first = np.unique(np.sort(found, axis=1), axis=0, return_index=True)
        nodes[kind] = found[first]
        normals[kind] = _inward(kind, mesh.points[nodes[kind]])
    smooth = _smoothed(nodes, normals)
    walls = []
    for kind, table in nodes.items():
        corners = mesh.points[table]
        found_by = np.vstack([CELLS[kind].nodes, np.array(_BETWEEN[CELLS[kind].first])])
        places = np.einsum("sj,fjd->fsd", shape_table(kind, found_by)[0], corners)
        tree = cKDTree(places.reshape(-1, mesh.dim))
        walls.append(_Wall(kind=kind, corners=corners, normals=smooth[kind], found_by=found_by, tree=tree))
    return tuple(walls)


def _inward(kind: str, corners: Floats) -> Floats:
    """Unit normals (f, j, dim) into the solid at the nodes of facets."""
    _, slopes = shape_table(kind, CELLS[kind].nodes)
    tangents = np.einsum("fjd,nje->fnde", corners, slopes)
    if corners.shape[2] == 2:
        normals = np.stack([-tangents[..., 1, 0], tangents[..., 0, 0]], axis=-1)
    else:
        normals = -np.cross(tangents[..., 0], tangents[..., 1])
    unit: Floats = normals / np.linalg.norm(normals, axis=-1, keepdims=True)
    return unit


def _smoothed(nodes: dict[str, Ints], normals: dict[str, Floats]) -> dict[str, Floats]:
    """Normals at nodes averaged over the facets that meet there smoothly."""
    dim = next(iter(normals.values())).shape[-1]
    flat = np.concatenate([table.ravel() for table in nodes.values()])
    values = np.concatenate([part.reshape(-1, dim) for part in normals.values()])
    _, node = np.unique(flat, return_inverse=True)
    node = np.asarray(node).ravel()
    order = np.argsort(node, kind="stable")
    count = np.bincount(node)
    rank = np.empty(len(node), dtype=np.int64)
    rank[order] = np.arange(len(node)) - np.repeat(np.cumsum(count) - count, count)
    around = np.zeros((len(count), int(count.max()), dim))
    around[node, rank] = values
    near = np.einsum("nvd,nd->nv", around[node], values) > _SMOOTH
    mean = np.einsum("nv,nvd->nd", near, around[node])
    mean /= np.linalg.norm(mean, axis=1, keepdims=True)
    result, start = {}, 0
    for kind, part in normals.items():
        stop = start + part.shape[0] * part.shape[1]
        result[kind] = mean[start:stop].reshape(part.shape)
        start = stop
    return result


def _nearest(wall: _Wall, points: Floats) -> tuple[Floats, Floats]:
    """Distance (p,) of the nearest point of a wall and the normal (p, dim) there, from it towards the given point."""
    samples = len(wall.found_by)
    asked = min(_PLACES[CELLS[wall.kind].dim - 1], samples * len(wall.corners))
    _, hit = wall.tree.query(points, k=asked)
    hit = np.asarray(hit).reshape(len(points), asked)
    facet, sample = hit // samples, hit % samples
    goal = np.repeat(points, asked, axis=0)
    corners = wall.corners[facet.ravel()]
    on = _descend(wall.kind, corners, goal, wall.found_by[sample.ravel()])
    values, _ = shape_table(wall.kind, on)
    away = goal - np.einsum("kj,kjd->kd", values, corners)
    distance = np.linalg.norm(away, axis=1).reshape(len(points), asked)
    chosen = np.arange(len(points)) * asked + distance.argmin(axis=1)
    normal = np.einsum("kj,kjd->kd", values[chosen], wall.normals[facet.ravel()[chosen]])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    behind = np.einsum("kd,kd->k", normal, away[chosen]) < -1e-9 * np.ptp(corners[chosen], axis=1).max(axis=1)
    normal[behind] *= -1
    return distance.min(axis=1), normal


def _descend(kind: str, corners: Floats, goal: Floats, start: Floats) -> Floats:
    """Newton steps within facets (k, j, dim) towards the points nearest to ``goal`` (k, dim)."""
    on = start.copy()
    # rows that still move, and how much of the step they take
    rows = np.arange(len(on))
    damping = np.ones(len(on))
    for _ in range(_STEPS):
        here, mine, aim = on[rows], corners[rows], goal[rows]
        values, slopes = shape_table(kind, here)
        away = aim - np.einsum("kj,kjd->kd", values, mine)
        tangents = np.einsum("kjd,kje->kde", mine, slopes)
        gradient = np.einsum("kde,kd->ke", tangents, away)
        step = np.linalg.solve(_hessian(kind, here, mine, tangents, away), gradient[..., None])[..., 0]
        tried = _inside(kind, here + damping[rows, None] * step)
        closer = aim - np.einsum("kj,kjd->kd", shape_table(kind, tried)[0], mine)
        better = np.einsum("kd,kd->k", closer, closer) <= np.einsum("kd,kd->k", away, away)
        on[rows[better]] = tried[better]
        damping[rows] = np.where(better, np.minimum(2 * damping[rows], 1.0), 0.25 * damping[rows])
        rows = rows[np.abs(tried - here).max(axis=1) > 1e-9]
        if len(rows) == 0:
            break
    return on


def _hessian(kind: str, on: Floats, corners: Floats, tangents: Floats, away: Floats) -> Floats:
    """Second derivatives (k, e, e) of half the squared distance, or where these are not positive those of a flat facet."""
    flat: Floats = np.einsum("kde,kdf->kef", tangents, tangents)
    size = np.trace(flat, axis1=1, axis2=2)[:, None, None]
    flat = flat + 1e-12 * size * np.eye(flat.shape[1])
    if CELLS[kind].order == 1 and kind != "quad":
        return flat
    bent = np.empty_like(flat)
    for axis in range(on.shape[1]):
        # slopes are of second degree at most: central differences are exact
        shift = 0.25 * np.eye(on.shape[1])[axis]
        curve = (shape_table(kind, on + shift)[1] - shape_table(kind, on - shift)[1]) / 0.5
        bent[:, :, axis] = np.einsum("kjd,kje,kd->ke", corners, curve, away)
    full = flat - 0.5 * (bent + np.swapaxes(bent, 1, 2))
    lowest = np.linalg.eigvalsh(full)[:, 0] if full.shape[1] > 1 else full[:, 0, 0]
    chosen: Floats = np.where((lowest > 0.01 * size[:, 0, 0])[:, None, None], full, flat)
    return chosen


def _inside(kind: str, on: Floats) -> Floats:
    """Coordinates brought back into the facet."""
    if CELLS[kind].first == "triangle":
        over = np.maximum(on.sum(axis=1, keepdims=True) - 1.0, 0.0)
        pulled: Floats = np.clip(on - over / 2, 0.0, 1.0)
        pulled /= np.maximum(pulled.sum(axis=1, keepdims=True), 1.0)
        return pulled
    inside: Floats = np.clip(on, 0.0, 1.0)
    return inside
