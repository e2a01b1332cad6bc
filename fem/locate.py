"""Where points lie in a mesh of curved triangles: the elements that hold them and their local coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints, MeshLike, edge_shape, edge_to_local, facet_owners, outer_facets, shape
from tubewall.units import show_point

# how far outside a point may lie, in sizes of the element beside it
REACH = 1e-3
_INSIDE = 1e-8
_STARTS = ((1 / 3, 1 / 3), (0.05, 0.05), (0.9, 0.05), (0.05, 0.9))


@dataclass(frozen=True, kw_only=True)
class Located:
    """Every element that holds a point: ``point`` (h,) index of the point, ``elements`` (h,), ``local`` (h, 2)."""

    point: Ints
    elements: Ints
    local: Floats


def locate(mesh: MeshLike, points: Floats) -> Located:
    """Find points (p, 2) [m]; a point on an edge or node is found in all elements around it.

    A point outside the mesh by less than ``REACH`` of the size of the element beside it moves to the nearest point.

    Raises
    ------
    InputError
        For a point farther outside; the message names the nearest point of the mesh.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not np.all(np.isfinite(points)):
        raise InputError(f"points are finite coordinates of the shape (p, 2), got the shape {points.shape}")
    point, elements = _candidates(mesh, points)
    local, inside = _invert(mesh.points[mesh.cells[elements]], points[point])
    point, elements, local = point[inside], elements[inside], local[inside]
    lost = np.setdiff1d(np.arange(len(points)), point)
    if len(lost):
        near_elements, near_local = _nearest(mesh, points[lost])
        point = np.concatenate([point, lost])
        elements = np.concatenate([elements, near_elements])
        local = np.concatenate([local, near_local])
    order = np.argsort(point, kind="stable")
    return Located(point=point[order], elements=elements[order], local=local[order])


def _candidates(mesh: MeshLike, points: Floats) -> tuple[Ints, Ints]:
    from scipy.spatial import cKDTree

    corners = mesh.points[mesh.cells]
    centres = corners.mean(axis=1)
    # a tenth more than the nodes reach, as a curved side may bulge beyond them
    radii = 1.1 * np.linalg.norm(corners - centres[:, None], axis=-1).max(axis=1)
    classes = np.floor(np.log2(radii / radii.min())).astype(np.int64)
    found: list[Ints] = []
    owners: list[Ints] = []
    for size in np.unique(classes):
        members = np.flatnonzero(classes == size)
        lists = cKDTree(centres[members]).query_ball_point(points, radii[members].max())
        counts = np.fromiter((len(entry) for entry in lists), dtype=np.int64, count=len(points))
        if counts.sum():
            found.append(members[np.concatenate([np.asarray(entry, dtype=np.int64) for entry in lists])])
            owners.append(np.repeat(np.arange(len(points)), counts))
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(owners), np.concatenate(found)


def _invert(corners: Floats, points: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Local coordinates of points in curved triangles, and whether they lie inside."""
    local = np.empty((len(points), 2))
    inside = np.zeros(len(points), dtype=bool)
    # one start suffices in all but strongly curved triangles, where the quadratic map folds over just outside
    for start in _STARTS:
        left = np.flatnonzero(~inside)
        local[left], inside[left] = _newton(corners[left], points[left], np.array(start))
    return local, inside


def _newton(corners: Floats, points: Floats, start: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Local coordinates (p, 2) of points (p, 2) in elements (p, 6, 2), and whether each point lies inside its element."""
    size = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1) + np.linalg.norm(corners[:, 2] - corners[:, 0], axis=1)
    sides = 0.5 * (corners[:, [0, 1, 2]] + corners[:, [1, 2, 0]])
    curved = np.abs(corners[:, 3:] - sides).max(axis=(1, 2)) > 1e-13 * size
    edges = np.stack([corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=2)
    # straight elements in one step, which for points outside a curved one would never end
    local = np.clip(_solve2(edges, points - corners[:, 0]), -0.5, 1.5)
    local[curved] = _curved_newton(corners[curved], points[curved], start, size[curved])
    values, _ = shape(local)
    rest = np.linalg.norm(points - np.einsum("pi,pid->pd", values, corners), axis=1)
    barycentric = np.column_stack([1 - local.sum(axis=1), local])
    inside = (barycentric.min(axis=1) >= -_INSIDE) & (rest <= 1e-9 * size)
    return local, inside


def _curved_newton(corners: Floats, points: Floats, start: Floats, size: Floats) -> Floats:
    local = np.tile(start, (len(points), 1))
    for _ in range(14):
        values, gradients = shape(local)
        rest = points - np.einsum("pi,pid->pd", values, corners)
        if len(rest) == 0 or np.all(np.abs(rest).max(axis=1) < 1e-14 * size):
            break
        jacobian = np.matmul(np.swapaxes(corners, 1, 2), gradients)
        local = np.clip(local + _solve2(jacobian, rest), -0.5, 1.5)
    return local


def _solve2(matrix: Floats, right: Floats) -> Floats:
    a, b, c, d = matrix[:, 0, 0], matrix[:, 0, 1], matrix[:, 1, 0], matrix[:, 1, 1]
    determinant = a * d - b * c
    scale = np.abs(matrix).max(axis=(1, 2)) ** 2
    determinant = np.where(np.abs(determinant) > 1e-14 * scale, determinant, scale)
    return (
        np.column_stack([d * right[:, 0] - b * right[:, 1], a * right[:, 1] - c * right[:, 0]]) / determinant[:, None]
    )


def _nearest(mesh: MeshLike, points: Floats) -> tuple[Ints, Floats]:
    from scipy.spatial import cKDTree

    owners = facet_owners(mesh, outer_facets(mesh.cells))
    corners = mesh.points[owners.nodes]
    s = np.linspace(0, 1, 9)
    samples = np.einsum("qi,kid->kqd", edge_shape(s)[0], corners)
    _, nearest = cKDTree(samples.reshape(-1, 2)).query(points, k=min(6, samples.shape[0] * 9))
    facet, at = np.divmod(nearest.reshape(len(points), -1), len(s))
    along = s[at]
    curve = corners[facet]
    for _ in range(20):
        values, slopes = edge_shape(along)
        position = np.einsum("pci,pcid->pcd", values, curve)
        tangent = np.einsum("pci,pcid->pcd", slopes, curve)
        rest = points[:, None] - position
        along = np.clip(along + (rest * tangent).sum(-1) / (tangent**2).sum(-1), 0.0, 1.0)
    position = np.einsum("pci,pcid->pcd", edge_shape(along)[0], curve)
    distance = np.linalg.norm(points[:, None] - position, axis=-1)
    best = distance.argmin(axis=1)
    rows = np.arange(len(points))
    facet, along, distance, position = facet[rows, best], along[rows, best], distance[rows, best], position[rows, best]
    elements = owners.elements[facet]
    vertices = mesh.points[mesh.cells[elements, :3]]
    size = np.linalg.norm(vertices - np.roll(vertices, 1, axis=1), axis=-1).max(axis=1)
    far = distance > REACH * size
    if np.any(far):
        i = int(np.argmax(far))
        raise InputError(
            f"the point {show_point(points[i])} lies outside the mesh; its nearest point is {show_point(position[i])}"
        )
    return elements, edge_to_local(owners.edges[facet], along)
