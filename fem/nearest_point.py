"""The nearest point of a body to one that lies just outside of it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.inverse_map import outside
from tubewall.fem.reference_elements import into_cell, shape_table
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import FacetGroup, SolidMesh
from tubewall.units import show_point

_STEPS: Final = 30
# a point is brought to no more facets than these, those whose boxes are nearest
_FACETS: Final = 400
# an element counts as at most this many times as long as it is thick
_SLENDER: Final = 10.0


def nearest_on_surface(
    mesh: SolidMesh, points: Floats, *, region: str | None, reach: float
) -> tuple[Ints, Floats, Floats]:
    """Elements (p,), local coordinates (p, dim) and places (p, dim) of the points of the surface nearest to ``points``.

    Raises
    ------
    InputError
        When the nearest point is farther than ``reach`` times the size of its element; it is named.
    """
    groups = mesh.facet_groups(surface_of(mesh, region))
    elements = np.empty(len(points), dtype=np.int64)
    local, places = np.empty_like(points), np.empty_like(points)
    for i, point in enumerate(points):
        distance, group, row, place, on = _nearest(mesh, groups, point)
        element = int(group.elements[row])
        if distance > reach * size_of(mesh, element):
            what = "the mesh" if region is None else f"the region {region!r}"
            raise InputError(
                f"the point {show_point(point)} lies outside {what}; its nearest point is {show_point(place)}"
            )
        elements[i], places[i], local[i] = element, place, into_cell(group, on[None])[0]
    return elements, local, places


def surface_of(mesh: SolidMesh, region: str | None) -> Ints:
    """Facets (k, 2) of the surface of the body, or of a region of it."""
    if region is None:
        return mesh.outer_facets
    pairs, face = mesh.all_facets
    mine = mesh.region_index[pairs[:, 0]] == mesh.region_names.index(region)
    pairs, face = pairs[mine], face[mine]
    alone: Ints = pairs[np.bincount(face)[face] == 1]
    return alone


def size_of(mesh: SolidMesh, element: int) -> float:
    """Longest edge [m] of an element, at most ten times its shortest."""
    number = int(mesh.block_of(np.array([element]))[0])
    block = mesh.blocks[number]
    cell = CELLS[block.kind]
    corners = mesh.points[block.cells[element - mesh.starts[number]]]
    lengths = np.linalg.norm(corners[cell.edges[:, 0]] - corners[cell.edges[:, 1]], axis=1)
    return float(min(lengths.max(), _SLENDER * lengths.min()))


def _nearest(
    mesh: SolidMesh, groups: tuple[FacetGroup, ...], point: Floats
) -> tuple[float, FacetGroup, int, Floats, Floats]:
    """Distance, group, row in it, place and facet coordinates of the point of the surface nearest to ``point``."""
    bound = min(float(np.linalg.norm(mesh.points[group.nodes] - point, axis=2).min()) for group in groups)
    best: tuple[float, FacetGroup, int, Floats, Floats] | None = None
    for group in groups:
        corners = mesh.points[group.nodes]
        low, high = corners.min(axis=1), corners.max(axis=1)
        low, high = low - 0.25 * (high - low).max(), high + 0.25 * (high - low).max()
        gap = np.linalg.norm(np.maximum(np.maximum(low - point, point - high), 0.0), axis=1)
        rows = np.flatnonzero(gap <= bound)
        if len(rows) > _FACETS:
            near = np.linalg.norm(corners[rows] - point, axis=2).min(axis=1)
            rows = rows[np.argsort(near, kind="stable")[:_FACETS]]
        if len(rows) == 0:
            continue
        on, place = _project(group.kind, corners[rows], point)
        distance = np.linalg.norm(place - point, axis=1)
        i = int(distance.argmin())
        if best is None or distance[i] < best[0]:
            best = (float(distance[i]), group, int(rows[i]), place[i], on[i])
    assert best is not None
    return best


def _project(kind: str, corners: Floats, point: Floats) -> tuple[Floats, Floats]:
    """Facet coordinates (k, d) and places (k, dim) of the points of facets (k, j, dim) nearest to ``point``."""
    cell = CELLS[kind]
    vertices = cell.nodes[: cell.vertices]
    best_on = np.zeros((len(corners), cell.dim))
    best_place = corners[:, 0].copy()
    best = np.full(len(corners), np.inf)

    def offer(on: Floats, allowed: NDArray[np.bool_]) -> None:
        values, _ = shape_table(kind, on)
        place = np.einsum("kj,kjd->kd", values, corners)
        distance = np.where(allowed, np.linalg.norm(place - point, axis=1), np.inf)
        better = distance < best
        best[better], best_on[better], best_place[better] = distance[better], on[better], place[better]

    for vertex in vertices:
        offer(np.tile(vertex, (len(corners), 1)), np.ones(len(corners), dtype=bool))
    whole = np.eye(cell.dim)
    on = _descend(kind, corners, point, np.tile(vertices.mean(axis=0), (len(corners), 1)), whole)
    offer(on, outside(kind, on) <= 1e-12)
    if cell.dim == 2:
        for a, b in cell.edges[:, :2]:
            start, along = cell.nodes[a], cell.nodes[b] - cell.nodes[a]
            on = _descend(kind, corners, point, np.tile(start + 0.5 * along, (len(corners), 1)), along[:, None])
            offer(on, outside(kind, on) <= 1e-12)
    return best_on, best_place


def _descend(kind: str, corners: Floats, point: Floats, on: Floats, directions: Floats) -> Floats:
    """Gauss-Newton steps along ``directions`` (d, s) to where the line to ``point`` is normal to the facet."""
    for _ in range(_STEPS):
        values, slopes = shape_table(kind, on)
        rest = point - np.einsum("kj,kjd->kd", values, corners)
        tangents = np.einsum("kjd,kje->kde", corners, slopes) @ directions
        gram = np.swapaxes(tangents, 1, 2) @ tangents
        scale = np.trace(gram, axis1=1, axis2=2)[:, None, None]
        step = np.linalg.solve(
            gram + 1e-14 * scale * np.eye(gram.shape[1]), np.einsum("kds,kd->ks", tangents, rest)[..., None]
        )
        on = np.clip(on + (directions @ step)[..., 0], -1.0, 2.0)
    return on
