"""Copies of one mesh under mirrors, rotations and shifts, joined at the nodes they share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import MeshingError
from tubewall.geometry.outline import Meshed
from tubewall.geometry.triangles import MIRRORED, vertices_first

#: Nodes nearer than this (in units of the bore) are one node; round-off is 1e-15, the finest element 1e-6.
TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy: x goes to ``turn`` x + ``shift``; ``names`` renames its facets, those not named are dropped."""

    turn: NDArray[np.float64]
    shift: NDArray[np.float64]
    names: Mapping[str, str]


def rotation(twelfths: int) -> NDArray[np.float64]:
    """Rotation by a number of twelfths of a circle, its cosines and sines exact to the last digit."""
    half = math.sqrt(3) / 2
    around = (1.0, half, 0.5, 0.0, -0.5, -half, -1.0, -half, -0.5, 0.0, 0.5, half)
    cos, sin = around[twelfths % 12], around[(twelfths - 3) % 12]
    return np.array([(cos, -sin), (sin, cos)])


def join(parts: Sequence[tuple[Meshed, Copy]]) -> Meshed:
    """The copies of meshes as one mesh, vertices first; nodes of copies that coincide become one node."""
    points, cells = [], []
    regions: dict[str, list[NDArray[np.int64]]] = {}
    facets: dict[str, list[NDArray[np.int64]]] = {}
    nodes = count = 0
    for mesh, copy in parts:
        points.append(mesh.points @ copy.turn.T + copy.shift)
        mirrored = np.linalg.det(copy.turn) < 0
        cells.append((mesh.cells[:, MIRRORED] if mirrored else mesh.cells) + nodes)
        for name, part in mesh.regions.items():
            regions.setdefault(name, []).append(part + count)
        for name, part in mesh.facets.items():
            if name in copy.names:
                facets.setdefault(copy.names[name], []).append(part + nodes)
        nodes += len(mesh.points)
        count += len(mesh.cells)
    all_points = np.concatenate(points)
    first, number = coincident(all_points)
    joined, numbered, renumbered = vertices_first(all_points[first], number[np.concatenate(cells)])
    return Meshed(
        points=joined,
        cells=numbered,
        regions={name: np.concatenate(part) for name, part in regions.items()},
        facets={name: renumbered[number[np.concatenate(part)]] for name, part in facets.items()},
    )


def coincident(points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Points that coincide: the first point of each group, and the group of each point."""
    columns = []
    for coordinate in points.T:
        order = np.argsort(coordinate, kind="stable")
        steps = np.diff(coordinate[order], prepend=coordinate[order[0]]) > TOLERANCE
        level = np.empty(len(points), dtype=np.int64)
        level[order] = np.cumsum(steps)
        columns.append(level)
    _, first, group = np.unique(columns[0] * np.int64(len(points)) + columns[1], return_index=True, return_inverse=True)
    return first, group


def matched(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each point of ``low`` the index of the point of ``high`` that coincides with it; both of the same length."""
    if len(low) != len(high):
        raise MeshingError(f"the opposite cuts of the cell have {len(low)} and {len(high)} nodes")
    _, group = coincident(np.concatenate((low, high)))
    left, right = np.argsort(group[: len(low)]), np.argsort(group[len(low) :])
    if not np.array_equal(group[: len(low)][left], group[len(low) :][right]):
        raise MeshingError("the nodes of the opposite cuts of the cell do not lie opposite each other")
    partner = np.empty(len(low), dtype=np.int64)
    partner[left] = right
    return partner
