"""What a solution does on the faces of a crack and on those where its front ends, by rules for 1 / sqrt(r)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.invariants import as_tensor
from tubewall.fem.loads import Pressure, Support, Traction, scalar_at, vector_at
from tubewall.fem.reference_elements import into_cell, shape_table
from tubewall.fem.strain import map_points
from tubewall.fem.surface_loads import facet_geometry, facet_kind
from tubewall.fem.surface_points import among
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model
    from tubewall.geometry.solid_mesh import FacetGroup, SolidMesh

_POINTS: Final = 8
# corners of the square in the order of meshio
_SQUARE: Final = ((0, 0), (1, 0), (1, 1), (0, 1))


@dataclass(frozen=True, kw_only=True, eq=False)
class FacePoints:
    """Points of loaded faces: weights (p,), places, motion, traction and normals (p, 3), u_j,k as (p, 3, 3)."""

    weights: Floats
    points: Floats
    shift: Floats
    gradient: Floats
    traction: Floats
    outward: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class EndPoints(FacePoints):
    """Points of the faces where a front comes out of the body; ``held`` (p, 3) is the part of the traction of supports."""

    held: Floats


def face_points(solution: FieldSolution, shift: Floats, front: Ints, ends: Ints) -> FacePoints | None:
    """Evaluate a solution on the loaded facets where the nodal motion ``shift`` is not zero; None where there is none.

    ``front`` are the nodes of the crack front: near them the rules are graded for fields like 1 / sqrt(r). Facets of ``ends``
    (k, 2) are left out.
    """
    mesh = solution.model.discrete.mesh
    parts: list[dict[str, Floats]] = []
    for load in solution.model.loads:
        if not isinstance(load, (Pressure, Traction)):
            continue
        pairs = mesh.boundary(load.boundary)
        pairs = pairs[~among(pairs, ends)]
        for group, rows, near, _ in _alike(mesh, pairs, shift, front, ()):
            found, _, _ = _on_facets(solution, group, rows, shift, near)
            parts.append(found | {"traction": _push(load, found, mesh.dim)})
    if not parts:
        return None
    return FacePoints(**{key: np.concatenate([part[key] for part in parts]) for key in parts[0]})


def end_points(solution: FieldSolution, shift: Floats, front: Ints, ends: Ints) -> EndPoints | None:
    """Evaluate a solution on the facets ``ends`` (k, 2) where its front comes out; None where the crack does not move them.

    The traction is that of the loads, and along the directions of supports, ties and periodic faces that of the stress.
    """
    model = solution.model
    mesh = model.discrete.mesh
    loads = [load for load in model.loads if isinstance(load, (Pressure, Traction))]
    holds = _holds(model)
    names = (*(load.boundary for load in loads), *(name for name, _ in holds))
    parts: list[dict[str, Floats]] = []
    for group, rows, near, there in _alike(mesh, ends, shift, front, names):
        found, elements, local = _on_facets(solution, group, rows, shift, near)
        applied = np.zeros_like(found["points"])
        for load, acts in zip(loads, there[: len(loads)], strict=True):
            if acts:
                applied += _push(load, found, mesh.dim)
        directions = [
            direction for (_, held), acts in zip(holds, there[len(loads) :], strict=True) if acts for direction in held
        ]
        across = _span(directions, found["outward"][0])
        stress = as_tensor(solution.evaluate(elements, local).stress)
        held = np.einsum("ij,pjk,pk->pi", across, stress, found["outward"])
        parts.append(found | {"traction": applied - applied @ across + held, "held": held})
    if not parts:
        return None
    return EndPoints(**{key: np.concatenate([part[key] for part in parts]) for key in parts[0]})


def _alike(
    mesh: SolidMesh, pairs: Ints, shift: Floats, front: Ints, names: tuple[str, ...]
) -> Iterator[tuple[FacetGroup, Ints, tuple[bool, ...], tuple[bool, ...]]]:
    """Facets that move, by which of their vertices lie on the front and which boundaries ``names`` they are in."""
    touched = np.any(shift, axis=1)
    named = np.zeros((len(pairs), len(names)), dtype=bool)
    for i, name in enumerate(names):
        named[:, i] = among(pairs, mesh.boundary(name))
    for group in mesh.facet_groups(pairs):
        vertices = CELLS[group.kind].vertices
        marks = np.column_stack([np.isin(group.nodes[:, :vertices], front), named[group.rows]])
        keep = np.flatnonzero(touched[group.nodes].any(axis=1))
        for pattern in np.unique(marks[keep], axis=0):
            rows = keep[(marks[keep] == pattern).all(axis=1)]
            flags = tuple(bool(x) for x in pattern)
            yield group, rows, flags[:vertices], flags[vertices:]


def _holds(model: Model) -> list[tuple[str, tuple[str, ...]]]:
    """Boundaries whose traction is not given, and the directions of it."""
    found = [
        (s.boundary, s.directions(model.discrete.dim))
        for s in model.supports
        if isinstance(s, Support) and s.boundary is not None
    ]
    bonded = [name for tie in model.ties for name in (tie.slave, tie.master)]
    if model.periodic is not None:
        bonded += [name for pair in model.periodic.pairs for name in pair]
    return found + [(name, ("x", "y", "z")) for name in bonded]


def _span(directions: list[str], normal: Floats) -> Floats:
    """The matrix (3, 3) that keeps the part of a vector along ``directions``."""
    if not directions:
        return np.zeros((3, 3))
    rows = np.array([normal if name == "normal" else np.eye(3)["xyz".index(name)] for name in directions])
    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    basis = basis[sizes > 1e-6]
    return np.asarray(basis.T @ basis)


def _push(load: Pressure | Traction, found: dict[str, Floats], dim: int) -> Floats:
    """Traction (p, 3) of a load."""
    at = found["points"]
    if isinstance(load, Pressure):
        return -scalar_at(load.pressure, at[:, :dim])[:, None] * found["outward"]
    return padded_vector(np.array(vector_at(load.traction, at[:, :dim])))


@functools.lru_cache(maxsize=64)
def graded_rule(kind: str, near: tuple[bool, ...]) -> tuple[Floats, Floats]:
    """Points (q, dim) and weights (q,) on a facet; ``near`` says which of its vertices lie on the front.

    Towards the front the distance goes as the square of the rule's own coordinate, which makes 1 / sqrt(r) regular.
    """
    first = CELLS[kind].first
    if first == "line":
        points, weights = _line(near[0], near[1])
        return points[:, None], weights
    if first == "quad":
        towards = [_towards(near, axis) for axis in (0, 1)]
        (x, wx), (y, wy) = (_line(*ends) for ends in towards)
        return np.column_stack((np.repeat(x, len(y)), np.tile(y, len(x)))), np.outer(wx, wy).ravel()
    return _triangle(near)


def _line(start: bool, end: bool) -> tuple[Floats, Floats]:
    """On [0, 1], graded to the ends that are near."""
    x, w = np.polynomial.legendre.leggauss(_POINTS)
    t, w = (x + 1) / 2, w / 2
    if start and end:
        # 3 t^2 - 2 t^3 is flat at both ends
        return 3 * t**2 - 2 * t**3, w * (6 * t - 6 * t**2)
    if start:
        return t**2, 2 * t * w
    if end:
        return 1 - t**2, 2 * t * w
    return t, w


def _towards(near: tuple[bool, ...], axis: int) -> tuple[bool, bool]:
    """Whether the front touches the low and the high side of an axis, but does not run along it."""
    low = [near[i] for i, corner in enumerate(_SQUARE) if corner[axis] == 0]
    high = [near[i] for i, corner in enumerate(_SQUARE) if corner[axis] == 1]
    along = any(a and b for a, b in zip(near, (*near[1:], near[0]), strict=True))
    if not along:
        return any(low), any(high)
    return all(low), all(high)


def _triangle(near: tuple[bool, ...]) -> tuple[Floats, Floats]:
    """Collapsed to the vertex that is alone: either it is on the front, or the side opposite to it is."""
    count = sum(near)
    apex = near.index(True) if count == 1 else near.index(False) if count == 2 else 0
    # distance from the apex: graded to it, or to the opposite side
    a, wa = _line(count == 1, count == 2)
    b, wb = _line(False, False)
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    tip, left, right = corners[apex], corners[(apex + 1) % 3], corners[(apex + 2) % 3]
    along = left + b[:, None] * (right - left)
    points = tip + a[:, None, None] * (along - tip)[None]
    return points.reshape(-1, 2), np.outer(a * wa, wb).ravel()


def _on_facets(
    solution: FieldSolution, group: FacetGroup, rows: Ints, shift: Floats, near: tuple[bool, ...]
) -> tuple[dict[str, Floats], Ints, Floats]:
    """All of ``FacePoints`` but the traction, and the elements (p,) with the places (p, 3) in them."""
    model, discrete = solution.model, solution.model.discrete
    mesh = discrete.mesh
    local, weights = graded_rule(group.kind, near)
    at, normals = facet_geometry(mesh.points, group, local)
    values, _ = shape_table(facet_kind(discrete, group), local)
    motion = np.einsum("qj,kjd->kqd", values, shift[group.nodes[:, : values.shape[1]]])
    at, normals, motion = (part[rows].reshape(-1, mesh.dim) for part in (at, normals, motion))
    area = np.linalg.norm(normals, axis=1)
    outward = normals / area[:, None]
    area = area * np.tile(weights, len(rows))
    if model.kinematics == "axisymmetric":
        area = area * 2 * np.pi * at[:, 0]
    in_cell = np.tile(into_cell(group, local), (len(rows), 1))
    elements = np.repeat(group.elements[rows], len(weights))
    mapped = map_points(discrete, group.block, elements - mesh.starts[group.block], in_cell)
    nodal = solution.displacement[discrete.nodes][discrete.cells[group.block][elements - mesh.starts[group.block]]]
    found = {
        "weights": area,
        "points": padded_vector(at),
        "shift": padded_vector(motion),
        "gradient": padded(np.einsum("pkj,pkd->pjd", nodal, mapped.gradients)),
        "outward": padded_vector(outward),
    }
    return found, elements, in_cell


def padded(gradient: Floats) -> Floats:
    """Gradients (.., dim, dim) as (.., 3, 3)."""
    dim = gradient.shape[-1]
    result = np.zeros((*gradient.shape[:-2], 3, 3))
    result[..., :dim, :dim] = gradient
    return result


def padded_vector(vectors: Floats) -> Floats:
    """Vectors (p, dim) as (p, 3)."""
    result = np.zeros((len(vectors), 3))
    result[:, : vectors.shape[1]] = vectors
    return result
