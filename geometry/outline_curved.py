"""Straight triangles of an outline split in four and made curved, their nodes on arcs exactly on the circles."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.outline import Curve, Meshed, Outline, Raw
from tubewall.geometry.triangles import side_keys


def split(
    outline: Outline,
    vertices: NDArray[np.float64],
    triangles: list[NDArray[np.int64]],
    edges: list[NDArray[np.int64]],
) -> Raw:
    """Each triangle in four and each edge in two, new vertices of arcs on their circles."""
    sides = np.concatenate(triangles)[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    keys, first, inverse = np.unique(side_keys(sides, len(vertices)), return_index=True, return_inverse=True)
    middles = vertices[sides[first]].mean(axis=1)
    halves = []
    for curve, edge in zip(outline.curves, edges, strict=True):
        at = np.searchsorted(keys, side_keys(edge, len(vertices)))
        middles[at] = _onto_circle(middles[at], curve)
        middle = len(vertices) + at
        halves.append(np.concatenate((np.column_stack((edge[:, 0], middle)), np.column_stack((middle, edge[:, 1])))))
    quarters, begin = [], 0
    for part in triangles:
        (a, b, c), three = part.T, len(vertices) + inverse.reshape(-1, 3)[begin : begin + len(part)]
        ab, bc, ca = three.T
        quarters.append(np.column_stack((a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca)).reshape(-1, 3))
        begin += len(part)
    return np.concatenate((vertices, middles)), quarters, halves


def curved(
    outline: Outline,
    vertices: NDArray[np.float64],
    triangles: list[NDArray[np.int64]],
    edges: list[NDArray[np.int64]],
) -> Meshed:
    """Give every side a middle node: halfway on lines, halfway along the circle on arcs."""
    corners = np.concatenate(triangles)
    a, b, c = (vertices[corners[:, k]] for k in range(3))
    clockwise = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    corners[clockwise] = corners[clockwise][:, [0, 2, 1]]
    used, flat = np.unique(corners, return_inverse=True)
    corners = flat.reshape(corners.shape)
    points = vertices[used]
    renumber = np.full(len(vertices), -1, dtype=np.int64)
    renumber[used] = np.arange(len(used))
    for curve, edge in zip(outline.curves, edges, strict=True):
        on_curve = renumber[np.unique(edge)]
        points[on_curve] = _onto_circle(points[on_curve], curve)
    sides = corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    keys, first, inverse = np.unique(side_keys(sides, len(points)), return_index=True, return_inverse=True)
    middles = points[sides[first]].mean(axis=1)
    facets: dict[str, list[NDArray[np.int64]]] = {}
    for curve, edge in zip(outline.curves, edges, strict=True):
        ends = renumber[edge]
        at = np.searchsorted(keys, side_keys(ends, len(points)))
        middles[at] = _onto_circle(middles[at], curve)
        if curve.name:
            facets.setdefault(curve.name, []).append(np.column_stack((ends, len(points) + at)))
    cells = np.column_stack((corners, len(points) + inverse.reshape(-1, 3)))
    regions: dict[str, list[NDArray[np.int64]]] = {}
    begin = 0
    for patch, part in zip(outline.patches, triangles, strict=True):
        regions.setdefault(patch.region, []).append(np.arange(begin, begin + len(part)))
        begin += len(part)
    return Meshed(
        points=np.concatenate((points, middles)),
        cells=cells,
        regions={name: np.concatenate(parts) for name, parts in regions.items()},
        facets={name: np.concatenate(parts) for name, parts in facets.items()},
    )


def _onto_circle(points: NDArray[np.float64], curve: Curve) -> NDArray[np.float64]:
    """Points moved along their radii onto the circle of an arc; as they are on a line."""
    if curve.centre is None:
        return points
    centre = np.array(curve.centre)
    radius = math.dist(curve.start, curve.centre)
    away = points - centre
    return np.asarray(centre + radius * away / np.hypot(away[:, 0], away[:, 1])[:, None], dtype=np.float64)
