"""Force and moment that the stress carries through a section or a boundary of a body."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.invariants import as_tensor
from tubewall.fem.locate_point import boxes
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.fem.strain import circumference
from tubewall.fem.surface_points import facets_of, surface_points
from tubewall.geometry.reference_cells import CELLS
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_FACET_ORDER: Final = 6
# curved cells are cut as this many straight pieces along each edge
_PARTS: Final = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Resultant:
    """What the stress carries.

    Attributes
    ----------
    force : (dim,)
        [N/m] in plane bodies, else [N]; of the full circle in axisymmetric bodies, where x is the sum of the radial parts.
    moment : (1,) or (3,)
        About ``about``: [N] in plane bodies, else [N m]; not given (zero) in axisymmetric bodies, where it cancels.
    area : float
        [m] in plane bodies, else [m2].
    about : (dim,)
        [m]
    """

    force: Floats
    moment: Floats
    area: float
    about: Floats


def resultant(
    solution: FieldSolution,
    *,
    point: ArrayLike | None = None,
    normal: ArrayLike | None = None,
    boundary: str | None = None,
    region: str | None = None,
    about: ArrayLike | None = None,
) -> Resultant:
    """Force and moment through a plane section or a boundary.

    Parameters
    ----------
    solution : FieldSolution
    point, normal : (dim,)
        A plane; what the material on the side that ``normal`` points to exerts on the other side is given: tension counts
        along the normal.
    boundary : str
        Instead of a plane; the outside then acts on the body.
    region : str, optional
        Count only its part of the section; which side of a boundary inside the body.
    about : (dim,), optional
        Where moments are taken; by default the centre of the section.

    Notes
    -----
    The force is the integral of the stress of the elements, so it is as accurate as that: second order for quadratic
    elements, while reactions at supports are exact to the residual of the solve.

    Raises
    ------
    InputError
        When both or none are given, or the plane does not meet the body; for vectors of the wrong length or not finite.
    """
    if (boundary is None) == (point is None) or (point is None) != (normal is None):
        raise InputError("resultant takes either a boundary or a plane as point and normal")
    if boundary is not None:
        places, tractions, areas = _on_boundary(solution, boundary, region)
    else:
        places, tractions, areas = _on_plane(solution, np.asarray(point, float), np.asarray(normal, float), region)
    dim = solution.model.mesh.dim
    given = None if about is None else np.asarray(about, dtype=np.float64)
    if given is not None and (given.shape != (dim,) or not np.all(np.isfinite(given))):
        raise InputError(f"resultant: about is a point with {dim} finite coordinates in m, got {about!r}")
    force = (tractions * areas[:, None]).sum(axis=0)
    total = float(areas.sum())
    centre = (areas @ places) / total if given is None else given
    arm = places - centre
    pulled = tractions * areas[:, None]
    if dim == 3:
        moment = np.cross(arm, pulled).sum(axis=0)
    elif solution.model.kinematics == "axisymmetric":
        moment = np.zeros(1)
    else:
        moment = np.array([float((arm[:, 0] * pulled[:, 1] - arm[:, 1] * pulled[:, 0]).sum())])
    return Resultant(force=force, moment=moment, area=total, about=centre)


def _on_boundary(solution: FieldSolution, boundary: str, region: str | None) -> tuple[Floats, Floats, Floats]:
    mesh = solution.model.discrete.mesh
    places, tractions, areas = [], [], []
    for group in mesh.facet_groups(facets_of(mesh, boundary, region)):
        on, weights = rule(group.kind, _FACET_ORDER)
        at = surface_points(mesh, group, on)
        fields = solution.evaluate(at.elements, at.local)
        places.append(fields.points)
        tractions.append(_traction(fields.stress, at.normals))
        areas.append((at.areas * weights).ravel() * circumference(solution.model.kinematics, fields.points))
    return np.concatenate(places), np.concatenate(tractions), np.concatenate(areas)


def _traction(stress: Floats, normals: Floats) -> Floats:
    """The force per area (p, dim) on surfaces with the normals (p, dim) or (dim,)."""
    dim = normals.shape[-1]
    full = np.broadcast_to(normals, (len(stress), dim))
    found: Floats = np.einsum("pij,pj->pi", as_tensor(stress)[:, :dim, :dim], full)
    return found


def _on_plane(
    solution: FieldSolution, point: Floats, normal: Floats, region: str | None
) -> tuple[Floats, Floats, Floats]:
    mesh = solution.model.discrete.mesh
    finite = np.all(np.isfinite(point)) and np.all(np.isfinite(normal))
    if point.shape != (mesh.dim,) or normal.shape != (mesh.dim,) or not finite or not np.any(normal):
        raise InputError(
            f"a plane through this mesh is a point and a normal that is not zero, each with {mesh.dim} finite components, got "
            f"{point.tolist()} and {normal.tolist()}"
        )
    unit = normal / np.linalg.norm(normal)
    low, high = boxes(mesh)
    middle, reach = (0.5 * (low + high) - point) @ unit, 0.5 * (high - low) @ np.abs(unit)
    met = np.flatnonzero(np.abs(middle) <= reach)
    if region is not None:
        met = np.intersect1d(met, mesh.region(region))
    places, tractions, areas = [], [], []
    for number, block in enumerate(mesh.blocks):
        mine = met[(met >= mesh.starts[number]) & (met < mesh.starts[number + 1])]
        if len(mine) == 0:
            continue
        elements, local, area = _cut(
            mesh.points[block.cells[mine - mesh.starts[number]]], block.kind, mine, point, unit
        )
        if len(elements) == 0:
            continue
        fields = solution.evaluate(elements, local)
        places.append(fields.points)
        tractions.append(_traction(fields.stress, unit))
        areas.append(area * circumference(solution.model.kinematics, fields.points))
    if not places:
        raise InputError(f"the plane at {show_point(point)} does not meet the body")
    return np.concatenate(places), np.concatenate(tractions), np.concatenate(areas)


def _cut(corners: Floats, kind: str, elements: Ints, point: Floats, unit: Floats) -> tuple[Ints, Floats, Floats]:
    """Elements (p,), local coordinates (p, dim) and areas (p,) of the pieces in which a plane cuts cells (m, k, dim)."""
    nodes, pieces = _simplices(kind)
    values, _ = shape_table(kind, nodes)
    places = np.einsum("nk,mkd->mnd", values, corners)
    height = (places - point) @ unit
    # a node in the plane counts as just above it, so that a face in the plane is cut once
    height = np.where(np.abs(height) <= 1e-12 * np.abs(height).max(), 1e-12 * np.abs(height).max(), height)
    cell, piece = np.nonzero(_crossed(height[:, pieces]))
    vertices = pieces[piece]
    h, x = height[cell[:, None], vertices], places[cell[:, None], vertices]
    found, inside, areas = [], [], []
    for rows, ring, ring_local in _polygons(h, x, nodes[vertices]):
        for a, b, c in ((0, i, i + 1) for i in range(1, ring.shape[1] - 1)) if ring.shape[1] > 2 else ((0, 1, 1),):
            corner = ring[:, [a, b, c]] if ring.shape[1] > 2 else ring
            own = ring_local[:, [a, b, c]] if ring.shape[1] > 2 else ring_local
            for weights, share in _flat_rule(corner.shape[1]):
                found.append(elements[cell[rows]])
                inside.append(np.einsum("v,pvd->pd", weights, own))
                areas.append(share * _area(corner))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros((0, nodes.shape[1])), np.zeros(0)
    return np.concatenate(found), np.concatenate(inside), np.concatenate(areas)


def _crossed(height: Floats) -> Floats:
    crossing: Floats = (height.min(axis=-1) < 0) & (height.max(axis=-1) > 0)
    return crossing


def _area(corner: Floats) -> Floats:
    if corner.shape[1] == 2:
        return np.asarray(np.linalg.norm(corner[:, 1] - corner[:, 0], axis=1))
    return 0.5 * np.asarray(np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1))


def _flat_rule(vertices: int) -> tuple[tuple[Floats, float], ...]:
    """Barycentric points and shares of a rule of second degree (third on a line)."""
    if vertices == 2:
        a = 0.5 - 0.5 / np.sqrt(3)
        return ((np.array([a, 1 - a]), 0.5), (np.array([1 - a, a]), 0.5))
    return tuple((np.array(w) / 6, 1 / 3) for w in ((4, 1, 1), (1, 4, 1), (1, 1, 4)))


def _polygons(height: Floats, places: Floats, local: Floats) -> list[tuple[Ints, Floats, Floats]]:
    """Cuts of simplices (p, v, dim) by the plane of zero height (p, v): rows, corners (r, c, dim) and local ones."""
    below = height < 0
    found = []
    count = below.sum(axis=1)
    vertices = height.shape[1]
    for pattern in range(1, 2**vertices - 1):
        low = [i for i in range(vertices) if pattern >> i & 1]
        high = [i for i in range(vertices) if not pattern >> i & 1]
        mask = np.zeros(vertices, dtype=bool)
        mask[low] = True
        rows = np.flatnonzero((below == mask).all(axis=1) & (count == len(low)))
        if len(rows) == 0:
            continue
        edges = [(a, b) for a in low for b in high]
        if len(edges) == 4:
            # around the quadrilateral
            edges = [edges[0], edges[1], edges[3], edges[2]]
        share = [height[rows, a] / (height[rows, a] - height[rows, b]) for a, b in edges]

        def between(
            values: Floats, rows: Ints = rows, edges: list[tuple[int, int]] = edges, share: list[Floats] = share
        ) -> Floats:
            return np.stack(
                [
                    values[rows, a] + s[:, None] * (values[rows, b] - values[rows, a])
                    for (a, b), s in zip(edges, share, strict=True)
                ],
                axis=1,
            )

        found.append((rows, between(places), between(local)))
    return found


@functools.lru_cache(maxsize=16)
def _simplices(kind: str) -> tuple[Floats, Ints]:
    """Nodes (n, dim) of the reference cell and simplices (s, dim + 1) of these that fill it.

    The cube is cut into smaller ones and each of these along its diagonal (Freudenthal, Ann. Math. 43, 580, 1942); the
    simplex is the part of it with t1 >= t2 >= t3, put through x = t1 - t2, y = t2 - t3, z = t3.
    """
    cell = CELLS[kind]
    parts = _PARTS if cell.order == 2 or cell.first in ("quad", "hexahedron", "wedge") else 1
    line = np.arange(parts)
    corners = np.stack(np.meshgrid(*[line] * cell.dim, indexing="ij"), axis=-1).reshape(-1, 1, cell.dim)
    paths = [
        np.cumsum(np.vstack([np.zeros(cell.dim), np.eye(cell.dim)[list(p)]]), axis=0)
        for p in permutations(range(cell.dim))
    ]
    places = np.concatenate([corners + path for path in paths])
    ordered = {"triangle": 2, "wedge": 2, "tetra": 3}.get(cell.first, 1)
    centre = places.mean(axis=1)
    places = places[np.all(np.diff(centre[:, :ordered], axis=1) < 0, axis=1)]
    number = np.ravel_multi_index(tuple(np.moveaxis(places.astype(np.int64), 2, 0)), (parts + 1,) * cell.dim)
    used, pieces = np.unique(number, return_inverse=True)
    nodes = np.stack(np.unravel_index(used, (parts + 1,) * cell.dim), axis=1) / parts
    nodes[:, : ordered - 1] -= nodes[:, 1:ordered]
    return nodes, pieces.reshape(number.shape).astype(np.int64)
